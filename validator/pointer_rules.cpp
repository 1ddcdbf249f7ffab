// SPDX-License-Identifier: Apache-2.0
#include "validator/pointer_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <variant>

#include "base/parallel.h"
#include "base/user_error.h"
#include "manifest/rule_ids.h"
#include "repository/foreign_pointer.h"
#include "repository/git_attributes.h"

namespace onnxhub {
namespace {

constexpr RuleInfo pointer_conflict{
    .id = rule_id::pointer_conflict,
    .severity = Severity::error,
    .family = "pointers",
    .what = "A Git LFS pointer holds the conflict markers of a merge.",
    .why =
        "Git LFS no longer takes it for a pointer: everybody gets this text in place of the "
        "model.",
    .example = "`<<<<<<< HEAD` above two `oid` lines",
    .fix =
        "Take one side: `git checkout --ours -- FILE` or `--theirs`, in a merge that is not "
        "committed yet; else `git checkout COMMIT -- FILE` with a good commit.",
};

constexpr RuleInfo pointer_truncated{
    .id = rule_id::pointer_truncated,
    .severity = Severity::error,
    .family = "pointers",
    .what = "A Git LFS pointer ends too early: its oid or size is missing.",
    .why =
        "Git LFS no longer takes it for a pointer: everybody gets this text in place of the "
        "model.",
    .example = "A file of the one line `version https://git-lfs.github.com/spec/v1`",
    .fix = "Restore it: `git checkout COMMIT -- FILE` with a good commit.",
};

constexpr RuleInfo pointer_malformed{
    .id = rule_id::pointer_malformed,
    .severity = Severity::error,
    .family = "pointers",
    .what = "A file begins as a Git LFS pointer and then breaks its format.",
    .why =
        "Git LFS no longer takes it for a pointer: everybody gets this text in place of the "
        "model.",
    .example = "`oid sha256:` with 63 digits, or a byte order mark in front",
    .fix = "Restore it: `git checkout COMMIT -- FILE` with a good commit.",
};

constexpr RuleInfo pointer_crlf{
    .id = rule_id::pointer_crlf,
    .severity = Severity::warning,
    .family = "pointers",
    .what = "The lines of a Git LFS pointer end with CR LF.",
    .why =
        "Git LFS writes LF. `git status` shows the file as modified for ever, and some servers "
        "don't resolve the pointer.",
    .example = "A pointer edited or committed on Windows without Git LFS.",
    .fix = "With the content here: `git add --renormalize FILE`.",
};

constexpr RuleInfo pointer_not_canonical{
    .id = rule_id::pointer_not_canonical,
    .severity = Severity::warning,
    .family = "pointers",
    .what =
        "A Git LFS pointer is not the very bytes that Git LFS writes: an old version, unsorted "
        "or unknown keys, empty lines, no line break at the end.",
    .why = "`git status` shows the file as modified for ever, and `git lfs fsck --pointers` fails.",
    .example = "`size` above `oid`",
    .fix = "With the content here: `git add --renormalize FILE`.",
};

constexpr RuleInfo pointer_raw_bytes{
    .id = rule_id::pointer_raw_bytes,
    .severity = Severity::error,
    .family = "pointers",
    .what =
        "`.gitattributes` sends a file through Git LFS, but git holds its bytes and no "
        "pointer.",
    .why =
        "Hubs serve files in Git LFS from another address, where this one is not; and every "
        "clone carries its bytes for ever.",
    .example = "A model uploaded on GitHub's web page, which knows nothing of Git LFS.",
    .fix = "`git add --renormalize FILE` and commit, before the pull request is merged.",
};

constexpr RuleInfo lfs_not_covered{
    .id = rule_id::lfs_not_covered,
    .severity = Severity::error,
    .family = "pointers",
    .what =
        "Git holds a Git LFS pointer, but no line of `.gitattributes` sends the file through "
        "Git LFS.",
    .why = "A checkout leaves the pointer in place of the model.",
    .example =
        "`weights.data` was added with Git LFS on a machine whose `.gitattributes` was "
        "never committed.",
    .fix = "`git lfs track FILE`, and commit `.gitattributes`.",
};

constexpr RuleInfo not_in_lfs{
    .id = rule_id::not_in_lfs,
    .severity = Severity::warning,
    .family = "pointers",
    .what = "A model or archive of 10 MiB or more is committed to git itself.",
    .why =
        "Every clone carries each of its versions for ever; Hugging Face refuses such files in "
        "git from 10 MiB on, GitHub from 100 MiB on.",
    .example = "`resnet50.onnx` of 98 MiB, and no `.gitattributes`",
    .fix =
        "`git lfs track '*.onnx'`, then `git add --renormalize .`, before the pull request is "
        "merged.",
};

constexpr RuleInfo file_unreadable{
    .id = rule_id::file_unreadable,
    .severity = Severity::error,
    .family = "pointers",
    .what = "A file can't be read.",
    .why = "Nothing that depends on it was checked.",
    .example = "A partial clone that left the file out, or no permission to read it.",
    .fix = "Make it readable, and run this again.",
};

constexpr RuleInfo attributes_unreadable{
    .id = rule_id::attributes_unreadable,
    .severity = Severity::warning,
    .family = "pointers",
    .what =
        "A `.gitattributes` file is larger than 1 MiB, has over 500 patterns with wildcards, "
        "or can't be read.",
    .why = "Which files belong in Git LFS can't be told.",
    .example = "A file of 100,000 generated lines.",
    .fix = "Shorten it: `*.onnx filter=lfs diff=lfs merge=lfs -text` is enough for most hubs.",
};

constexpr RuleInfo folder_unreadable{
    .id = rule_id::folder_unreadable,
    .severity = Severity::warning,
    .family = "pointers",
    .what = "A folder of the working tree can't be read.",
    .why = "Its files were not checked.",
    .example = "No permission to list it.",
    .fix = "Make it readable, and run this again.",
};

constexpr RuleInfo path_left_out{
    .id = rule_id::path_left_out,
    .severity = Severity::note,
    .family = "pointers",
    .what = "A file's name can't be used in a hub, for instance since it is not UTF-8.",
    .why = "No manifest can name it.",
    .example = "A name with a line break.",
    .fix = "Rename it if it is a model.",
};

constexpr RuleInfo submodule_left_out{
    .id = rule_id::submodule_left_out,
    .severity = Severity::note,
    .family = "pointers",
    .what = "A git submodule was passed by.",
    .why = "Its files are not part of this repository.",
    .example = "`third_party/tools`",
    .fix = "Nothing.",
};

constexpr RuleInfo repository_left_out{
    .id = rule_id::repository_left_out,
    .severity = Severity::note,
    .family = "pointers",
    .what = "A git repository inside the working tree was passed by.",
    .why = "Its files are not part of this repository.",
    .example = "A clone inside the clone.",
    .fix = "Nothing.",
};

constexpr std::array pointer_rule_list{
    pointer_conflict,      pointer_truncated,     pointer_malformed, pointer_crlf,
    pointer_not_canonical, pointer_raw_bytes,     lfs_not_covered,   not_in_lfs,
    file_unreadable,       attributes_unreadable, folder_unreadable, path_left_out,
    submodule_left_out,    repository_left_out,
};

/// Kinds of files that hubs keep in Git LFS.
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
                   ".gitattributes sends this file through Git LFS, but git holds its bytes",
                   fmt::format("git add --renormalize {}, and commit", quoted_path(path)),
                   findings);
            return;
        }
        const bool is_small = stat->size_bytes < lfs_pointer_size_limit;
        const std::string content =
            is_small ? read_whole(*tree_.open(path), lfs_pointer_size_limit, path) : "";
        const LfsPointerResult parsed = is_small ? parse_lfs_pointer(content) : NotAPointer{};
        if (const auto* broken = std::get_if<MalformedPointer>(&parsed)) {
            report_broken(path, *broken, findings);
        } else if (const auto* pointer = std::get_if<LfsPointer>(&parsed)) {
            check_pointer(path, *pointer, findings);
        } else if (auto foreign = find_foreign_pointer(content)) {
            report(file_unreadable, path, 0, foreign->reason, foreign->hint, findings);
        } else if (held) {
            check_content(path, *held, findings);
        }
    }

private:
    /// What git has recorded, and never what the file's times say of it.
    std::optional<HeldByGit> held_by_git(const std::string& path, FindingList& findings) const {
        try {
            return tree_.held_by_git(path);
        } catch (const UserError&) {
            findings.skip(pointer_raw_bytes, "git's copies of them are not here");
            return std::nullopt;
        }
    }

    /// Git LFS leaves empty files alone, and a broken pointer has pointer_rule_list of its own.
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
               fmt::format("restore it: git checkout <good commit> -- {}", quoted_path(path)),
               findings);
    }

    void check_pointer(const std::string& path, const LfsPointer& pointer,
                       FindingList& findings) const {
        const std::string renormalize =
            fmt::format("with its content here: git add --renormalize {}", quoted_path(path));
        if (pointer.has_crlf) {
            report(pointer_crlf, path, 1, "the lines of this Git LFS pointer end with CR LF",
                   renormalize, findings);
        } else if (!pointer.is_canonical) {
            report(pointer_not_canonical, path, 1,
                   "this Git LFS pointer is not the bytes Git LFS writes", renormalize, findings);
        }
        check_covered(path, findings);
    }

    void check_covered(const std::string& path, FindingList& findings) const {
        if (attributes_.filter_of(path) == LfsFilter::lfs) return;
        report(lfs_not_covered, path, 1, "a Git LFS pointer that .gitattributes doesn't cover",
               fmt::format("git lfs track {}, and commit .gitattributes", quoted_path(path)),
               findings);
    }

    /// Of a file that is no pointer here.
    void check_content(const std::string& path, const HeldByGit& held,
                       FindingList& findings) const {
        if (std::holds_alternative<LfsPointer>(held.as_pointer)) {
            check_covered(path, findings);
        } else if (held.size_bytes >= large_file_size && is_lfs_kind(path)) {
            report(
                not_in_lfs, path, 0,
                fmt::format("{} bytes are committed to git itself, not Git LFS", held.size_bytes),
                fmt::format("git lfs track {0}, then git add --renormalize {0}", quoted_path(path)),
                findings);
        }
    }

    const Tree& tree_;
    const GitAttributes& attributes_;
};

/// Files that are or should be pointers: by their kind, by .gitattributes, or since the hub names
/// them.
std::vector<std::string> candidates(const HubState& hub, const GitAttributes& attributes) {
    std::set<std::string_view> named;
    for (const ReadmeModel& row : hub.hub.models) {
        named.insert(row.model_path);
        if (row.archive_path) named.insert(*row.archive_path);
    }
    if (const ManifestDocument* document = hub.document()) {
        for (const ManifestEntry& present : document->entries) {
            if (!present.entry) continue;
            named.insert(present.entry->model_path);
            if (present.entry->archive_path) named.insert(*present.entry->archive_path);
            for (const ExternalDataFile& file : present.entry->external_data) {
                named.insert(file.path);
            }
        }
    }
    std::vector<std::string> paths;
    for (const std::string& path : hub.files) {
        if (!hub.part.has_file(path)) continue;
        if (is_lfs_kind(path) || named.contains(path) ||
            attributes.filter_of(path) == LfsFilter::lfs) {
            paths.push_back(path);
        }
    }
    return paths;
}

}  // namespace

std::span<const RuleInfo> pointer_rules() {
    return pointer_rule_list;
}

void check_pointers(const HubState& hub, unsigned jobs, FindingList& findings) {
    Diagnostics troubles;
    const GitAttributes attributes = GitAttributes::read(hub.tree, hub.files, troubles);
    if (hub.part.has_hub()) {
        for (const Diagnostic& trouble : troubles.all()) findings.report(trouble);
    }
    const std::vector<std::string> paths = candidates(hub, attributes);
    const PointerChecker checker(hub.tree, attributes);
    std::vector<FindingList> found(paths.size());
    for_each_index(paths.size(), jobs, [&](std::size_t i) {
        try {
            checker.check(paths[i], found[i]);
        } catch (const UserError& error) {
            found[i].report(file_unreadable, {paths[i], 0}, reason_without_file(error, paths[i]),
                            "", {paths[i], ""});
        }
    });
    for (FindingList& list : found) findings.append(std::move(list));
}

}  // namespace onnxhub
