// SPDX-License-Identifier: Apache-2.0
#include "validator/signature_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "trust/model_signature.h"
#include "trust/signed_content.h"
#include "trust/sigstore_bundle.h"

namespace onnxhub {
namespace {

constexpr RuleInfo signature_differs{
    .id = rule_id::signature_differs,
    .severity = Severity::error,
    .family = "signatures",
    .what =
        "A signature (`x.onnx.sig` or `model.sig`) lists other files than there are. For Git LFS "
        "pointers, the rule compares the SHA-256 in the pointer. It does not check who signed.",
    .why = "Users who verify the model refuse it.",
    .example = "`mnist-12.onnx` was replaced, and `mnist-12.onnx.sig` is of the earlier file.",
    .fix =
        "Check that the files are the intended ones, then sign them again: `onnxhub sign --models` "
        "or `onnxhub sign --folder`.",
};

constexpr RuleInfo signature_unreadable{
    .id = rule_id::signature_unreadable,
    .severity = Severity::error,
    .family = "signatures",
    .what = "A file with the name of a signature (`x.onnx.sig` or `model.sig`) is not one.",
    .why = "Users who verify the model refuse it.",
    .example = "A merge left conflict markers in the file.",
    .fix = "Sign the model again with `onnxhub sign`, or remove the file.",
};

constexpr std::array signature_rule_list{signature_differs, signature_unreadable};

constexpr const char* sign_again = "if the files are correct, sign them again with `onnxhub sign`";

/// The files of a folder of the hub, as signatures see them.
class HubContent : public SignedContent {
public:
    HubContent(const HubState& hub, const std::string& folder)
        : hub_(hub), prefix_(folder.empty() ? "" : folder + "/") {}

    std::vector<std::string> files() const override {
        std::vector<std::string> found;
        const auto begin = std::ranges::lower_bound(hub_.files, prefix_);
        for (auto file = begin; file != hub_.files.end() && file->starts_with(prefix_); ++file) {
            found.push_back(file->substr(prefix_.size()));
        }
        return found;
    }

    Result digest(const std::string& path) const override {
        const std::string whole = prefix_ + path;
        if (const auto* facts = hub_.described.contents.facts_if_added(whole)) {
            return Digest{facts->sha, facts->size_bytes};
        }
        const auto stat = hub_.tree.stat(whole);
        if (!stat) return NoDigest{};
        if (stat->kind == FileKind::symlink) return NoDigest{"is a symbolic link"};
        const auto facts = read_content_facts(hub_.tree, whole, {});
        if (const auto* problem = std::get_if<Diagnostic>(&facts)) {
            return NoDigest{problem->message};
        }
        const auto& found = std::get<ContentFacts>(facts);
        return Digest{found.sha, found.size_bytes};
    }

    /// Not called: signatures of parts are skipped, since pointers have no digests of parts.
    Result digest_of_part(const std::string&, std::uint64_t, std::uint64_t) const override {
        return NoDigest{"is signed in parts"};
    }

private:
    const HubState& hub_;
    std::string prefix_;
};

class SignatureChecker {
public:
    explicit SignatureChecker(const HubState& hub) : hub_(hub) {}

    void check(const std::string& path, FindingList& findings) const {
        const auto text = content_of(path, findings);
        if (!text) return;
        const auto read = read_unverified_statement(*text);
        if (const auto* refusal = std::get_if<Refusal>(&read)) {
            if (refusal->kind == RefusalKind::unsupported) {
                findings.skip(signature_differs, "formats that onnxhub does not compare");
            } else {
                findings.report(signature_unreadable, {path, 0}, refusal->reason,
                                "sign the model again, or remove the file", {path, ""});
            }
            return;
        }
        const auto& statement = std::get<ModelStatement>(read);
        if (statement.shard_size) {
            findings.skip(signature_differs, "signatures of parts of files");
            return;
        }
        compare(path, statement, findings);
    }

private:
    /// Nothing when it is not available locally.
    std::optional<std::string> content_of(const std::string& path, FindingList& findings) const {
        const auto facts = read_content_facts(hub_.tree, path, {});
        if (const auto* problem = std::get_if<Diagnostic>(&facts)) {
            findings.report(signature_unreadable, {path, 0}, problem->message, problem->hint,
                            {path, ""});
            return std::nullopt;
        }
        const auto content = open_content(hub_.tree, path, std::get<ContentFacts>(facts));
        if (content) return read_whole(*content, bundle_size_limit, path);
        findings.skip(signature_differs, not_downloaded);
        return std::nullopt;
    }

    void compare(const std::string& path, const ModelStatement& statement,
                 FindingList& findings) const {
        const std::string folder(parent_folder(path));
        ComparisonOptions options;
        options.jobs = 1;
        options.ignores_unsigned_files = !is_folder_signature(path);
        options.ignored_paths = {std::string(file_name(path))};
        const auto differences = compare_files(statement, HubContent(hub_, folder), options);
        if (differences.empty()) return;
        const FileDifference& first = differences.front();
        const std::string file = folder.empty() ? first.path : folder + "/" + first.path;
        findings.report(
            signature_differs, {path, 0},
            fmt::format("{}{}", text_of(first, file),
                        differences.size() == 1
                            ? ""
                            : fmt::format(", and {} more files differ", differences.size() - 1)),
            sign_again, {path, file});
    }

    static std::string text_of(const FileDifference& difference, const std::string& file) {
        switch (difference.kind) {
            case FileDifference::Kind::changed:
                return file + " was changed after it was signed";
            case FileDifference::Kind::missing:
                return file + " is signed and does not exist";
            case FileDifference::Kind::not_signed:
                return file + " is not signed";
            case FileDifference::Kind::not_readable:
                break;
        }
        return file + " is signed and " + difference.detail;
    }

    const HubState& hub_;
};

}  // namespace

std::span<const RuleInfo> signature_rules() {
    return signature_rule_list;
}

void check_signatures(const HubState& hub, unsigned jobs, FindingList& findings) {
    std::vector<std::string> paths = signature_files(hub.files);
    std::erase_if(paths, [&](const std::string& path) { return !hub.part.has_file(path); });
    const SignatureChecker checker(hub);
    check_each(paths.size(), jobs, findings, [&](std::size_t i, FindingList& found) {
        try {
            checker.check(paths[i], found);
        } catch (const UserError& error) {
            found.report(signature_unreadable, {paths[i], 0}, reason_without_file(error, paths[i]),
                         "", {paths[i], ""});
        }
    });
}

}  // namespace onnxhub
