// SPDX-License-Identifier: Apache-2.0
#include "validator/pointer_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "manifest/rule_ids.h"
#include "repository/annex_key.h"
#include "repository/foreign_pointer.h"
#include "repository/git_attributes.h"

namespace onnxhub {
namespace {

constexpr RuleInfo pointer_conflict{
    .id = rule_id::pointer_conflict,
    .severity = Severity::error,
    .family = "pointers",
    .what = "A Git LFS pointer contains the conflict markers of a merge.",
    .why = "Git LFS does not recognize the pointer. Users get this text instead of the model.",
    .example = "`<<<<<<< HEAD` above two `oid` lines",
    .fix =
        "During the merge, choose a side: `git checkout --ours -- FILE` or `--theirs`. Later, add "
        "the "
        "model again, or restore it from a good commit: `git checkout COMMIT -- FILE`.",
};

constexpr RuleInfo pointer_truncated{
    .id = rule_id::pointer_truncated,
    .severity = Severity::error,
    .family = "pointers",
    .what = "A Git LFS pointer is incomplete: its oid or size is missing.",
    .why = "Git LFS does not recognize the pointer. Users get this text instead of the model.",
    .example = "The file has only the line `version https://git-lfs.github.com/spec/v1`.",
    .fix = "Restore the pointer: `git checkout COMMIT -- FILE` with a good commit.",
};

constexpr RuleInfo pointer_malformed{
    .id = rule_id::pointer_malformed,
    .severity = Severity::error,
    .family = "pointers",
    .what = "A file begins like a Git LFS pointer, but breaks the format.",
    .why = "Git LFS does not recognize the pointer. Users get this text instead of the model.",
    .example = "`oid sha256:` with 63 digits, or a byte order mark at the beginning",
    .fix = "Restore the pointer: `git checkout COMMIT -- FILE` with a good commit.",
};

constexpr RuleInfo pointer_crlf{
    .id = rule_id::pointer_crlf,
    .severity = Severity::warning,
    .family = "pointers",
    .what = "The lines of a Git LFS pointer end with CR LF.",
    .why =
        "Git LFS writes LF. `git status` always shows the file as modified, and some servers do "
        "not resolve the pointer.",
    .example = "The pointer was edited or committed on Windows without Git LFS.",
    .fix = "Download the content, then run `git add --renormalize FILE`.",
};

constexpr RuleInfo pointer_not_canonical{
    .id = rule_id::pointer_not_canonical,
    .severity = Severity::warning,
    .family = "pointers",
    .what =
        "A Git LFS pointer differs from what Git LFS writes. It has an old version, unsorted or "
        "unknown keys, empty lines, or no line break at the end.",
    .why = "`git status` always shows the file as modified, and `git lfs fsck --pointers` fails.",
    .example = "`size` above `oid`",
    .fix = "Download the content, then run `git add --renormalize FILE`.",
};

constexpr RuleInfo pointer_raw_bytes{
    .id = rule_id::pointer_raw_bytes,
    .severity = Severity::error,
    .family = "pointers",
    .what =
        "`.gitattributes` assigns a file to Git LFS, but git stores the content itself instead of "
        "a pointer.",
    .why =
        "Hubs serve Git LFS files from another address, which does not have this file. Every clone "
        "also stores the content permanently.",
    .example = "A model was uploaded on GitHub's web page, which does not support Git LFS.",
    .fix = "Before the pull request is merged, run `git add --renormalize FILE` and commit.",
};

constexpr RuleInfo lfs_not_covered{
    .id = rule_id::lfs_not_covered,
    .severity = Severity::error,
    .family = "pointers",
    .what =
        "Git stores a Git LFS pointer, but no line of `.gitattributes` assigns the file to Git "
        "LFS.",
    .why = "A checkout has the pointer instead of the model.",
    .example = "`weights.data` was added with Git LFS, but `.gitattributes` was not committed.",
    .fix = "Run `git lfs track FILE` and commit `.gitattributes`.",
};

constexpr RuleInfo not_in_lfs{
    .id = rule_id::not_in_lfs,
    .severity = Severity::warning,
    .family = "pointers",
    .what = "A model or archive of 10 MiB or more is committed to git instead of Git LFS.",
    .why =
        "Every clone stores each version of the file permanently. Hugging Face rejects such files "
        "in git from 10 MiB, GitHub from 100 MiB.",
    .example = "`resnet50.onnx` has 98 MiB, and there is no `.gitattributes`.",
    .fix =
        "Before the pull request is merged, run `git lfs track '*.onnx'`, then `git add "
        "--renormalize .`.",
};

constexpr RuleInfo file_unreadable{
    .id = rule_id::file_unreadable,
    .severity = Severity::error,
    .family = "pointers",
    .what = "A file cannot be read.",
    .why = "Checks that depend on the file were skipped.",
    .example =
        "A partial clone does not contain the file, or its permissions do not allow reading.",
    .fix = "Make the file readable and run the command again.",
};

constexpr RuleInfo attributes_unreadable{
    .id = rule_id::attributes_unreadable,
    .severity = Severity::warning,
    .family = "pointers",
    .what =
        "A `.gitattributes` file is larger than 1 MiB, has more than 500 patterns with wildcards, "
        "or cannot be read.",
    .why = "It is unknown which files belong in Git LFS.",
    .example = "The file has 100,000 generated lines.",
    .fix =
        "Shorten the file. `*.onnx filter=lfs diff=lfs merge=lfs -text` is enough for most hubs.",
};

constexpr RuleInfo folder_unreadable{
    .id = rule_id::folder_unreadable,
    .severity = Severity::warning,
    .family = "pointers",
    .what = "A directory of the working tree cannot be read.",
    .why = "Its files were not checked.",
    .example = "The permissions do not allow listing the directory.",
    .fix = "Make the directory readable and run the command again.",
};

constexpr RuleInfo path_left_out{
    .id = rule_id::path_left_out,
    .severity = Severity::note,
    .family = "pointers",
    .what =
        "A file was skipped because its name cannot be used in a hub. For example, the name is not "
        "UTF-8.",
    .why = "A manifest cannot contain the name.",
    .example = "The name contains a line break.",
    .fix = "If the file is a model, rename it.",
};

constexpr RuleInfo submodule_left_out{
    .id = rule_id::submodule_left_out,
    .severity = Severity::note,
    .family = "pointers",
    .what = "A git submodule was skipped.",
    .why = "Its files are not part of this repository.",
    .example = "`third_party/tools`",
    .fix = "No action is needed.",
};

constexpr RuleInfo repository_left_out{
    .id = rule_id::repository_left_out,
    .severity = Severity::note,
    .family = "pointers",
    .what = "A git repository inside the working tree was skipped.",
    .why = "Its files are not part of the outer repository.",
    .example = "There is a clone inside the clone.",
    .fix = "No action is needed.",
};

constexpr std::array pointer_rule_list{
    pointer_conflict,      pointer_truncated,     pointer_malformed, pointer_crlf,
    pointer_not_canonical, pointer_raw_bytes,     lfs_not_covered,   not_in_lfs,
    file_unreadable,       attributes_unreadable, folder_unreadable, path_left_out,
    submodule_left_out,    repository_left_out,
};

/// Kinds of files that hubs store in Git LFS.
bool is_lfs_kind(std::string_view path) {
    constexpr std::array<std::string_view, 5> suffixes{".onnx", ".pb", ".gz", ".tar", ".zip"};
    return std::ranges::any_of(suffixes, [&](std::string_view s) { return path.ends_with(s); });
}

/// `path` as one word of a shell command.
std::string quoted_path(const std::string& path) {
    const bool is_plain = std::ranges::all_of(path, [](unsigned char c) {
        return std::isalnum(c) || c == '/' || c == '.' || c == '_' || c == '-' || c == '+';
    });
    if (is_plain && !path.starts_with('-')) return path;
    std::string text = "'";
    for (const char c : path) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

class PointerChecker {
public:
    PointerChecker(const Tree& tree, const GitAttributes& attributes)
        : tree_(tree), attributes_(attributes) {}

    void check(const std::string& path, FindingList& findings) const {
        const auto stat = tree_.stat(path);
        if (!stat || stat->kind != FileKind::regular || stat->is_ignored) return;
        const auto held = held_by_git(path, findings);
        if (is_raw_in_git(path, held)) {
            report(pointer_raw_bytes, path, 0,
                   ".gitattributes assigns this file to Git LFS, but git stores its content",
                   fmt::format("run `git add --renormalize {}` and commit", quoted_path(path)),
                   findings);
            return;
        }
        if (const auto pointer = tree_.known_pointer(path)) {
            return check_pointer(path, *pointer, findings);
        }
        const bool is_small = stat->size_bytes < lfs_pointer_size_limit;
        const std::string content =
            is_small ? read_whole(*tree_.open(path), lfs_pointer_size_limit, path) : "";
        const LfsPointerResult parsed = is_small ? parse_lfs_pointer(content) : NotAPointer{};
        if (const auto* broken = std::get_if<MalformedPointer>(&parsed)) {
            report_broken(path, *broken, findings);
        } else if (const auto* pointer = std::get_if<LfsPointer>(&parsed)) {
            check_pointer(path, *pointer, findings);
        } else if (annex_key_of_pointer(content)) {
            return;  // as good as a pointer of Git LFS
        } else if (auto foreign = find_foreign_pointer(content)) {
            report(file_unreadable, path, 0, foreign->reason, foreign->hint, findings);
        } else if (held) {
            check_content(path, *held, findings);
        }
    }

private:
    /// The content that git has recorded, independent of the file's times.
    std::optional<HeldByGit> held_by_git(const std::string& path, FindingList& findings) const {
        try {
            return tree_.held_by_git(path);
        } catch (const UserError&) {
            findings.skip(pointer_raw_bytes, "git's copies are not available locally");
            return std::nullopt;
        }
    }

    /// Git LFS does not convert empty files. Broken pointers have other rules.
    bool is_raw_in_git(const std::string& path, const std::optional<HeldByGit>& held) const {
        return held && held->size_bytes > 0 &&
               std::holds_alternative<NotAPointer>(held->as_pointer) &&
               attributes_.filter_of(path) == LfsFilter::lfs;
    }

    static void report(const RuleInfo& rule, const std::string& path, int line, std::string message,
                       std::string hint, FindingList& findings) {
        findings.report(rule, {path, line}, std::move(message), std::move(hint), {path, ""});
    }

    static void report_broken(const std::string& path, const MalformedPointer& broken,
                              FindingList& findings) {
        using Kind = MalformedPointer::Kind;
        const RuleInfo& rule = broken.kind == Kind::conflict_markers ? pointer_conflict
                               : broken.kind == Kind::truncated      ? pointer_truncated
                                                                     : pointer_malformed;
        report(rule, path, broken.line, "broken Git LFS pointer: " + broken.reason,
               broken.kind == Kind::conflict_markers
                   ? fmt::format("during a merge, choose a side: `git checkout --ours -- {0}` or "
                                 "`--theirs`; else add the model again",
                                 quoted_path(path))
                   : fmt::format("restore it: `git checkout COMMIT -- {}` with a good commit",
                                 quoted_path(path)),
               findings);
    }

    void check_pointer(const std::string& path, const LfsPointer& pointer,
                       FindingList& findings) const {
        const auto renormalize = [&] {
            return fmt::format("download the content, then run `git add --renormalize {}`",
                               quoted_path(path));
        };
        if (pointer.has_crlf) {
            report(pointer_crlf, path, 1, "the lines of this Git LFS pointer end with CR LF",
                   renormalize(), findings);
        } else if (!pointer.is_canonical) {
            report(pointer_not_canonical, path, 1,
                   "this Git LFS pointer differs from what Git LFS writes", renormalize(),
                   findings);
        }
        check_covered(path, findings);
    }

    void check_covered(const std::string& path, FindingList& findings) const {
        if (attributes_.filter_of(path) == LfsFilter::lfs) return;
        report(lfs_not_covered, path, 1,
               ".gitattributes does not assign this Git LFS pointer to Git LFS",
               fmt::format("run `git lfs track {}` and commit .gitattributes", quoted_path(path)),
               findings);
    }

    /// Checks a file that is not a pointer in this tree.
    void check_content(const std::string& path, const HeldByGit& held,
                       FindingList& findings) const {
        if (std::holds_alternative<LfsPointer>(held.as_pointer)) {
            check_covered(path, findings);
        } else if (held.size_bytes >= large_file_size && is_lfs_kind(path)) {
            report(not_in_lfs, path, 0,
                   fmt::format("{} bytes are committed to git instead of Git LFS", held.size_bytes),
                   fmt::format("run `git lfs track {0}`, then `git add --renormalize {0}`",
                               quoted_path(path)),
                   findings);
        }
    }

    const Tree& tree_;
    const GitAttributes& attributes_;
};

/// Files that are pointers or should be: by their kind, by .gitattributes, or because the hub names
/// them.
std::vector<const std::string*> candidates(const HubState& hub, const GitAttributes& attributes) {
    std::vector<std::string_view> named;
    for (const ModelRow& row : hub.hub.models) {
        named.push_back(row.model_path);
        if (row.archive_path) named.push_back(*row.archive_path);
    }
    if (const ManifestDocument* document = hub.document()) {
        for (const ManifestEntry& present : document->entries) {
            if (!present.entry) continue;
            named.push_back(present.entry->model_path);
            if (present.entry->archive_path) named.push_back(*present.entry->archive_path);
            for (const ExternalDataFile& file : present.entry->external_data) {
                named.push_back(file.path);
            }
        }
    }
    std::ranges::sort(named);
    std::vector<const std::string*> paths;
    for (const std::string& path : hub.files) {
        if (!hub.part.has_file(path)) continue;
        if (is_lfs_kind(path) || std::ranges::binary_search(named, path) ||
            attributes.filter_of(path) == LfsFilter::lfs) {
            paths.push_back(&path);
        }
    }
    return paths;
}

}  // namespace

std::span<const RuleInfo> pointer_rules() {
    return pointer_rule_list;
}

void check_pointers(const HubState& hub, unsigned jobs, FindingList& findings) {
    Diagnostics problems;
    const GitAttributes attributes = GitAttributes::read(hub.tree, hub.files, problems);
    if (hub.part.has_hub()) {
        for (const Diagnostic& problem : problems.all()) findings.report(problem);
    }
    const std::vector<const std::string*> paths = candidates(hub, attributes);
    const PointerChecker checker(hub.tree, attributes);
    check_each(paths.size(), jobs, findings, [&](std::size_t i, FindingList& found) {
        const std::string& path = *paths[i];
        try {
            checker.check(path, found);
        } catch (const UserError& error) {
            found.report(file_unreadable, {path, 0}, reason_without_file(error, path), "",
                         {path, ""});
        }
    });
}

}  // namespace onnxhub
