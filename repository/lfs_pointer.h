// SPDX-License-Identifier: Apache-2.0
// Git LFS pointer files: the small texts that git stores instead of the models. Format:
// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/digest.h"

namespace onnxhub {

/// A file of this size or more is content, never a pointer.
inline constexpr std::size_t lfs_pointer_size_limit = 1024;  // bytes

struct LfsPointer {
    Sha256 oid;                    ///< digest of the model, not of the pointer text
    std::uint64_t size_bytes = 0;  ///< length of the model
    bool has_extensions = false;   ///< the content passes through an extension's filter (ext-0-…)
    bool is_canonical = true;      ///< exactly the bytes that `git lfs pointer` writes
    bool has_crlf = false;         ///< lines end in CRLF
};

/// The file is content committed to git itself. An empty file is content too, since Git LFS does
/// not store it.
struct NotAPointer {};

/// The file starts like a pointer but has an error.
struct MalformedPointer {
    enum class Kind { conflict_markers, truncated, other };
    Kind kind = Kind::other;
    int line = 0;        ///< 1-based, within the file
    std::string reason;  ///< e.g. "oid is not a sha256 digest", "merge conflict markers"
};

using LfsPointerResult = std::variant<LfsPointer, NotAPointer, MalformedPointer>;

/// `content` is the whole file. Unknown keys are ignored, since extensions add keys. CRLF line ends
/// are accepted but make the pointer not canonical.
LfsPointerResult parse_lfs_pointer(std::string_view content);

/// The canonical text of a pointer without extensions.
std::string lfs_pointer_text(const Sha256& oid, std::uint64_t size_bytes);

}  // namespace onnxhub
