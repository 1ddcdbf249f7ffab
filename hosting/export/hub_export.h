// SPDX-License-Identifier: Apache-2.0
// Exports a hub as a folder for any web server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hosting/client/local_hub.h"
#include "hosting/export/index_folder.h"

namespace onnxhub {

class PeekedGraphs;
struct PeekTarget;

struct ExportRequest {
    std::filesystem::path to;             ///< absolute, with a last name
    std::filesystem::path hub_folder;     ///< the hub; may be a bare repository
    std::string location;                 ///< the same as LocalHub takes it, for its history
    std::optional<std::string> manifest;  ///< its text, if it was read already
    std::optional<std::string> name;      ///< name on the catalog page; absent: the hub's own name
    std::string folder_name;              ///< name if the hub has none of its own
    std::optional<std::string> base_url;  ///< URL of the exported folder
    bool copies = false;                  ///< copies instead of hard links to the hub's files
    /// Writes an index, and keeps the files of this many of its roots (at least 1). 0: no index.
    std::size_t index_roots = 0;
    bool has_manifest = true;  ///< false: only clients that know the index can read the export
    /// Writes the graphs of the models, for the catalog page. Those of an earlier export are kept.
    bool has_graphs = true;
    bool allows_missing = false;  ///< skips files that are not available locally
    /// Reads graphs of models without a file here; null: they have none. The result must live until
    /// the export is written.
    std::function<const PeekedGraphs*(const std::vector<PeekTarget>&)> peek = nullptr;
    std::function<void()> check_interruption = [] {};
};

struct ExportReport {
    std::size_t files = 0;    ///< number of models, archives and external data files
    std::uint64_t bytes = 0;  ///< total size of these
    std::size_t kept = 0;     ///< unchanged files of an earlier export
    std::size_t linked = 0;   ///< hard links to the hub's files
    std::size_t copied = 0;
    std::size_t carried = 0;           ///< foreign files in an earlier export
    std::vector<std::string> missing;  ///< paths, sorted
    /// Paths of models that only other servers have, sorted. Their entries are exported without a
    /// file.
    std::vector<std::string> elsewhere;
    std::size_t graphs = 0;          ///< number of graphs
    std::size_t written_graphs = 0;  ///< those that the earlier export did not have
    std::string unsigned_reason;     ///< HubSigningFiles::problem
    std::optional<IndexFolderReport> index;
};

/// Writes the manifest, the statement and the roots of a signed hub, the files by path, the catalog
/// page, gzip versions of manifest and page, SHA256SUMS, and example configurations for web
/// servers, the graphs of the models, and the index if it is asked for. Verifies every file's
/// SHA-256, also of files kept from an earlier export; files that differ are replaced. The new
/// folder appears at its path, or replaces an earlier export, in one step. Files that the earlier
/// SHA256SUMS does not list are carried over. If a file is missing and `allows_missing` is false,
/// writes nothing and lists it in the report.
///
/// Throws UserError when the path is inside the hub or contains it (see refuse_place_of_hub()) or
/// is not an export, when a foreign file has the path of an exported one, when a file does not
/// match the manifest, or when the disk is full.
ExportReport export_hub(const LocalHub& hub, const ExportRequest& request);

}  // namespace onnxhub
