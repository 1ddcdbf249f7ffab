// SPDX-License-Identifier: Apache-2.0
// Results of earlier runs by a digest of everything they depend on, one small file for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace onnxhub {

/// Files that another user could have changed do not count. A folder that cannot be read or written
/// is as if it were empty. Thread-safe, also between processes.
class KeptFiles {
public:
    /// Without a folder, nothing is kept. Above `count_limit` files, the oldest ones are removed
    /// when this object keeps its first file. Files above `size_limit_bytes` are neither read nor
    /// written. `suffix` is that of all files: ".json".
    KeptFiles(std::optional<std::filesystem::path> folder, std::string suffix,
              std::size_t count_limit, std::uint64_t size_limit_bytes);

    /// Nothing when there is no such file.
    std::optional<std::string> find(const Sha256& key) const;

    void keep(const Sha256& key, std::string_view content) const;

private:
    bool prepare() const;
    void remove_oldest() const;

    std::optional<std::filesystem::path> folder_;
    std::string suffix_;
    std::size_t count_limit_;
    std::uint64_t size_limit_bytes_;
    mutable std::once_flag prepared_;  ///< other threads wait until the folder is there
    mutable bool has_folder_ = false;
};

}  // namespace onnxhub
