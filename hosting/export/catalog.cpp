// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/catalog.h"

#include <functional>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include "base/spelling.h"
#include "base/user_error.h"
#include "embedded/catalog_html.h"
#include "hosting/export/catalog_scripts.h"
#include "hosting/export/folder_facts.h"
#include "hosting/export/hub_feed.h"
#include "hosting/export/markup_text.h"
#include "hosting/export/readme_facts.h"
#include "hosting/export/readme_images.h"
#include "manifest/diagnostic.h"
#include "manifest/hub_path.h"
#include "manifest/json.h"
#include "repository/hub_folder.h"
#include "repository/repository_url.h"
#include "repository/tree.h"
#include "sources/settings.h"
#include "trust/signature_name.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t largest_readme = 256 * 1024;  // bytes
constexpr std::size_t longest_licence = 60;           // bytes: allows a name, but not a sentence

std::optional<std::string> read(const Tree& tree, const std::string& path) {
    try {
        return read_hub_file(tree, path, largest_readme);
    } catch (const UserError&) {
        return std::nullopt;
    }
}

/// Escapes `json` so that no text can end the script element or begin a comment in it.
std::string for_script(std::string json) {
    for (std::size_t at = 0; (at = json.find('<', at)) != json.npos; at += 6) {
        json.replace(at, 1, "\\u003c");
    }
    return json;
}

JsonValue to_json(const std::vector<std::string>& texts) {
    JsonArray values;
    for (const std::string& text : texts) values.push_back(json_string(text));
    return json_array(std::move(values));
}

/// The texts that `text_in` finds in the folders of the models or, where there is none, in the
/// nearest folder above, by folder; no more of them than `size_limit` bytes together. The top of
/// the hub, "", counts when `with_top`.
std::map<std::string, std::string> nearest_texts(
    const ManifestDocument& manifest, std::size_t size_limit, bool with_top,
    const std::function<std::optional<std::string>(const std::string& folder)>& text_in) {
    std::map<std::string, std::string> texts;
    std::set<std::string> seen;
    std::size_t bytes = 0;
    for (const ManifestEntry& present : manifest.entries) {
        if (!present.entry) continue;
        std::string folder(parent_folder(present.entry->model_path));
        while ((with_top || !folder.empty()) && seen.insert(folder).second) {
            if (auto text = text_in(folder)) {
                bytes += text->size();
                if (bytes > size_limit) return texts;
                texts.emplace(folder, *std::move(text));
                break;
            }
            folder = std::string(parent_folder(folder));
        }
    }
    return texts;
}

std::map<std::string, std::string> readmes_of(const Tree& tree, const ManifestDocument& manifest) {
    return nearest_texts(manifest, readmes_size, false, [&](const std::string& folder) {
        return read(tree, folder + "/README.md");
    });
}

constexpr const char* licence_files[] = {"LICENSE",     "LICENCE",    "LICENSE.md",
                                         "LICENSE.txt", "LICENCE.md", "COPYING"};

std::optional<std::string> licence_text_in(const Tree& tree, const std::string& folder) {
    for (const char* name : licence_files) {
        auto text = read(tree, folder.empty() ? name : folder + "/" + name);
        if (text && text->find_first_not_of(" \t\r\n") != text->npos) return text;
    }
    return std::nullopt;
}

std::map<std::string, std::string> licence_texts_of(const Tree& tree,
                                                    const ManifestDocument& manifest) {
    return nearest_texts(manifest, licence_texts_size, true,
                         [&](const std::string& folder) { return licence_text_in(tree, folder); });
}

/// "MIT License (LICENSE)", or "see COPYING" when the file does not begin with its title.
std::string licence_file(const Tree& tree) {
    for (const std::string name : licence_files) {
        const auto text = read(tree, name);
        if (!text) continue;
        const std::size_t begin = text->find_first_not_of(" \t\r\n#");
        if (begin == text->npos) continue;
        const std::string title = text->substr(begin, text->find_first_of("\r\n", begin) - begin);
        const bool is_title =
            title.size() <= longest_licence && lower_case(title).find("licen") != std::string::npos;
        return is_title ? title + " (" + name + ")" : "see " + name;
    }
    return "";
}

bool has_file(const Tree& tree, const std::string& path) {
    const auto resolved = resolve_symlinks(tree, path);
    const auto* target = std::get_if<std::string>(&resolved);
    const auto stat = target ? tree.stat(*target) : std::nullopt;
    return stat && stat->kind == FileKind::regular;
}

std::vector<std::string> models_elsewhere(const Tree& tree, const ManifestDocument& manifest) {
    std::set<std::string> paths;
    for (const ManifestEntry& present : manifest.entries) {
        if (!present.entry || present.entry->sources.empty()) continue;
        const auto clean = check_hub_path(present.entry->model_path);
        const auto* path = std::get_if<std::string>(&clean);
        if (path && !has_file(tree, *path)) paths.insert(*path);
    }
    return {paths.begin(), paths.end()};
}

/// `x.onnx.sig` beside a model, or else the signature of its folder.
std::map<std::string, std::string> signatures_of(const Tree& tree,
                                                 const ManifestDocument& manifest) {
    std::map<std::string, std::string> signatures;
    for (const ManifestEntry& present : manifest.entries) {
        if (!present.entry) continue;
        const auto clean = check_hub_path(present.entry->model_path);
        const auto* path = std::get_if<std::string>(&clean);
        if (!path || signatures.contains(*path)) continue;
        const std::string folder(parent_folder(*path));
        for (const std::string& signature :
             {signature_of_model(*path),
              (folder.empty() ? "" : folder + "/") + std::string(folder_signature_name)}) {
            if (has_file(tree, signature) && signatures.emplace(*path, signature).second) break;
        }
    }
    return signatures;
}

std::string github_origin(const Tree& tree) {
    const auto origin = tree.origin();
    if (!origin || !origin->subfolder.empty()) return "";
    const auto url = parse_repository_url(origin->url);
    return url && url->host == "github.com" ? url->path : "";
}

std::vector<std::string> mirrors_of(const Tree& tree) {
    try {
        Diagnostics ignored;
        return read_settings(tree, std::nullopt, ignored).peek_mirrors;
    } catch (const UserError&) {
        return {};  // `validate` reports it
    }
}

std::string title_or_folder(const std::string& readme, std::string folder_name) {
    std::string title = title_of(readme);
    if (!title.empty()) return title;
    if (folder_name.ends_with(".git")) folder_name.resize(folder_name.size() - 4);
    return folder_name;
}

JsonValue addresses_of_scripts() {
    JsonObject addresses;
    for (const CatalogScript& script : catalog_scripts()) {
        addresses.push_back({script.name, json_string(script.path)});
    }
    return json_object(std::move(addresses));
}

JsonValue to_json(const SignedFacts& facts) {
    return json_object({{"hub", json_string(facts.hub)},
                        {"version", json_unsigned(facts.version)},
                        {"expires", json_string(facts.expires)},
                        {"manifest", json_string(to_hex(facts.manifest))},
                        {"root", json_unsigned(facts.root)},
                        {"root_keys", to_json(facts.root_keys)},
                        {"release_keys", to_json(facts.release_keys)}});
}

JsonValue to_json(const std::vector<FactsFile>& files) {
    JsonArray values;
    for (const FactsFile& file : files) {
        values.push_back(json_array({json_string(file.from), json_string(file.path)}));
    }
    return json_array(std::move(values));
}

JsonValue to_json(const CatalogFacts& facts, const std::vector<FactsFile>& files) {
    return json_object({{"name", json_string(facts.name)},
                        {"description", json_string(facts.about)},
                        {"licence", json_string(facts.licence)},
                        {"base_url", facts.base_url ? json_string(*facts.base_url) : JsonValue()},
                        {"facts", to_json(files)},
                        {"has_index", json_bool(facts.has_index)},
                        {"has_no_files", json_bool(facts.has_no_files)},
                        {"has_graphs", json_bool(facts.has_graphs)},
                        {"without_graph", to_json(facts.without_graph)},
                        {"origin", json_string(facts.origin)},
                        {"mirrors", to_json(facts.mirrors)},
                        {"scripts", addresses_of_scripts()},
                        {"signing", facts.signing ? to_json(*facts.signing) : JsonValue()}});
}

std::map<std::string, FolderFacts> folders_of(const CatalogFacts& facts) {
    std::map<std::string, FolderFacts> folders;
    const auto name_in = [](const std::string& path) {
        return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
    };
    for (const auto& [folder, readme] : facts.readmes) folders[folder].readme = readme;
    for (const auto& [model, signature] : facts.signatures) {
        folders[std::string(parent_folder(model))].signatures[name_in(model)] = signature;
    }
    for (const auto& [folder, text] : facts.licence_texts) folders[folder].licence_text = text;
    for (const auto& [folder, images] : facts.images) folders[folder].images = images;
    if (!facts.has_no_files) {
        for (const std::string& path : facts.missing) {
            folders[std::string(parent_folder(path))].missing.push_back(name_in(path));
        }
    }
    for (const HistoryEntry& change : facts.history) {
        FolderFacts& folder = folders[std::string(parent_folder(change.path))];
        folder.history[name_in(change.path)].push_back(change);
    }
    for (const std::string& path : facts.elsewhere) {
        folders[std::string(parent_folder(path))].elsewhere.push_back(name_in(path));
    }
    return folders;
}

/// Replaces the one `place` in `page`.
void fill(std::string& page, std::string_view place, const std::string& text) {
    const std::size_t at = page.find(place);
    if (at != page.npos) page.replace(at, place.size(), text);
}

/// What programs that show previews of links read, since they run no scripts.
std::string head_of(const CatalogFacts& facts) {
    const std::string name = markup_text(facts.name);
    std::string head = "<title>" + name + "</title>\n<meta property=\"og:title\" content=\"" +
                       name + "\">\n<meta property=\"og:type\" content=\"website\">\n";
    if (facts.base_url) {
        head += "<meta property=\"og:url\" content=\"" + markup_text(*facts.base_url) + "\">\n";
    }
    const std::string about = facts.about.empty() ? "Models in ONNX format" : facts.about;
    for (const std::string key : {"name=\"description\"", "property=\"og:description\""}) {
        head += "<meta " + key + " content=\"" + markup_text(about) + "\">\n";
    }
    return head;
}

std::string page_with(const CatalogFacts& facts, const JsonValue& data) {
    std::string page(embedded::catalog_html);
    fill(page, "<title>ONNX models</title>\n", head_of(facts));
    const std::string json = for_script(json_text(data, {.indent = 0, .is_ascii = false}));
    fill(page, "id=\"catalog\">{}", "id=\"catalog\">" + json);
    return page;
}

}  // namespace

CatalogFacts facts_of(const Tree& tree, const ManifestDocument& manifest,
                      const std::string& folder_name) {
    const std::string readme = read(tree, "README.md").value_or("");
    CatalogFacts facts{title_or_folder(readme, folder_name)};
    facts.about = summary_of(readme);
    facts.licence = licence_of(readme);
    if (facts.licence.empty() || facts.licence.size() > longest_licence) {
        facts.licence = licence_file(tree);
    }
    facts.readmes = readmes_of(tree, manifest);
    facts.signatures = signatures_of(tree, manifest);
    facts.licence_texts = licence_texts_of(tree, manifest);
    ReadmeImages images(tree);
    for (const auto& [folder, text] : facts.readmes) {
        facts.images[folder] = images.add(folder, text);
    }
    facts.image_files = images.take_files();
    facts.elsewhere = models_elsewhere(tree, manifest);
    facts.origin = github_origin(tree);
    facts.mirrors = mirrors_of(tree);
    return facts;
}

std::map<std::string, std::string> catalog_files(const CatalogFacts& facts) {
    FactsFiles of_folders = facts_files(folders_of(facts));
    std::map<std::string, std::string> files = std::move(of_folders.texts);
    files[catalog_page_path] = page_with(facts, to_json(facts, of_folders.facts));
    files[catalog_feed_path] = atom_feed(facts.name, facts.base_url, facts.history);
    for (const CatalogScript& script : catalog_scripts()) files[script.path] = script.text;
    files.insert(facts.image_files.begin(), facts.image_files.end());
    return files;
}

std::string catalog_page_without_facts() {
    return std::string(embedded::catalog_html);
}

std::string catalog_policy() {
    constexpr std::string_view begin = "http-equiv=\"Content-Security-Policy\" content=\"";
    const std::string_view page = embedded::catalog_html;
    const std::size_t at = page.find(begin);
    if (at == page.npos) return "default-src 'none'";
    const std::string_view rest = page.substr(at + begin.size());
    return std::string(rest.substr(0, rest.find('"')));
}

}  // namespace onnxhub
