// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/present_hub.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <system_error>
#include <utility>
#include <variant>

#include "base/decimal.h"
#include "base/spelling.h"
#include "base/user_error.h"
#include "generator/entry_naming.h"
#include "manifest/hub_path.h"
#include "manifest/manifest_reader.h"
#include "sources/model_discovery.h"
#include "sources/row_settings.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t present_manifest_limit = std::uint64_t{512} << 20;  // bytes
constexpr std::size_t shown_versions = 10;

/// Entries by the path of their model.
using EntriesByPath = std::map<std::string, std::vector<const ManifestEntry*>>;

EntriesByPath entries_by_path(const PresentHub& hub) {
    EntriesByPath entries;
    if (!hub.manifest) return entries;
    for (const ManifestEntry& entry : hub.manifest->entries) {
        if (entry.entry) entries[entry.entry->model_path].push_back(&entry);
    }
    return entries;
}

bool is_same_name(std::string_view one, std::string_view other) {
    return lower_case(one) == lower_case(other);
}

/// A row of a [[source]] may have an entry with a longer name.
bool belongs_to(const ManifestEntry& entry, const ModelRow& row) {
    return entry.entry->model == row.name || name_choice_of(row).has_value();
}

/// Paths that `text` may mean, the most likely first.
std::vector<std::string> paths_of(const PresentHub& hub, const std::string& text) {
    std::vector<std::string> paths;
    const auto add = [&](const std::string& path) {
        const auto checked = clean_hub_path("", path);
        const auto* clean = std::get_if<std::string>(&checked);
        if (clean && !clean->empty()) paths.push_back(*clean);
    };
    std::error_code error;
    const std::filesystem::path file(text);
    // The last segment may be a symbolic link, which is not followed.
    const std::filesystem::path inside =
        (std::filesystem::weakly_canonical(std::filesystem::absolute(file, error).parent_path(),
                                           error) /
         file.filename())
            .lexically_relative(std::filesystem::weakly_canonical(hub.folder.folder, error));
    if (!error && !inside.empty() && *inside.begin() != "..") add(inside.generic_string());
    if (!file.is_absolute()) add(text);
    return paths;
}

std::vector<HubModel> models_at(const PresentHub& hub, const std::vector<HubModel>& all,
                                const std::string& text) {
    for (const std::string& path : paths_of(hub, text)) {
        std::vector<HubModel> found;
        std::ranges::copy_if(all, std::back_inserter(found),
                             [&](const HubModel& model) { return model.path == path; });
        if (!found.empty()) return found;
        if (!path.ends_with(model_suffix) || !hub.folder.tree->stat(path)) continue;
        return {{std::string(file_name(path)), path, 0, {}, {}}};
    }
    return {};
}

std::vector<HubModel> models_with_name(const std::vector<HubModel>& all, const std::string& text) {
    std::vector<HubModel> found;
    std::ranges::copy_if(all, std::back_inserter(found), [&](const HubModel& model) {
        return is_same_name(model.name, text) || (model.row && is_same_name(model.row->name, text));
    });
    if (!found.empty()) return found;
    const std::size_t at = text.rfind('@');
    if (at == text.npos || at == 0) return found;
    const auto opset = parse_decimal<std::int64_t>(std::string_view(text).substr(at + 1));
    if (!opset) return found;
    std::ranges::copy_if(all, std::back_inserter(found), [&](const HubModel& model) {
        return is_same_name(model.name, text.substr(0, at)) && model.opset == *opset;
    });
    return found;
}

[[noreturn]] void refuse_unknown(const std::vector<HubModel>& all, const std::string& text) {
    const std::string name = text.substr(0, text.rfind('@'));
    std::vector<HubModel> versions;
    std::ranges::copy_if(all, std::back_inserter(versions),
                         [&](const HubModel& model) { return is_same_name(model.name, name); });
    if (!versions.empty()) {
        throw UserError(
            fmt::format("the hub has no model \"{}\"; it has {}", text, versions_text(versions)));
    }
    std::map<std::string, std::string> names;  // by lower case
    for (const HubModel& model : all) {
        names.emplace(lower_case(model.name), model.name);
        names.emplace(lower_case(model.path), model.path);
    }
    std::vector<std::string_view> lower;
    for (const auto& [key, written] : names) lower.push_back(key);
    const auto near = nearest(lower_case(text), lower);
    throw UserError(fmt::format("the hub has no model \"{}\"; {}", text,
                                near ? fmt::format("did you mean {}?", names.at(*near))
                                     : "`onnxhub sources` lists its models"));
}

}  // namespace

PresentHub read_present_hub(FileTransaction& change) {
    PresentHub hub{open_hub(change.hub(), {}), {}, {}, {}, {}};
    const std::string manifest(manifest_file_name);
    change.watch(manifest);
    const auto text = read_hub_file(*hub.folder.tree, manifest, present_manifest_limit);
    if (text) hub.manifest = read_manifest(*text, manifest);
    Diagnostics ignored;  // `validate` reports unknown settings
    hub.settings = read_settings(*hub.folder.tree, {}, ignored);
    hub.rows = read_all_rows(*hub.folder.tree, hub.settings, hub.problems);
    return hub;
}

HubRows read_all_rows(const Tree& tree, const Settings& settings, Diagnostics& diagnostics) {
    HubRows rows = read_hub_rows(tree, settings, 0, diagnostics);
    if (settings.discover) {
        auto found = discover_unlisted_models(tree.list(), settings, rows);
        std::move(found.begin(), found.end(), std::back_inserter(rows.models));
    }
    return rows;
}

std::vector<HubModel> models_of(const PresentHub& hub) {
    std::vector<HubModel> models;
    const EntriesByPath entries = entries_by_path(hub);
    std::set<const ManifestEntry*> taken;
    for (const ModelRow& row : hub.rows.models) {
        HubModel model{row.name, row.model_path, row.opset_version, row, {}};
        const auto here = entries.find(row.model_path);
        for (const ManifestEntry* entry :
             here == entries.end() ? std::vector<const ManifestEntry*>() : here->second) {
            if (!belongs_to(*entry, row) || !taken.insert(entry).second) continue;
            if (model.entries.empty()) model.name = entry->entry->model;
            if (model.opset == 0) model.opset = entry->entry->opset_version;
            model.entries.push_back(name_of(*entry));
        }
        models.push_back(std::move(model));
    }
    for (const auto& [path, here] : entries) {
        for (const ManifestEntry* entry : here) {
            if (taken.contains(entry)) continue;
            const EntryName name = name_of(*entry);
            models.push_back({name.model, path, name.opset_version, {}, {name}});
        }
    }
    for (const BrokenRow& row : hub.rows.broken) {
        const bool is_known =
            std::ranges::find(models, row.model_path, &HubModel::path) != models.end();
        if (!row.model_path.empty() && !is_known)
            models.push_back({row.name, row.model_path, 0, {}, {}});
    }
    return models;
}

std::vector<HubModel> named_models(const PresentHub& hub, const std::string& text) {
    const std::vector<HubModel> all = models_of(hub);
    const bool is_path = text.starts_with('/') || text.starts_with("./") || text.starts_with("../");
    std::vector<HubModel> by_name = is_path ? std::vector<HubModel>() : models_with_name(all, text);
    std::vector<HubModel> by_path = models_at(hub, all, text);
    if (by_name.empty() && by_path.empty()) refuse_unknown(all, text);
    if (by_path.empty() || by_name == by_path) return by_name;
    if (by_name.empty()) return by_path;
    throw UserError(fmt::format(
        "\"{}\" is the name of {} and the path of another model; use {} for the name, or ./{}",
        text, by_name.front().path, versions_text(by_name), text));
}

std::string path_in_hub(const PresentHub& hub, const std::string& text) {
    const auto paths = paths_of(hub, text);
    return paths.empty() ? text : paths.front();
}

std::string versions_text(const std::vector<HubModel>& models) {
    std::string text;
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (i == shown_versions) {
            return text + fmt::format(" and {} more", models.size() - i);
        }
        const HubModel& model = models[i];
        const bool is_unique =
            std::ranges::count_if(models, [&](const HubModel& other) {
                return is_same_name(model.name, other.name) && model.opset == other.opset;
            }) == 1;
        if (i > 0) text += ", ";
        text += is_unique && model.opset > 0 ? fmt::format("{}@{}", model.name, model.opset)
                                             : model.path;
    }
    return text;
}

std::string row_place(const ModelRow& row) {
    return row.line > 0 ? fmt::format("{}:{}", row.source_file.text(), row.line)
                        : row.source_file.text();
}

}  // namespace onnxhub
