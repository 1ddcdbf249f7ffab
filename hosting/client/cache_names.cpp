// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/cache_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <variant>

#include "base/byte_source.h"
#include "base/decimal.h"
#include "base/spelling.h"
#include "hosting/client/cache_layout.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/hub_manifest.h"
#include "manifest/hub_path.h"
#include "manifest/manifest.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// More copies of manifests only cost time.
constexpr int manifest_copies_limit = 100;

struct NameOfFile {
    std::string model;
    std::int64_t opset = 0;
};

/// Name by SHA-256 of a model, of an archive, or of a model with external data (see place_files()).
using NamesBySha = std::map<Sha256, NameOfFile>;

void add_entry(const Entry& entry, NamesBySha& names) {
    const NameOfFile name{entry.model, entry.opset_version};
    if (entry.archive->sha) names.try_emplace(*entry.archive->sha, name);
    if (!entry.content.sha) return;
    names.try_emplace(*entry.content.sha, name);
    if (entry.external_data.empty()) return;
    std::vector<std::pair<Sha256, std::string>> set{
        {*entry.content.sha, std::string(file_name(entry.model_path))}};
    const std::string folder(parent_folder(entry.model_path));
    for (const ExternalDataFile& file : entry.external_data) {
        const bool is_below = folder.empty() || file.path.starts_with(folder + "/");
        set.emplace_back(file.sha, is_below && !folder.empty() ? file.path.substr(folder.size() + 1)
                                                               : file.path);
    }
    names.try_emplace(digest_of_set(set), name);
}

NamesBySha names_in_copies(const fs::path& state) {
    NamesBySha names;
    std::error_code error;
    int copies = 0;
    for (const auto& file : fs::directory_iterator(state / "manifests", error)) {
        if (file.path().extension() != ".json" || ++copies > manifest_copies_limit) continue;
        const auto text = read_file_if_possible(file.path(), manifest_size_limit);
        if (!text) continue;
        const auto parsed = parse_manifest(*text);
        const auto* document = std::get_if<ManifestDocument>(&parsed);
        if (!document) continue;
        for (const ManifestEntry& entry : document->entries) {
            if (entry.entry) add_entry(*entry.entry, names);
        }
    }
    return names;
}

/// "mnist-12" of "vision/mnist-12.onnx", "vision/mnist-12.tar.gz".
std::string_view stem_of_path(std::string_view path) {
    const std::string_view name = file_name(path);
    for (const std::string_view ending : {".onnx", ".tar.gz"}) {
        if (name.ends_with(ending)) return name.substr(0, name.size() - ending.size());
    }
    return name;
}

std::string name_or_stem(const CachedFile& file) {
    return file.model.empty() ? std::string(stem_of_path(file.hub_path)) : file.model;
}

bool is_of(const CachedFile& file, const std::string& name) {
    const std::string lower = lower_case(name);
    if (lower_case(name_or_stem(file)) == lower || file.hub_path == name) return true;
    const std::size_t at = name.rfind('@');
    if (at == name.npos || file.opset == 0) return false;
    const auto opset = parse_decimal<std::int64_t>(std::string_view(name).substr(at + 1));
    return opset == file.opset && lower_case(file.model) == lower.substr(0, at);
}

[[noreturn]] void refuse_unknown(const std::vector<CachedFile>& files, const std::string& name) {
    std::map<std::string, std::string> known;  // by lower case
    for (const CachedFile& file : files) {
        const std::string model = name_or_stem(file);
        known.emplace(lower_case(model), model);
        if (file.opset == 0) continue;
        const std::string version = fmt::format("{}@{}", model, file.opset);
        known.emplace(lower_case(version), version);
    }
    std::vector<std::string_view> candidates;
    for (const auto& [lower, written] : known) candidates.push_back(lower);
    const auto near = nearest(lower_case(name), candidates);
    throw HubError(HubProblem::model,
                   fmt::format("the cache has no model \"{}\"; {}", name,
                               near ? fmt::format("did you mean {}?", known.at(*near))
                                    : "`onnxhub cache list` lists its models"));
}

}  // namespace

void name_cached_files(std::vector<CachedFile>& files, const StateFolder& state) {
    const auto has_no_name = [](const CachedFile& file) { return file.model.empty(); };
    if (!state || std::ranges::none_of(files, has_no_name)) return;
    const NamesBySha names = names_in_copies(*state);
    for (CachedFile& file : files) {
        const auto name = has_no_name(file) && file.sha ? names.find(*file.sha) : names.end();
        if (name == names.end()) continue;
        file.model = name->second.model;
        file.opset = name->second.opset;
    }
}

std::vector<CachedFile> files_named(const std::vector<CachedFile>& files,
                                    const std::vector<std::string>& names) {
    std::vector<bool> is_chosen(files.size());
    for (const std::string& name : names) {
        bool has_any = false;
        for (std::size_t i = 0; i < files.size(); ++i) {
            if (!is_of(files[i], name)) continue;
            is_chosen[i] = has_any = true;
        }
        if (!has_any) refuse_unknown(files, name);
    }
    std::vector<CachedFile> chosen;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (is_chosen[i]) chosen.push_back(files[i]);
    }
    return chosen;
}

}  // namespace onnxhub
