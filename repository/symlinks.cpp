// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "repository/tree.h"

namespace onnxhub {
namespace {

constexpr int link_limit = 40;  // the limit of Linux, see path_resolution(7)

constexpr std::size_t target_limit = 4096;  // bytes, as Linux's PATH_MAX

/// Resolves a path segment by segment, as the system does: ".." after a link to a folder means the
/// parent of the target, not of the link.
class PathResolver {
public:
    explicit PathResolver(const Tree& tree) : tree_(tree) {}

    std::variant<std::string, UnresolvedPath> resolve(const std::string& path) {
        if (path.size() > target_limit) return UnresolvedPath{"the path is too long"};
        push(path);
        while (!pending_.empty()) {
            const std::string segment = std::move(pending_.back());
            pending_.pop_back();
            if (auto reason = step(segment)) return UnresolvedPath{std::move(*reason)};
        }
        const auto checked = check_hub_path(reached_);
        if (const auto* unsafe = std::get_if<UnsafePath>(&checked)) {
            return UnresolvedPath{reached_.empty() ? last_link_ + " leads to the hub's root"
                                                   : last_link_ + " " + unsafe->reason};
        }
        return reached_;
    }

private:
    /// Resolves the segments of `path` next.
    void push(std::string_view path) {
        const std::size_t first = pending_.size();
        while (!path.empty()) {
            const std::size_t slash = path.find('/');
            pending_.emplace_back(path.substr(0, slash));
            path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
        }
        std::reverse(pending_.begin() + static_cast<std::ptrdiff_t>(first), pending_.end());
    }

    std::optional<std::string> step(const std::string& segment) {
        if (segment.empty() || segment == ".") return std::nullopt;
        if (segment == "..") {
            if (reached_.empty()) return last_link_ + " points outside of the repository";
            reached_ = parent_folder(reached_);
            return std::nullopt;
        }
        std::string next = reached_.empty() ? segment : reached_ + "/" + segment;
        const auto stat = tree_.stat(next);
        if (stat && stat->kind == FileKind::symlink) return follow(next);
        reached_ = std::move(next);
        return std::nullopt;
    }

    std::optional<std::string> follow(const std::string& link) {
        if (++followed_ > link_limit) return "symbolic links form a loop";
        last_link_ = "symbolic link " + link;
        std::string target;
        try {
            target = tree_.read_link(link);
        } catch (const UserError& error) {
            return last_link_ + " can't be read (" + error.what() + ")";
        }
        if (target.empty()) return last_link_ + " is empty";
        if (target.starts_with('/')) {
            return last_link_ + " is absolute, so it points outside of the repository";
        }
        push(target);
        return std::nullopt;
    }

    const Tree& tree_;
    std::string reached_;               ///< contains no links
    std::vector<std::string> pending_;  ///< unresolved segments, the next one last
    std::string last_link_ = "the path";
    int followed_ = 0;
};

}  // namespace

std::variant<std::string, UnresolvedPath> resolve_symlinks(const Tree& tree,
                                                           const std::string& path) {
    // The common case: trees return nothing below a link, so a result means that no parent is a
    // link.
    const auto stat = tree.stat(path);
    if (stat && stat->kind != FileKind::symlink) return path;
    return PathResolver(tree).resolve(path);
}

}  // namespace onnxhub
