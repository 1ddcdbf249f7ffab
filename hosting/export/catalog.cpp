// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/catalog.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "embedded/catalog_html.h"
#include "manifest/environment_error.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t largest_readme = 256 * 1024;  // bytes

std::optional<std::string> read(const Tree& tree, const std::string& path) {
    try {
        const auto stat = tree.stat(path);
        if (!stat || stat->kind != FileKind::regular) return std::nullopt;
        return read_whole(*tree.open(path), largest_readme, path);
    } catch (const EnvironmentError&) {
        return std::nullopt;
    }
}

/// No text can end the script element, or begin a comment in it.
std::string for_script(std::string json) {
    for (std::size_t at = 0; (at = json.find('<', at)) != json.npos; at += 6) {
        json.replace(at, 1, "\\u003c");
    }
    return json;
}

}  // namespace

std::map<std::string, std::string> readmes_of(const Tree& tree, const ManifestDocument& manifest) {
    std::map<std::string, std::string> readmes;
    for (const ManifestEntry& present : manifest.entries) {
        if (!present.entry) continue;
        std::string folder(parent_folder(present.entry->model_path));
        while (!folder.empty() && !readmes.contains(folder)) {
            if (auto text = read(tree, folder + "/README.md")) {
                readmes.emplace(folder, std::move(*text));
                break;
            }
            folder = std::string(parent_folder(folder));
        }
    }
    return readmes;
}

std::string catalog_page(const CatalogFacts& facts) {
    constexpr std::string_view place = "id=\"catalog\">{}";
    const nlohmann::ordered_json json = {
        {"name", facts.name},
        {"licence", facts.licence},
        {"base_url", facts.base_url ? nlohmann::ordered_json(*facts.base_url) : nullptr},
        {"readmes", facts.readmes},
    };
    std::string page(embedded::catalog_html);
    const std::size_t at = page.find(place);
    if (at == page.npos) return page;
    return page.replace(
        at + place.size() - 2, 2,
        for_script(json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)));
}

}  // namespace onnxhub
