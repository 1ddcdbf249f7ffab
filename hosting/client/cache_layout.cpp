// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/cache_layout.h"

#include <algorithm>
#include <set>
#include <variant>

#include "base/user_error.h"
#include "hosting/client/hub_error.h"
#include "manifest/loadable_path.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& hub_path, const std::string& why) {
    throw HubError(HubProblem::entry, "the manifest: the path \"" + hub_path +
                                          "\" can't be used: it " + why +
                                          "; report this to the hub's maintainers");
}

void check_path(const std::string& hub_path) {
    const auto checked = check_loadable_path(hub_path);
    if (const auto* unsafe = std::get_if<UnsafePath>(&checked)) refuse(hub_path, unsafe->reason);
}

std::string in_folder(std::string_view folder, const std::string& rest) {
    return folder.empty() ? rest : std::string(folder) + "/" + rest;
}

/// The model's file name without ".onnx".
std::string stem_of(std::string_view file) {
    constexpr std::string_view ending = ".onnx";
    if (file.size() > ending.size() && file.ends_with(ending)) file.remove_suffix(ending.size());
    return std::string(file);
}

/// Rejects two files with the same path, and a file whose path another file needs as a folder.
void refuse_collisions(const std::vector<CacheKey>& files,
                       const std::vector<std::pair<Sha256, std::string>>& set) {
    std::set<std::string_view> locations;
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (!locations.insert(set[i].second).second) {
            refuse(files[i].hub_path, "is the path of two files of the model");
        }
    }
    for (std::size_t i = 0; i < set.size(); ++i) {
        for (std::string_view above = parent_folder(set[i].second); !above.empty();
             above = parent_folder(above)) {
            if (locations.contains(above)) {
                refuse(files[i].hub_path, "has another file of the model as a parent folder");
            }
        }
    }
}

}  // namespace

Sha256 digest_of_set(const std::vector<std::pair<Sha256, std::string>>& files) {
    std::vector<std::string> lines;
    for (const auto& [sha, location] : files) lines.push_back(to_hex(sha) + " " + location + "\n");
    std::ranges::sort(lines);
    std::string text;
    for (const std::string& line : lines) text += line;
    return sha256_of(text);
}

std::string location_of(const CacheKey& model, const CacheKey& weights) {
    const std::string_view folder = parent_folder(model.hub_path);
    if (folder.empty()) return weights.hub_path;
    const std::string beginning = std::string(folder) + "/";
    if (!weights.hub_path.starts_with(beginning)) {
        refuse(weights.hub_path, "is outside the folder of its model \"" + model.hub_path + "\"");
    }
    return weights.hub_path.substr(beginning.size());
}

std::vector<CacheKey> place_files(std::vector<CacheKey> files) {
    for (const CacheKey& file : files) check_path(file.hub_path);
    if (files.size() < 2) return files;
    const std::string model(file_name(files[0].hub_path));
    std::vector<std::pair<Sha256, std::string>> set = {{files[0].sha, model}};
    for (std::size_t i = 1; i < files.size(); ++i) {
        set.emplace_back(files[i].sha, location_of(files[0], files[i]));
    }
    refuse_collisions(files, set);
    const std::string folder = in_folder(parent_folder(files[0].hub_path),
                                         to_hex(digest_of_set(set)) + "_" + stem_of(model));
    for (std::size_t i = 0; i < files.size(); ++i) {
        files[i].has_prefix = i == 0;
        files[i].place = folder + "/" + set[i].second;
    }
    return files;
}

std::string place_of(const CacheKey& key) {
    if (!key.place.empty()) return key.place;
    check_path(key.hub_path);
    if (!key.has_prefix) {
        throw UserError(key.hub_path + ": external data cannot be placed without its model");
    }
    return in_folder(parent_folder(key.hub_path),
                     to_hex(key.sha) + "_" + std::string(file_name(key.hub_path)));
}

void check_graph_names_files(const ByteSource& model, const std::vector<CacheKey>& files) {
    if (files.size() < 2) return;
    const auto read = read_skeleton(model);
    if (const auto* error = std::get_if<SkeletonError>(&read)) {
        refuse(files[1].hub_path,
               "is external data of \"" + files[0].hub_path + "\", which " + error->reason);
    }
    const auto& named = std::get<OnnxSkeleton>(read).external_locations;
    for (std::size_t i = 1; i < files.size(); ++i) {
        if (!std::ranges::binary_search(named, location_of(files[0], files[i]))) {
            refuse(files[i].hub_path, "is external data that the graph of \"" + files[0].hub_path +
                                          "\" does not name");
        }
    }
}

std::optional<std::pair<Sha256, std::string>> split_cached_name(std::string_view name) {
    if (name.size() < 66 || name[64] != '_') return std::nullopt;
    const auto sha = parse_sha256(name.substr(0, 64));
    if (!sha) return std::nullopt;
    return std::pair(*sha, std::string(name.substr(65)));
}

}  // namespace onnxhub
