// SPDX-License-Identifier: Apache-2.0
// The catalog page of a hub.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hosting/export/hub_history.h"
#include "hosting/export/hub_signing_files.h"
#include "manifest/manifest.h"
#include "repository/tree.h"

namespace onnxhub {

inline constexpr std::size_t licence_texts_size = 16 * 1024 * 1024;  // bytes of all
inline constexpr std::size_t readmes_size = 128 * 1024 * 1024;       // bytes of all

struct CatalogFacts {
    std::string name;
    std::string about = {};                    ///< one line of its README; "" for none
    std::string licence = {};                  ///< default licence; "" if unknown
    std::optional<std::string> base_url = {};  ///< URL of the hub, for the commands on the page
    std::map<std::string, std::string> readmes = {};        ///< Markdown, by folder of the model
    std::map<std::string, std::string> signatures = {};     ///< file of the signature, by model
    std::map<std::string, std::string> licence_texts = {};  ///< of licence files, by their folder
    /// Images of the READMEs, by folder and target: their paths. `image_files` has their content by
    /// path.
    std::map<std::string, std::map<std::string, std::string>> images = {};
    std::map<std::string, std::string> image_files = {};
    std::vector<std::string> missing = {};  ///< files of the manifest that are not available
    bool has_no_files = false;  ///< no file of the manifest is available; `missing` is not needed
    std::vector<std::string> elsewhere = {};  ///< models that only other servers have
    bool has_index = false;                   ///< the page reads the index instead of the manifest
    /// The repository on GitHub that the hub comes from, as "owner/name"; "" for none.
    std::string origin = {};
    std::vector<std::string> mirrors = {};   ///< [peek] mirrors of the hub's settings
    std::vector<HistoryEntry> history = {};  ///< hub_history()
    /// Whether the hub has graphs of its models (graph_files.h), and models without one.
    bool has_graphs = false;
    std::vector<std::string> without_graph = {};
    std::optional<SignedFacts> signing = {};  ///< absent: the page shows no signature
};

/// Collects the hub's own description. Its name is the title of its README, or `folder_name`
/// without ".git". Images are those of ReadmeImages. Licence texts are the
/// licence files that are the nearest to a model, up to 16 MiB. Signatures are named, not checked.
/// The default licence is that of its README or of its file LICENSE. READMEs are those in the
/// folders of the manifest's models, or the nearest in a parent folder. Unreadable READMEs and
/// those larger than 256 KiB are left out. Models elsewhere are those with URLs of other servers
/// and without a file in the tree.
CatalogFacts facts_of(const Tree& tree, const ManifestDocument& manifest,
                      const std::string& folder_name);

/// Path of the feed of new and changed models among catalog_files().
inline constexpr const char* catalog_feed_path = "catalog/feed.xml";

/// Path of the page among catalog_files().
inline constexpr const char* catalog_page_path = "index.html";

/// The page and the files that it loads, by path. Except for the feed, the other files have the
/// names of catalog_path(). Beside them, the page only needs ONNX_HUB_MANIFEST.json or the index.
/// The facts may contain any text.
std::map<std::string, std::string> catalog_files(const CatalogFacts& facts);

/// The page without facts: it gets them from the server after the user gave a token.
std::string catalog_page_without_facts();

/// The Content-Security-Policy of every catalog page. It allows only the page's own scripts (also
/// those of catalog_scripts()) and styles, by their hashes, and requests to the page's origin.
std::string catalog_policy();

}  // namespace onnxhub
