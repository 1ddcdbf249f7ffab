// SPDX-License-Identifier: Apache-2.0
#include "base/environment.h"

#include <utility>

#include "base/process.h"

namespace onnxhub {

std::optional<std::string> process_environment(const char* name) {
    auto value = environment_value(name);
    return value && !value->empty() ? std::move(value) : std::nullopt;
}

std::optional<std::filesystem::path> default_state_folder(const Environment& environment) {
    for (const char* name : {"XDG_STATE_HOME", "XDG_CACHE_HOME"}) {
        // The specification says to ignore relative paths. Source:
        // https://specifications.freedesktop.org/basedir-spec/latest/
        const auto folder = environment(name);
        if (folder && folder->starts_with('/')) return std::filesystem::path(*folder) / "onnxhub";
    }
    if (const auto home = environment("HOME")) {
        return std::filesystem::path(*home) / ".local" / "state" / "onnxhub";
    }
    return std::nullopt;
}

}  // namespace onnxhub
