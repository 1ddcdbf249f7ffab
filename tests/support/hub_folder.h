// SPDX-License-Identifier: Apache-2.0
// A hub as a plain folder: files and the manifest that names them, with no tables and no
// repository.
#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace onnxhub::test {

/// `files` are models by path. Each is named after its file and has its own name and "vision" as
/// tags. Overwrites the manifest that is in `folder`.
void write_hub_folder(const std::filesystem::path& folder,
                      const std::map<std::string, std::string>& files);

/// The bytes of every file below `folder`; "no file" for folders and other kinds. Without `.git`.
std::map<std::string, std::string> content_of(const std::filesystem::path& folder);

}  // namespace onnxhub::test
