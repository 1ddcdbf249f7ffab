// SPDX-License-Identifier: Apache-2.0
// Small text files of a hub, and paths in it. Only the .cpp files of this module include this
// header.
#pragma once

#include <filesystem>
#include <string>

namespace onnxhub {

/// Throws UserError when the file cannot be read, or is larger than any README.
std::string read_hub_text(const std::filesystem::path& path);

/// "folder/path"; the folder "" is the top of the hub.
std::string joined_path(const std::string& folder, const std::string& path);

/// A heading for a folder of models: "object_detection" is "Object detection".
std::string folder_title(const std::string& folder);

/// Whether a file or folder in the path begins with a dot. Servers do not serve such files.
bool has_hidden_segment(const std::string& path);

}  // namespace onnxhub
