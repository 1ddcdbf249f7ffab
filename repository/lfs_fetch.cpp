// SPDX-License-Identifier: Apache-2.0
#include "repository/lfs_fetch.h"

#include <cstring>
#include <system_error>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "repository/git_command.h"
#include "repository/lfs_pointer.h"
#include "repository/tree.h"

namespace onnxhub {
namespace {

/// Linux limits one argument to 128 KiB (MAX_ARG_STRLEN).
constexpr std::size_t argument_limit = 100 * 1024;  // bytes

bool has_git_lfs(const std::filesystem::path& folder) {
    // `git lfs env` and similar commands print a lot. This only checks that the lfs command exists.
    return run_git(folder, {"-c", "alias.has-lfs=!git lfs version", "has-lfs"}, {}).status == 0;
}

std::filesystem::path object_file(const std::filesystem::path& storage, const Sha256& oid) {
    const std::string hex = to_hex(oid);
    return storage / "objects" / hex.substr(0, 2) / hex.substr(2, 2) / hex;
}

std::optional<LfsPointer> pointer_at(const Tree& tree, const std::string& path) {
    const auto resolved = resolve_symlinks(tree, path);
    if (!std::holds_alternative<std::string>(resolved)) return std::nullopt;
    const auto& target = std::get<std::string>(resolved);
    const auto pointer =
        parse_lfs_pointer(read_whole(*tree.open(target), lfs_pointer_size_limit, target));
    if (!std::holds_alternative<LfsPointer>(pointer)) return std::nullopt;
    return std::get<LfsPointer>(pointer);
}

}  // namespace

std::vector<std::string> lfs_include_patterns(const std::vector<std::string>& paths) {
    std::vector<std::string> patterns;
    for (const std::string& path : paths) {
        std::string pattern = "/" + path;
        for (char& c : pattern) {
            if (std::strchr(",*?[]\\!#", c)) c = '?';
        }
        if (patterns.empty() || patterns.back().size() + pattern.size() > argument_limit) {
            patterns.push_back(std::move(pattern));
        } else {
            patterns.back() += "," + pattern;
        }
    }
    return patterns;
}

FetchedContent::FetchedContent(const GitRepository& repository, FetchRequest request)
    : request_(std::move(request)) {
    if (!has_git_lfs(request_.folder)) {
        throw UserError(
            "git-lfs: is not installed; install it (apt install git-lfs), or "
            "leave out --fetch");
    }
    const auto& revision = request_.revision;
    const auto tree = revision ? repository.tree_of(repository.resolve_commit(*revision), "")
                               : repository.working_tree("");
    for (const std::string& path : request_.paths) {
        const auto pointer = pointer_at(*tree, path);
        if (!pointer || tree->open_lfs_object(*pointer)) continue;
        objects_.push_back(object_file(repository.lfs_storage(), pointer->oid));
    }
    fetch();
}

FetchedContent::~FetchedContent() {
    drop();
}

void FetchedContent::fetch() {
    std::vector<std::string> command{"lfs", "pull"};
    if (request_.into == FetchInto::store_alone) command[1] = "fetch";
    if (request_.revision) command = {"lfs", "fetch", "origin", *request_.revision};
    for (const std::string& include : lfs_include_patterns(request_.paths)) {
        std::vector<std::string> arguments = command;
        arguments.insert(arguments.end(), {"--include", include, "--exclude", ""});
        const GitOutcome outcome =
            run_git(request_.folder, std::move(arguments), request_.messages);
        if (outcome.status == 0) continue;
        problem_ = "git lfs " + command[1] + " failed with status " +
                   std::to_string(outcome.status) + " (" + outcome.last_line + ")";
    }
}

void FetchedContent::drop() noexcept {
    if (!request_.drop) return;
    for (const std::filesystem::path& object : objects_) {
        std::error_code ignored;  // a remaining object only takes disk space
        std::filesystem::remove(object, ignored);
    }
}

}  // namespace onnxhub
