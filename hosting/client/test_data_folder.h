// SPDX-License-Identifier: Apache-2.0
// A model's test data out of its archive, all of it or nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "manifest/archive_reader.h"

namespace onnxhub {

/// Unpacks the verified `archive` ("….tar.gz") into the folder of its name less ".tar.gz", as the
/// Python client does, and gives the first folder inside (that folder itself if there is none).
/// What is there already and right stays untouched, so that a cache may be read only; what is not
/// is replaced as a whole. Only regular files are made, none outside the folder. Throws
/// EnvironmentError for archives with members that must not be unpacked, or on a full disk.
std::filesystem::path unpack_test_data(const std::filesystem::path& archive,
                                       const std::function<void()>& check_interruption,
                                       const ArchiveLimits& limits = {});

/// The same for an archive that is unpacked already, all of it right; nothing otherwise. Only
/// reads.
std::optional<std::filesystem::path> find_unpacked_test_data(
    const std::filesystem::path& archive, const std::function<void()>& check_interruption,
    const ArchiveLimits& limits = {});

/// Ending of the names of folders that are being filled.
inline constexpr const char* unfinished_folder_ending = ".unpack";

}  // namespace onnxhub
