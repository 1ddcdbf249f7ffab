// SPDX-License-Identifier: Apache-2.0
// What is known about a file at a URL since it was last downloaded, kept in the user's state
// folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/digest.h"

namespace onnxhub {

struct ElsewhereRecord {
    std::string etag;  ///< a strong one, with its quotes
    std::uint64_t size_bytes = 0;
    Sha256 sha;

    bool operator==(const ElsewhereRecord&) const = default;
};

/// nullopt when there is no record of this URL, or none that can be read.
std::optional<ElsewhereRecord> read_elsewhere_record(const std::filesystem::path& state_folder,
                                                     const std::string& url);

/// Best effort: without a record, the file is downloaded again.
void write_elsewhere_record(const std::filesystem::path& state_folder, const std::string& url,
                            const ElsewhereRecord& record);

}  // namespace onnxhub
