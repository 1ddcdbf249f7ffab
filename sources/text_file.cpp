// SPDX-License-Identifier: Apache-2.0
#include "sources/text_file.h"

#include <fmt/format.h>

#include <utility>

#include "base/user_error.h"
#include "repository/foreign_pointer.h"
#include "repository/lfs_pointer.h"

namespace onnxhub {

std::variant<std::string, UnreadableText> read_text_file(const Tree& tree, const std::string& path,
                                                         std::uint64_t limit_bytes) {
    using Kind = UnreadableText::Kind;
    try {
        const auto resolved = resolve_symlinks(tree, path);
        if (const auto* unresolved = std::get_if<UnresolvedPath>(&resolved)) {
            return UnreadableText{Kind::unresolved, unresolved->reason};
        }
        const auto& target = std::get<std::string>(resolved);
        const auto stat = tree.stat(target);
        if (!stat || stat->kind != FileKind::regular) {
            return UnreadableText{Kind::missing, "is missing"};
        }
        if (stat->size_bytes > limit_bytes) {  // a revision reads whole blobs
            return UnreadableText{Kind::failed,
                                  fmt::format("is larger than {} bytes", limit_bytes)};
        }
        std::string text = read_whole(*tree.open(target), limit_bytes, path);
        if (!std::holds_alternative<NotAPointer>(parse_lfs_pointer(text))) {
            return UnreadableText{Kind::lfs_pointer,
                                  "is a Git LFS pointer, its text is not available locally"};
        }
        if (auto foreign = find_foreign_pointer(text)) {
            return UnreadableText{Kind::foreign_pointer, std::move(foreign->reason)};
        }
        return text;
    } catch (const UserError& error) {
        return UnreadableText{Kind::failed, reason_without_file(error, path)};
    }
}

}  // namespace onnxhub
