// SPDX-License-Identifier: Apache-2.0
#include "generator/file_changes.h"

#include <utility>
#include <variant>

#include "base/user_error.h"
#include "generator/content_facts.h"

namespace onnxhub {
namespace {

/// Resolves `path` in the tree, to a file or a link of git-annex; nullopt when it does not exist.
std::optional<std::string> resolve(const Tree& tree, const std::string& path) {
    auto resolved = resolve_symlinks(tree, path);
    if (!std::holds_alternative<std::string>(resolved)) {
        return is_annex_link(tree, path) ? std::optional(path) : std::nullopt;
    }
    const auto stat = tree.stat(std::get<std::string>(resolved));
    if (!stat || stat->kind != FileKind::regular) return std::nullopt;
    return std::get<std::string>(std::move(resolved));
}

}  // namespace

bool FileChanges::differs(const std::string& path) {
    const auto [found, is_new] = known_.try_emplace(path, false);
    if (is_new) found->second = compare(path);
    return found->second;
}

bool FileChanges::compare(const std::string& path) const {
    const auto old_path = resolve(before_, path);
    const auto new_path = resolve(after_, path);
    if (!old_path || !new_path) return old_path.has_value() != new_path.has_value();
    if (difference_ == FileAspect::form) {
        const auto old_blob = before_.blob_id(*old_path);
        const auto new_blob = after_.blob_id(*new_path);
        if (old_blob && new_blob) return *old_blob != *new_blob;
    }
    if (!have_same_content(before_, *old_path, after_, *new_path)) return true;
    return difference_ == FileAspect::form && has_other_form(*old_path, *new_path);
}

bool FileChanges::has_other_form(const std::string& old_path, const std::string& new_path) const {
    try {
        const auto before = before_.held_by_git(old_path);
        const auto after = after_.held_by_git(new_path);
        return before && after && before->as_pointer.index() != after->as_pointer.index();
    } catch (const UserError&) {  // a partial clone; the content is the same
        return false;
    }
}

}  // namespace onnxhub
