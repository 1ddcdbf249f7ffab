// SPDX-License-Identifier: Apache-2.0
#include "sources/text_file.h"

#include <memory>
#include <utility>

#include "base/byte_source.h"
#include "base/quantity.h"
#include "base/user_error.h"
#include "repository/foreign_pointer.h"
#include "repository/lfs_pointer.h"

namespace onnxhub {
namespace {

using TextResult = std::variant<std::string, UnusableText>;

TextResult over_limit(std::uint64_t limit_bytes) {
    return UnusableText{"is larger than " + human_bytes(limit_bytes), "shorten it"};
}

TextResult content_of_pointer(const Tree& tree, const std::string& path, const LfsPointer& pointer,
                              std::uint64_t limit_bytes) {
    if (pointer.size_bytes > limit_bytes) return over_limit(limit_bytes);
    const auto object = tree.open_lfs_object(pointer);
    if (object) return read_whole(*object, limit_bytes, path);
    return UnusableText{"is a Git LFS pointer, and its text is not available locally",
                        "fetch it with `git lfs pull`, and exclude texts from Git LFS in "
                        ".gitattributes"};
}

TextResult read_regular_file(const Tree& tree, const std::string& target, const std::string& path,
                             std::uint64_t limit_bytes) {
    const auto source = tree.open(target);
    if (source->size_bytes() > limit_bytes) return over_limit(limit_bytes);
    std::string text = read_whole(*source, limit_bytes, path);
    const auto parsed = parse_lfs_pointer(text);
    if (const auto* pointer = std::get_if<LfsPointer>(&parsed)) {
        return content_of_pointer(tree, path, *pointer, limit_bytes);
    }
    if (const auto* broken = std::get_if<MalformedPointer>(&parsed)) {
        return UnusableText{"is a broken Git LFS pointer: " + broken->reason,
                            "restore it from an earlier commit"};
    }
    if (const auto foreign = find_foreign_pointer(text)) {
        return UnusableText{foreign->reason, "commit the file itself to git"};
    }
    return text;
}

}  // namespace

std::variant<std::string, UnusableText> read_text_file(const Tree& tree, const std::string& path,
                                                       std::uint64_t limit_bytes) {
    try {
        const auto resolved = resolve_symlinks(tree, path);
        if (const auto* unresolved = std::get_if<UnresolvedPath>(&resolved)) {
            return UnusableText{unresolved->reason, "make it a file of the hub"};
        }
        const auto& target = std::get<std::string>(resolved);
        const auto stat = tree.stat(target);
        if (!stat || stat->kind != FileKind::regular) {
            return UnusableText{"is not a file", "add the file, or correct what names it"};
        }
        if (stat->size_bytes > limit_bytes)
            return over_limit(limit_bytes);  // before open() reads it
        TextResult result = read_regular_file(tree, target, path, limit_bytes);
        const auto* text = std::get_if<std::string>(&result);
        if (text && text->find('\0') != text->npos) {
            return UnusableText{"is not text", "save it as UTF-8"};
        }
        return result;
    } catch (const UserError& error) {
        return UnusableText{reason_without_file(error, path), ""};
    }
}

}  // namespace onnxhub
