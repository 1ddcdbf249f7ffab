// SPDX-License-Identifier: Apache-2.0
#include "validator/hub_signing_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "base/utc_time.h"
#include "index/index_check.h"
#include "manifest/rule_ids.h"
#include "repository/hub_folder.h"
#include "trust/hub_roots.h"
#include "trust/hub_statement.h"
#include "trust/key_threshold.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

constexpr RuleInfo hub_root_invalid{
    .id = rule_id::hub_root_invalid,
    .severity = Severity::error,
    .family = "signing",
    .what =
        "A file in `ONNX_HUB_TRUST/` is not a root, or does not follow from the one before it: "
        "a wrong number, another hub's name, or too few signatures.",
    .why = "Users who pinned the hub refuse everything after it.",
    .example = "`root-2.json` needs the signature of a second holder.",
    .fix =
        "Add the missing signatures with `onnxhub sign --root --cosign`, or restore the file that "
        "was signed.",
};

constexpr RuleInfo hub_root_changed{
    .id = rule_id::hub_root_changed,
    .severity = Severity::warning,
    .family = "signing",
    .what =
        "A change adds a root, and so changes who may sign the hub. Checked only with "
        "`--changed-since`.",
    .why = "The holders of the new keys decide what users load.",
    .example = "A pull request adds `ONNX_HUB_TRUST/root-2.json` with another release key.",
    .fix = "Compare the ids of the keys with their holders, outside of the pull request.",
};

constexpr RuleInfo hub_statement_missing{
    .id = rule_id::hub_statement_missing,
    .severity = Severity::error,
    .family = "signing",
    .what = "The hub has roots in `ONNX_HUB_TRUST/`, but no `ONNX_HUB_MANIFEST.json.sig`.",
    .why = "Users who pinned the hub refuse it.",
    .example = "A merge deleted the file.",
    .fix = "Sign the hub with `onnxhub sign`.",
};

constexpr RuleInfo hub_statement_unreadable{
    .id = rule_id::hub_statement_unreadable,
    .severity = Severity::error,
    .family = "signing",
    .what = "`ONNX_HUB_MANIFEST.json.sig` is not a hub statement, or belongs to another hub.",
    .why = "Users who pinned the hub refuse it.",
    .example = "A merge left conflict markers in the file.",
    .fix = "Sign the hub again with `onnxhub sign`.",
};

constexpr RuleInfo hub_statement_unverified{
    .id = rule_id::hub_statement_unverified,
    .severity = Severity::error,
    .family = "signing",
    .what =
        "The hub statement does not have enough signatures by the release keys of the newest "
        "root, or belongs to an older root.",
    .why = "Users who pinned the hub refuse it.",
    .example = "The statement is signed by a key that no root lists.",
    .fix =
        "Sign the hub again with a release key, or add a signature with `onnxhub sign --cosign`.",
};

constexpr RuleInfo hub_statement_differs{
    .id = rule_id::hub_statement_differs,
    .severity = Severity::error,
    .family = "signing",
    .what =
        "The hub statement is about another manifest, or about an index of another one. In a "
        "change of a signed hub "
        "(`--changed-since`) it is a note, because the job on the main branch regenerates and "
        "signs the manifest.",
    .why = "Users who pinned the hub refuse it.",
    .example = "The manifest was regenerated and not signed.",
    .fix = "Sign the hub again with `onnxhub sign`.",
};

constexpr RuleInfo hub_manifest_changed{
    .id = rule_id::hub_manifest_changed,
    .severity = Severity::warning,
    .family = "signing",
    .what = "A change of a signed hub edits the manifest. Checked only with `--changed-since`.",
    .why =
        "The job on the main branch continues this manifest and signs the result, so edits in it "
        "need a review.",
    .example = "A pull request adds a model with `onnxhub add`, which also writes its entry.",
    .fix =
        "Leave the manifest out of the pull request: `git checkout main -- "
        "ONNX_HUB_MANIFEST.json`. Or review the entries.",
};

constexpr RuleInfo hub_statement_expired{
    .id = rule_id::hub_statement_expired,
    .severity = Severity::error,
    .family = "signing",
    .what = "The hub statement or its root has expired.",
    .why = "Users who pinned the hub refuse it.",
    .example = "The last release was signed 100 days ago, for 90 days.",
    .fix =
        "Sign the hub again with `onnxhub sign`; for a root, make the next one with `onnxhub sign "
        "--root`.",
};

constexpr RuleInfo hub_statement_expires_soon{
    .id = rule_id::hub_statement_expires_soon,
    .severity = Severity::warning,
    .family = "signing",
    .what = "The hub statement or its root expires within 14 days.",
    .why = "Users who pinned the hub refuse it afterwards.",
    .example = "The statement expires next week.",
    .fix =
        "Sign the hub again with `onnxhub sign`; for a root, make the next one with `onnxhub sign "
        "--root`.",
};

constexpr RuleInfo hub_statement_not_newer{
    .id = rule_id::hub_statement_not_newer,
    .severity = Severity::error,
    .family = "signing",
    .what =
        "A change replaces the hub statement by one whose version is not higher. Checked only "
        "with `--changed-since`.",
    .why = "Users who saw the statement of the base refuse the new one.",
    .example = "Two branches were signed with the same version, and one was merged into the other.",
    .fix = "Sign the hub again with `onnxhub sign` after merging.",
};

constexpr std::array hub_signing_rule_list{hub_root_invalid,           hub_root_changed,
                                           hub_statement_missing,      hub_statement_unreadable,
                                           hub_statement_unverified,   hub_statement_differs,
                                           hub_manifest_changed,       hub_statement_expired,
                                           hub_statement_expires_soon, hub_statement_not_newer};

constexpr const char* sign_hub_again = "sign the hub with `onnxhub sign`";
const std::string signing_file(hub_statement_name);

std::optional<std::string> file_of(const Tree& tree, const std::string& path,
                                   std::uint64_t limit_bytes) {
    return read_hub_file(tree, path, limit_bytes);
}

HubRoots roots_of_tree(const Tree& tree) {
    return read_hub_roots(
        [&](std::uint64_t number) { return file_of(tree, root_path(number), root_size_limit); });
}

class HubSigningChecker {
public:
    HubSigningChecker(const HubState& hub, const BaseHub* base, std::int64_t now,
                      FindingList& findings)
        : hub_(hub), base_(base), now_(now), findings_(findings) {}

    void check() {
        roots_ = roots_of_tree(hub_.tree);
        const bool has_roots =
            !roots_.followed.empty() || roots_.pending || !roots_.problem.empty();
        const auto text = file_of(hub_.tree, signing_file, statement_size_limit);
        if (!has_roots && !text && !has_signed_base(base_)) return;
        check_roots();
        check_base_roots();
        if (roots_.followed.empty()) {
            // An incomplete root 1 is reported already.
            if (!has_roots) report(hub_root_invalid, root_path(1), "does not exist", restore_root);
            return;
        }
        if (!text) {
            report(hub_statement_missing, signing_file, "does not exist, but the hub has roots",
                   sign_hub_again);
            return;
        }
        check_statement_text(*text);
    }

private:
    static constexpr const char* restore_root = "restore the file that was signed";

    void report(const RuleInfo& rule, const std::string& file, const std::string& message,
                const std::string& hint) {
        findings_.report(rule, {file, 0}, message, hint, {file, ""});
    }

    void check_roots() {
        if (!roots_.problem.empty()) {
            const std::string path = root_path(roots_.followed.size() + 1);
            report(hub_root_invalid, path, roots_.problem.substr(path.size() + 2), restore_root);
        }
        if (!roots_.pending) return;
        for (const std::string& missing : missing_root_signatures(roots_)) {
            report(hub_root_invalid, root_path(roots_.pending->root.number), missing,
                   "its holder adds it with `onnxhub sign --root --cosign`");
        }
    }

    /// Roots that users saw must stay as they are.
    void check_base_roots() {
        if (!base_ || !base_->tree) return;
        const HubRoots before = roots_of_tree(*base_->tree);
        for (std::size_t i = 0; i < before.followed.size(); ++i) {
            const std::string path = root_path(i + 1);
            const auto now = file_of(hub_.tree, path, root_size_limit);
            if (now != before.followed[i].text) {
                report(hub_root_invalid, path,
                       now ? "differs from the base, where it was complete"
                           : "was deleted, but users may know it",
                       restore_root);
            }
        }
        if (before.followed.empty()) return;
        for (std::size_t i = before.followed.size(); i < roots_.followed.size(); ++i) {
            const HubRoot& root = roots_.followed[i].root;
            for (const std::string& change : root_changes(&roots_.followed[i - 1].root, root)) {
                report(hub_root_changed, root_path(root.number),
                       fmt::format("root {} {}", root.number, change),
                       "compare the key with its holder, outside of this change");
            }
        }
    }

    void check_statement_text(const std::string& text) {
        try {
            const DsseEnvelope envelope =
                parse_hub_envelope(text, statement_size_limit, "the hub statement");
            const HubStatement statement = read_unverified_statement_of_hub(envelope);
            const HubRoot& root = roots_.followed.back().root;
            if (statement.hub != root.hub) {
                report(hub_statement_unreadable, signing_file,
                       fmt::format("belongs to the hub \"{}\" instead of \"{}\"", statement.hub,
                                   root.hub),
                       sign_hub_again);
                return;
            }
            check_signatures_of(statement, envelope, root);
            check_manifest(statement);
            check_time(statement.expires, "the statement", signing_file, sign_hub_again);
            if (root.expires) {
                check_time(*root.expires, fmt::format("root {}", root.number),
                           root_path(root.number), "make the next one with `onnxhub sign --root`");
            }
            check_version(statement, text);
        } catch (const Refused& error) {
            report(hub_statement_unreadable, signing_file, error.what(), sign_hub_again);
        }
    }

    void check_signatures_of(const HubStatement& statement, const DsseEnvelope& envelope,
                             const HubRoot& root) {
        if (statement.root_number != root.number) {
            report(hub_statement_unverified, signing_file,
                   fmt::format("belongs to root {}, but the newest one is root {}",
                               statement.root_number, root.number),
                   sign_hub_again);
            return;
        }
        const std::string missing = missing_signatures(
            envelope, root.releases, fmt::format("release key of root {}", root.number));
        if (missing.empty()) return;
        report(hub_statement_unverified, signing_file, missing,
               "sign the hub with a release key, or add a signature with `onnxhub sign --cosign`");
    }

    void check_manifest(const HubStatement& statement) {
        if (hub_.manifest.file != manifest_file_name || !hub_.manifest.text) return;
        if (statement.manifest == sha256_of(*hub_.manifest.text)) {
            check_index_of(statement);
            return;
        }
        if (has_signed_base(base_)) {
            const auto before = read_hub_file(*base_->tree, hub_.manifest.file, json_size_limit);
            if (before != hub_.manifest.text) {
                report(hub_manifest_changed, hub_.manifest.file,
                       "the change edits the manifest, which a job on the main branch makes and "
                       "signs",
                       "leave it out of the change, or review its entries");
                return;
            }
        }
        report(hub_statement_differs, signing_file, "the statement is about another manifest",
               sign_hub_again);
    }

    void check_index_of(const HubStatement& statement) {
        if (!statement.index || !hub_.document()) return;
        const auto manifest = memory_source(*hub_.manifest.text);
        try {
            if (index_root_of({manifest.get(), hub_.manifest.file}) == *statement.index) return;
        } catch (const UserError&) {
            // Then no index has this root.
        }
        report(hub_statement_differs, signing_file,
               "the statement is about the index of another manifest", sign_hub_again);
    }

    void check_time(std::int64_t expires, const std::string& what, const std::string& file,
                    const std::string& hint) {
        if (expires <= now_) {
            report(hub_statement_expired, file,
                   fmt::format("{} expired on {}", what, utc_date_text(expires)), hint);
        } else if (expires <= now_ + expiry_notice) {
            report(hub_statement_expires_soon, file,
                   fmt::format("{} expires on {}", what, utc_date_text(expires)), hint);
        }
    }

    void check_version(const HubStatement& statement, const std::string& text) {
        if (!base_ || !base_->tree) return;
        const auto before = file_of(*base_->tree, signing_file, statement_size_limit);
        if (!before || *before == text) return;
        try {
            const HubStatement known = read_unverified_statement_of_hub(*before);
            // Cosigning keeps the payload. Other release keys let versions start again.
            const bool is_newer =
                statement.version > known.version || statement.root_number > known.root_number ||
                (statement.version == known.version && statement.manifest == known.manifest &&
                 statement.issued == known.issued);
            if (is_newer) return;
            report(hub_statement_not_newer, signing_file,
                   fmt::format("the statement has version {}, but that of the base has version {}",
                               statement.version, known.version),
                   sign_hub_again);
        } catch (const Refused&) {
            // The change repairs the statement of the base.
        }
    }

    const HubState& hub_;
    const BaseHub* base_;
    std::int64_t now_;
    FindingList& findings_;
    HubRoots roots_;
};

}  // namespace

std::span<const RuleInfo> hub_signing_rules() {
    return hub_signing_rule_list;
}

void check_hub_signing(const HubState& hub, const BaseHub* base, std::int64_t now,
                       FindingList& findings) {
    try {
        HubSigningChecker(hub, base, now, findings).check();
    } catch (const UserError& error) {
        findings.report(hub_statement_unreadable, {signing_file, 0}, error.what(), sign_hub_again,
                        {signing_file, ""});
    }
}

bool has_signed_base(const BaseHub* base) {
    return base && base->tree && base->tree->stat(root_path(1)).has_value();
}

}  // namespace onnxhub
