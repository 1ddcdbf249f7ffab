// SPDX-License-Identifier: Apache-2.0
// The user's environment variables, and the folder that they choose for onnxhub's own files.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace onnxhub {

/// Returns an environment variable; nullopt when it is not set or empty.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// The environment of this process.
std::optional<std::string> process_environment(const char* name);

/// The file of a program that the user's $PATH has; relative folders in it are ignored, since they
/// may be those of a hub. nullopt: there is none.
std::optional<std::filesystem::path> find_program(const std::string& name,
                                                  const Environment& environment);

/// The folder for onnxhub's own files, such as copies of manifests with their ETags, records and
/// locks. $XDG_STATE_HOME/onnxhub, else $XDG_CACHE_HOME/onnxhub, else ~/.local/state/onnxhub.
/// nullopt when none of these variables nor HOME is set; nothing is recorded then. No path of a hub
/// leads there: paths in a cache have a segment "{sha}_…" or one that begins with a dot, and paths
/// in this folder do not.
std::optional<std::filesystem::path> default_state_folder(const Environment& environment);

}  // namespace onnxhub
