// SPDX-License-Identifier: Apache-2.0
// Keys of git-annex, which stand in git for the content of files. Those of the backends SHA256 and
// SHA256E state the same facts as a Git LFS pointer.
// Formats: https://git-annex.branchable.com/internals/key_format/,
// https://git-annex.branchable.com/internals/pointer_file/,
// https://git-annex.branchable.com/internals/hashing/
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace onnxhub {

/// A longer text is not a pointer file.
inline constexpr std::size_t annex_pointer_size_limit = 32 * 1024;  // bytes

struct AnnexKey {
    std::string text;  ///< "SHA256E-s4812--0a1b….onnx": a safe name of a file
    Sha256 sha;
    std::uint64_t size_bytes = 0;

    bool operator==(const AnnexKey&) const = default;
};

/// Nullopt for keys of other backends, without a size, or of parts of a file.
std::optional<AnnexKey> parse_annex_key(std::string_view key);

/// The key of a pointer file, or of a symbolic link that a system without them wrote as a file.
/// `content` is the whole file.
std::optional<AnnexKey> annex_key_of_pointer(std::string_view content);

/// The key of a symbolic link into a folder .git/annex/objects.
std::optional<AnnexKey> annex_key_of_link(std::string_view target);

/// Where the content may be, below a folder annex/objects: in most repositories, and in bare ones.
std::array<std::string, 2> annex_object_paths(const AnnexKey& key);

}  // namespace onnxhub
