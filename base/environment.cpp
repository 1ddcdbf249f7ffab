// SPDX-License-Identifier: Apache-2.0
#include "base/environment.h"

#include <algorithm>
#include <utility>

#include "base/file_status.h"
#include "base/process.h"

namespace onnxhub {

std::optional<std::string> process_environment(const char* name) {
    auto value = environment_value(name);
    return value && !value->empty() ? std::move(value) : std::nullopt;
}

std::optional<std::filesystem::path> find_program(const std::string& name,
                                                  const Environment& environment) {
    const std::string folders = environment("PATH").value_or("");
    for (std::size_t begin = 0; begin <= folders.size();) {
        const std::size_t end = std::min(folders.find(':', begin), folders.size());
        const std::string folder = folders.substr(begin, end - begin);
        begin = end + 1;
        if (!folder.starts_with('/')) continue;
        const std::filesystem::path program = std::filesystem::path(folder) / name;
        const auto status = status_of(program);
        if (status && status->is_regular() && (status->permissions & 0111) != 0) return program;
    }
    return std::nullopt;
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
