// SPDX-License-Identifier: Apache-2.0
#include "sources/settings_globs.h"

#include <fmt/format.h>

#include <utility>

#include "manifest/hub_path.h"
#include "sources/source_settings.h"

namespace onnxhub {
namespace {

bool has_dot_segment(std::string_view glob) {
    for (; !glob.empty(); glob = parent_folder(glob)) {
        const std::string_view segment = file_name(glob);
        if (segment == "." || segment == "..") return true;
    }
    return false;
}

std::string checked_glob(const TomlReader& toml, const toml::node& node, const std::string& name,
                         std::string glob) {
    if (glob.size() > glob_size_limit) {
        toml.fail(node, fmt::format("{} is longer than {} bytes", name, glob_size_limit),
                  "write a shorter glob");
    }
    if (has_dot_segment(glob)) {
        toml.fail(node, fmt::format("{} \"{}\" has a segment \".\" or \"..\"", name, glob),
                  "write it without such segments: globs match normalized paths");
    }
    return glob;
}

}  // namespace

std::string read_glob(const TomlReader& toml, const toml::node& node, const std::string& name) {
    return checked_glob(toml, node, name, toml.string_at(node, name));
}

std::vector<std::string> read_globs(const TomlReader& toml, const toml::table& table,
                                    std::string_view table_name, std::string_view key) {
    const toml::node* node = table.get(key);
    if (!node) return {};
    const std::string name = TomlReader::qualified(table_name, key);
    std::vector<std::string> globs;
    for (TomlText& element : toml.texts_at(table, table_name, key)) {
        if (globs.size() == source_list_limit) fail_long_list(toml, *element.node, name);
        globs.push_back(checked_glob(toml, *element.node, name, std::move(element.text)));
    }
    if (globs.empty()) {
        toml.fail(*node, fmt::format("{} is empty", name), "write a glob of files into it");
    }
    return globs;
}

void fail_long_list(const TomlReader& toml, const toml::node& node, const std::string& name) {
    toml.fail(node, fmt::format("{} has over {} elements", name, source_list_limit),
              "shorten the list");
}

}  // namespace onnxhub
