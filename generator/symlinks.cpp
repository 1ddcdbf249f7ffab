// SPDX-License-Identifier: Apache-2.0
#include <cstddef>

#include "generator/tree.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

constexpr int link_limit = 40;  // as Linux follows in one path, path_resolution(7)

/// The first part of `path` that is a symbolic link, or "".
std::string first_link(const Tree& tree, const std::string& path) {
    const auto whole = tree.stat(path);
    if (whole && whole->kind != FileKind::symlink) return "";
    for (std::size_t slash = path.find('/'); slash != path.npos;
         slash = path.find('/', slash + 1)) {
        const std::string folder = path.substr(0, slash);
        const auto stat = tree.stat(folder);
        if (!stat) return "";
        if (stat->kind == FileKind::symlink) return folder;
    }
    return whole ? path : "";
}

}  // namespace

std::variant<std::string, UnresolvedPath> resolve_symlinks(const Tree& tree,
                                                           const std::string& path) {
    std::string current = path;
    for (int followed = 0; followed <= link_limit; ++followed) {
        const std::string link = first_link(tree, current);
        if (link.empty()) return current;
        const std::string target = tree.read_link(link);
        if (target.starts_with('/')) {
            return UnresolvedPath{"symbolic link " + link +
                                  " is absolute, it leads out of the "
                                  "repository"};
        }
        const std::string rest = current.size() > link.size() ? current.substr(link.size()) : "";
        auto next = clean_hub_path(parent_folder(link), target + rest);
        if (const auto* unsafe = std::get_if<UnsafePath>(&next)) {
            return UnresolvedPath{"symbolic link " + link + " " + unsafe->reason};
        }
        current = std::get<std::string>(std::move(next));
    }
    return UnresolvedPath{"symbolic links lead in a loop"};
}

}  // namespace onnxhub
