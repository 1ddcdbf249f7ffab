// SPDX-License-Identifier: Apache-2.0
// What the catalog page knows about the folders of a hub, in files that it reads when it needs
// them.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "hosting/export/hub_history.h"

namespace onnxhub {

struct FolderFacts {
    std::string readme = {};                         ///< Markdown; "" for none
    std::map<std::string, std::string> images = {};  ///< paths of its images, by target
    std::string licence_text = {};                   ///< of the licence file here; "" for none
    std::map<std::string, std::string> signatures =
        {};                                   ///< their paths, by name of the model's file
    std::vector<std::string> missing = {};    ///< names of files here that are not available
    std::vector<std::string> elsewhere = {};  ///< names of models that only other servers have
    std::map<std::string, std::vector<HistoryEntry>> history = {};  ///< by name of the model's file
};

/// A file of facts is closed when it has this many bytes.
inline constexpr std::size_t facts_file_size = 96 * 1024;

/// The files with these folders from `from` on, up to those of the next file.
struct FactsFile {
    std::string from;  ///< the first folder in it
    std::string path;
};

struct FactsFiles {
    std::vector<FactsFile> facts;              ///< sorted
    std::map<std::string, std::string> texts;  ///< of facts and READMEs, by catalog_path()
};

/// JSON files {"FOLDER": {"readme": "<path>", "images": {"<target>": "<path>"}, "about", "licence",
/// "words", "licence_text": "<path>", "signatures": {"<file>": "<path>"}, "metrics": {"<model>":
/// ["<name>", "<value>"]}, "missing": […], "elsewhere": […], "history": {"<file>": [["<date>",
/// "<commit>", <is new>], …]}}}; members without content are left out. A licence longer than 60
/// bytes is "see the README".
FactsFiles facts_files(const std::map<std::string, FolderFacts>& folders);

}  // namespace onnxhub
