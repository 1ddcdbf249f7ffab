// SPDX-License-Identifier: Apache-2.0
// A hub as a folder that any web server can host.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hosting/client/local_hub.h"

namespace onnxhub {

struct ExportRequest {
    std::filesystem::path to;             ///< absolute, with a last name
    std::filesystem::path hub_folder;     ///< where the hub is; bare repositories too
    std::optional<std::string> name;      ///< of the catalog page; absent: as the hub is called
    std::string folder_name;              ///< what it is called when it doesn't say itself
    std::optional<std::string> base_url;  ///< where the folder will be
    bool copies = false;                  ///< no hard links to the hub's files
    bool allows_missing = false;          ///< files that are not here are left out
    std::function<void()> check_interruption = [] {};
};

struct ExportReport {
    std::size_t files = 0;    ///< of models, archives and weights
    std::uint64_t bytes = 0;  ///< of these
    std::size_t kept = 0;     ///< of an earlier export
    std::size_t linked = 0;   ///< to the hub's own files
    std::size_t copied = 0;
    std::size_t carried = 0;           ///< somebody's own files in an earlier export
    std::vector<std::string> missing;  ///< paths, sorted
};

/// Writes manifest, files by path, catalog page, both also packed with gzip, SHA256SUMS, and
/// examples of web servers' configuration. Every file's SHA-256 is checked on the way, also of
/// those kept of an earlier export; what other bytes have is replaced. The folder appears, or takes
/// the place of an earlier export, at once and whole. Files in there that its SHA256SUMS doesn't
/// name are carried over. When something is missing and not allowed to, nothing is written and the
/// report says what. Throws UserError when the place is inside the hub or holds it (see
/// refuse_place_of_hub()), is taken by something else, somebody's
/// own file stands where one of the export belongs, a file is not what the manifest says, or the
/// disk is full.
ExportReport export_hub(const LocalHub& hub, const ExportRequest& request);

}  // namespace onnxhub
