// SPDX-License-Identifier: Apache-2.0
// Git LFS pointer files: the small texts that stand in git for the models themselves.
// Format: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/digest.h"

namespace onnxhub {

/// A file of this size or more is content, whatever it begins with: no need to read it.
inline constexpr std::size_t lfs_pointer_size_limit = 1024;  // bytes

struct LfsPointer {
    Sha256 oid;                    ///< digest of the model, not of the pointer text
    std::uint64_t size_bytes = 0;  ///< length of the model
    bool has_extensions = false;   ///< an extension's filter stands between the two (ext-0-…)
    bool is_canonical = true;      ///< the very bytes `git lfs pointer` writes
    bool has_crlf = false;         ///< lines end as on Windows
};

/// The file is content committed to git itself. So is an empty file: LFS leaves those alone.
struct NotAPointer {};

/// The file announces itself as a pointer and then breaks the format.
struct MalformedPointer {
    enum class Kind { conflict_markers, truncated, other };
    Kind kind = Kind::other;
    int line = 0;        ///< 1-based, within the file
    std::string reason;  ///< e.g. "oid is not a sha256 digest", "merge conflict markers"
};

using LfsPointerResult = std::variant<LfsPointer, NotAPointer, MalformedPointer>;

/// `content` is the whole file. Keys other than version, oid and size are ignored: extensions add
/// them. CRLF line ends are understood and make the pointer not canonical.
LfsPointerResult parse_lfs_pointer(std::string_view content);

/// The canonical text of a pointer without extensions.
std::string lfs_pointer_text(const Sha256& oid, std::uint64_t size_bytes);

}  // namespace onnxhub
