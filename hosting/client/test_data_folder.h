// SPDX-License-Identifier: Apache-2.0
// A model's test data out of its archive, all of it or nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "archive/archive_reader.h"
#include "base/file_owner.h"

namespace onnxhub {

/// Unpacks the verified `archive` ("….tar.gz") into the folder of its name less ".tar.gz", as the
/// Python client does, and gives the first folder of the archive in there (that folder itself if
/// the archive has none). What else is in it doesn't count: a folder planted beside is never given.
/// On each call the archive itself, which was verified, says what must be there; what is there and
/// right stays untouched, so that a cache may be read only; what is not, what lies behind a link,
/// or what a user besides `owners` may change, is replaced as a whole. Only regular files are made,
/// none outside the folder. Throws UserError for archives with members that must not be
/// unpacked, or on a full disk.
std::filesystem::path unpack_test_data(const std::filesystem::path& archive,
                                       const std::function<void()>& check_interruption,
                                       const ArchiveLimits& limits = {},
                                       const TrustedOwners& owners = TrustedOwners());

/// The same for an archive that is unpacked already, all of it right; nothing otherwise. Only
/// reads.
std::optional<std::filesystem::path> find_unpacked_test_data(
    const std::filesystem::path& archive, const std::function<void()>& check_interruption,
    const ArchiveLimits& limits = {}, const TrustedOwners& owners = TrustedOwners());

/// Ending of the names of folders that are being filled.
inline constexpr const char* unfinished_folder_ending = ".unpack";

}  // namespace onnxhub
