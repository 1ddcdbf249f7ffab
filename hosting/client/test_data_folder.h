// SPDX-License-Identifier: Apache-2.0
// Unpacks a model's test data from its archive, completely or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "archive/archive_reader.h"
#include "base/file_owner.h"

namespace onnxhub {

/// Unpacks the verified `archive` ("….tar.gz") into the folder of its name without ".tar.gz", as
/// the Python client does. Returns the first folder of the archive in it, or that folder itself if
/// the archive has none. Other folders in it, which someone may have added, are never returned.
///
/// Each call compares the folder with the verified archive. Correct files are not touched, so that
/// a cache may be read-only. If a file is missing, is behind a link or can be changed by a user not
/// in `owners`, the whole folder is replaced. Creates only regular files inside the folder. Throws
/// UserError for archives with unsafe members, or on a full disk.
std::filesystem::path unpack_test_data(const std::filesystem::path& archive,
                                       const std::function<void()>& check_interruption,
                                       const ArchiveLimits& limits = {},
                                       const TrustedOwners& owners = TrustedOwners());

/// The same for an archive that is already unpacked completely and correctly; nullopt otherwise.
/// Only reads.
std::optional<std::filesystem::path> find_unpacked_test_data(
    const std::filesystem::path& archive, const std::function<void()>& check_interruption,
    const ArchiveLimits& limits = {}, const TrustedOwners& owners = TrustedOwners());

/// Ending of the names of folders that are not complete yet.
inline constexpr const char* unfinished_folder_ending = ".unpack";

}  // namespace onnxhub
