// SPDX-License-Identifier: Apache-2.0
#include "validator/file_rules.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

constexpr RuleInfo model_missing{
    .id = rule_id::model_missing,
    .severity = Severity::error,
    .family = "files",
    .what = "The file in an entry's `model_path` is not in the repository.",
    .why = "Clients that load the model get \"404 Not Found\".",
    .example = "The directory moved to `validated/`, but the manifest still has the old paths.",
    .fix =
        "Correct the path, or run `onnxhub validate --fix`, which takes the path from the table.",
    .is_fixable = true,
};

constexpr RuleInfo archive_missing{
    .id = rule_id::archive_missing,
    .severity = Severity::error,
    .family = "files",
    .what = "The file in an entry's `model_with_data_path` is not in the repository.",
    .why = "Clients that request the model with its test data get \"404 Not Found\".",
    .example = "`mnist-12.tar.gz` was deleted, but the entry still names it.",
    .fix = "Restore the archive, or remove it from the table and run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo external_data_missing{
    .id = rule_id::external_file_missing,
    .severity = Severity::error,
    .family = "files",
    .what = "A file in an entry's `external_data` is not in the repository.",
    .why = "The model cannot be loaded without the weights in this file.",
    .example = "`llm.onnx_data` was renamed.",
    .fix = "Restore the file. If the model no longer needs it, run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo model_sha_differs{
    .id = rule_id::model_sha_differs,
    .severity = Severity::error,
    .family = "files",
    .what =
        "An entry's `model_sha` is not the SHA-256 of the model. For a Git LFS pointer, the rule "
        "compares the SHA-256 in the pointer.",
    .why = "Clients verify the SHA-256 of each download and reject the model.",
    .example = "The model was exported again, but the manifest still has the old hash.",
    .fix = "Check that the file is the intended one, then run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo model_size_differs{
    .id = rule_id::model_size_differs,
    .severity = Severity::error,
    .family = "files",
    .what = "An entry's `model_bytes` is not the size of the model file.",
    .why = "Clients use the size to reserve disk space and to stop a download that is too long.",
    .example = "`\"model_bytes\": 26454` for a file of 26,455 bytes",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo archive_sha_differs{
    .id = rule_id::archive_sha_differs,
    .severity = Severity::error,
    .family = "files",
    .what = "An entry's `model_with_data_sha` is not the SHA-256 of the archive.",
    .why = "Clients verify the SHA-256 of the archive and reject it.",
    .example = "The test data was packed again, but the manifest still has the old hash.",
    .fix = "Check that the archive is the intended one, then run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo archive_size_differs{
    .id = rule_id::archive_size_differs,
    .severity = Severity::error,
    .family = "files",
    .what = "An entry's `model_with_data_bytes` is not the size of the archive.",
    .why = "Clients use the size to reserve disk space and to stop a download that is too long.",
    .example = "`\"model_with_data_bytes\": 0`",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo external_data_differs{
    .id = rule_id::external_file_differs,
    .severity = Severity::error,
    .family = "files",
    .what = "The SHA-256 or size in `external_data` is not that of the file.",
    .why = "Clients reject the weights, or run the model with wrong weights.",
    .example = "The weights were replaced, but the manifest still has the old hash.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo content_not_stated{
    .id = rule_id::content_not_stated,
    .severity = Severity::warning,
    .family = "files",
    .what = "An entry lacks `model_sha` or `model_bytes`, or the same value of its archive.",
    .why =
        "Without a SHA-256, clients cannot detect a wrong or manipulated download, and cannot use "
        "mirrors safely.",
    .example = "A manually written entry has only a path.",
    .fix = "Run `onnxhub validate --fix`.",
    .is_fixable = true,
};

constexpr RuleInfo symbolic_link{
    .id = rule_id::symbolic_link,
    .severity = Severity::error,
    .family = "files",
    .what = "A file of an entry is a symbolic link in git, or is below one.",
    .why = "Git hosts serve the text of the link instead of the file, so the SHA-256 is wrong.",
    .example = "`latest.onnx` is a link to `mnist-12.onnx`.",
    .fix =
        "Link to the file itself in the table, or commit a copy. Git LFS stores equal files only "
        "once.",
};

constexpr std::array file_rule_list{
    model_missing,      archive_missing,     external_data_missing, model_sha_differs,
    model_size_differs, archive_sha_differs, archive_size_differs,  external_data_differs,
    content_not_stated, symbolic_link};

/// Rules and fields for one kind of file in an entry.
struct FileKindRules {
    const RuleInfo& missing;
    const RuleInfo& sha_differs;
    const RuleInfo& size_differs;
    std::string_view what;
    std::string_view path_field;
    std::string_view sha_field;
    std::string_view size_field;
};

constexpr FileKindRules model_rules{
    model_missing, model_sha_differs,    model_size_differs,    "model",
    "model_path",  "metadata.model_sha", "metadata.model_bytes"};
constexpr FileKindRules rules_of_archives{archive_missing,
                                          archive_sha_differs,
                                          archive_size_differs,
                                          "archive",
                                          "metadata.model_with_data_path",
                                          "metadata.model_with_data_sha",
                                          "metadata.model_with_data_bytes"};

class FileChecker {
public:
    FileChecker(const HubState& hub, FindingList& findings) : hub_(hub), findings_(findings) {
        for (const ModelDescription& model : hub.described.models) {
            if (!model.facts) continue;
            path_of_sha_.try_emplace(model.facts->sha, model.row->model_path);
            const auto& archive = model.row->archive_path;
            const auto* facts = archive ? hub.described.contents.facts(*archive) : nullptr;
            if (facts) path_of_sha_.try_emplace(facts->sha, *archive);
        }
    }

    void check(std::size_t index) {
        entry_ = &hub_.document()->entries[index];
        if (!entry_->entry) return;
        const Entry& entry = *entry_->entry;
        if (!hub_.part.has_model(entry.model_path)) return;
        const auto row = hub_.matches.row_of_entry[index];
        row_ = row ? &hub_.described.models[*row] : nullptr;
        if (!is_elsewhere(hub_, entry)) check_file(model_rules, entry.model_path, entry.content);
        if (entry.archive_path) check_file(rules_of_archives, *entry.archive_path, entry.archive);
        for (const ExternalDataFile& file : entry.external_data) check_external(file);
    }

private:
    Place place(std::string_view field) const { return place_of(hub_, *entry_, field); }

    Subject subject(const std::string& path) const { return {subject_of(*entry_).name, path}; }

    void check_file(const FileKindRules& kind, const std::string& path,
                    const StatedContent& stated) {
        if (!safe_path(path)) return;  // unsafe-path reports it
        check_links(path, kind.path_field);
        if (const auto* facts = hub_.described.contents.facts(path)) {
            check_content(kind, path, stated, *facts);
            return;
        }
        const auto& none = *hub_.described.contents.no_content(path);
        if (none.in_file) {  // a broken pointer has its own findings
            findings_.skip(kind.sha_differs, "the file can't be read");
            return;
        }
        findings_.report(kind.missing, place(kind.path_field), none.reason,
                         missing_hint(stated, none.near), subject(path));
    }

    std::string missing_hint(const StatedContent& stated, const std::string& near) const {
        if (row_ && row_->row->model_path != entry_->entry->model_path) {
            return fmt::format("{} has {}; run `onnxhub validate --fix`",
                               to_text(place_of(*row_->row)), row_->row->model_path);
        }
        const auto found = stated.sha ? path_of_sha_.find(*stated.sha) : path_of_sha_.end();
        if (found != path_of_sha_.end()) {
            return fmt::format("the file with this SHA-256 is {}", found->second);
        }
        if (!near.empty()) {
            return fmt::format("the hub has {}; correct its row and run `onnxhub validate --fix`",
                               near);
        }
        return "restore the file, or remove its row and run `onnxhub validate --fix`";
    }

    void check_links(const std::string& path, std::string_view field) {
        try {
            const auto target = resolve_symlinks(hub_.tree, path);
            if (std::holds_alternative<UnresolvedPath>(target)) return;  // reported as missing
            if (std::get<std::string>(target) == path) return;
            findings_.report(symbolic_link, place(field),
                             fmt::format("{} is a symbolic link to {}, or is below one", path,
                                         std::get<std::string>(target)),
                             "link to the file itself, or commit a copy", subject(path));
        } catch (const UserError&) {
            findings_.skip(symbolic_link, "the file can't be read");
        }
    }

    void check_content(const FileKindRules& kind, const std::string& path,
                       const StatedContent& stated, const ContentFacts& facts) {
        if (!stated.sha || !stated.size_bytes) {
            findings_.report(content_not_stated, place(kind.path_field),
                             fmt::format("the entry has no {} of the {}",
                                         stated.sha ? "size" : "SHA-256", kind.what),
                             "run `onnxhub validate --fix`", subject(path));
        }
        const bool other_size = stated.size_bytes && *stated.size_bytes != facts.size_bytes;
        if (stated.sha && *stated.sha != facts.sha) {
            std::string message = fmt::format("the SHA-256 of {} is {}, not {}", path,
                                              to_hex(facts.sha), to_hex(*stated.sha));
            if (other_size) {
                message += fmt::format(", and its size {} bytes, not {}", facts.size_bytes,
                                       *stated.size_bytes);
            }
            findings_.report(kind.sha_differs, place(kind.sha_field), std::move(message),
                             sha_hint(*stated.sha, path), subject(path));
        } else if (other_size) {
            findings_.report(
                kind.size_differs, place(kind.size_field),
                fmt::format("{} has {} bytes, not {}", path, facts.size_bytes, *stated.size_bytes),
                "run `onnxhub validate --fix`", subject(path));
        }
    }

    /// Swapped models have each other's hashes.
    std::string sha_hint(const Sha256& stated, const std::string& path) const {
        const auto found = path_of_sha_.find(stated);
        if (found != path_of_sha_.end() && found->second != path) {
            return fmt::format(
                "the stated SHA-256 is that of {}; check whether the files were swapped",
                found->second);
        }
        return "if the file is correct, run `onnxhub validate --fix`";
    }

    void check_external(const ExternalDataFile& file) {
        if (!safe_path(file.path)) return;
        const std::string_view field = "metadata.external_data";
        const auto* facts = hub_.described.contents.facts(file.path);
        if (!facts) {
            const auto& none = *hub_.described.contents.no_content(file.path);
            if (none.in_file) return;
            findings_.report(external_data_missing, place(field), none.reason,
                             "restore the file; the model is incomplete without it",
                             subject(file.path));
        } else if (facts->sha != file.sha || facts->size_bytes != file.size_bytes) {
            findings_.report(external_data_differs, place(field),
                             fmt::format("{} has SHA-256 {} and {} bytes, not {} and {}", file.path,
                                         to_hex(facts->sha), facts->size_bytes, to_hex(file.sha),
                                         file.size_bytes),
                             "if the file is correct, run `onnxhub validate --fix`",
                             subject(file.path));
        }
    }

    const HubState& hub_;
    FindingList& findings_;
    std::map<Sha256, std::string> path_of_sha_;
    const ManifestEntry* entry_ = nullptr;
    const ModelDescription* row_ = nullptr;
};

}  // namespace

std::span<const RuleInfo> file_rules() {
    return file_rule_list;
}

void check_files(const HubState& hub, FindingList& findings) {
    if (!hub.document()) return;
    FileChecker checker(hub, findings);
    for (std::size_t i = 0; i < hub.document()->entries.size(); ++i) checker.check(i);
}

}  // namespace onnxhub
