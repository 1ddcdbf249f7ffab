// SPDX-License-Identifier: Apache-2.0
#include "generator/entry_naming.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "generator/unique_names.h"
#include "manifest/rule_ids.h"
#include "sources/settings.h"

namespace onnxhub {
namespace {

/// A note with every name of a large hub would hide all others.
constexpr std::size_t named_example_limit = 5;

NamedModel named_model(const Entry& entry, const Boxed<NameChoice>& choice) {
    NamedModel model;
    model.wanted = name_of(entry);
    model.is_fixed = !choice;
    if (choice) {
        model.source = choice->source;
        model.distinguish = choice->distinguish;
    }
    return model;
}

/// The present entries at the paths of models, and those at other paths that stay.
struct PresentNames {
    std::vector<EntryName> at_paths;
    std::vector<EntryName> elsewhere;
};

PresentNames present_names(const std::vector<NamedModel>& models, const ManifestDocument& present,
                           const std::vector<bool>& stays) {
    std::unordered_set<std::string_view> paths;
    for (const NamedModel& model : models) paths.insert(model.wanted.model_path);
    PresentNames names;
    for (std::size_t i = 0; i < present.entries.size(); ++i) {
        EntryName name = name_of(present.entries[i]);
        if (paths.contains(name.model_path)) {
            names.at_paths.push_back(std::move(name));
        } else if (i < stays.size() && stays[i]) {
            names.elsewhere.push_back(std::move(name));
        }
    }
    return names;
}

void note_longer_names(const UniqueNames& unique, Diagnostics& diagnostics) {
    const std::size_t count = unique.distinguished.size();
    if (count == 0) return;
    std::string examples;
    for (std::size_t i = 0; i < std::min(count, named_example_limit); ++i) {
        if (i > 0) examples += ", ";
        examples += "\"" + unique.names[unique.distinguished[i]] + "\"";
    }
    if (count > named_example_limit) examples += ", …";
    diagnostics.report({Severity::note, rule_id::name_distinguished,
                        std::string(settings_file_name), 0,
                        std::to_string(count) +
                            (count == 1 ? " model has a longer name, since another"
                                        : " models have longer names, since others") +
                            " would share name and opset: " + examples,
                        ""});
}

}  // namespace

std::optional<NameChoice> name_choice_of(const ModelRow& row) {
    if (!row.stated || row.stated->is_official) return std::nullopt;
    return NameChoice{row.stated->source, row.stated->distinguish};
}

void name_entries(std::vector<FreshEntry>& fresh, const std::vector<Boxed<NameChoice>>& choices,
                  const ManifestDocument& present, const std::vector<bool>& stays,
                  Diagnostics& diagnostics) {
    if (std::ranges::none_of(choices, [](const auto& choice) { return choice.has_value(); })) {
        return;
    }
    std::vector<NamedModel> models;
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        models.push_back(named_model(*fresh[i].entry, choices[i]));
    }
    const PresentNames names = present_names(models, present, stays);
    UniqueNames unique = unique_names(models, names.at_paths, names.elsewhere);
    note_longer_names(unique, diagnostics);
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        fresh[i].entry->model = std::move(unique.names[i]);
    }
}

void name_models(std::vector<ModelDescription>& models, const ManifestDocument* present) {
    static const ManifestDocument nothing;
    // Only models of a [[source]] get longer names. Otherwise no entry has to be copied.
    const auto has_choice = [](const ModelDescription& model) {
        return model.entry && name_choice_of(*model.row);
    };
    if (std::ranges::none_of(models, has_choice)) return;
    std::vector<FreshEntry> fresh;
    std::vector<Boxed<NameChoice>> choices;
    for (std::size_t i = 0; i < models.size(); ++i) {
        if (!models[i].entry) continue;
        fresh.push_back({*models[i].entry, i});
        choices.push_back(name_choice_of(*models[i].row));
    }
    Diagnostics ignored_diagnostics;
    name_entries(fresh, choices, present ? *present : nothing, {}, ignored_diagnostics);
    for (FreshEntry& named : fresh) {
        ModelDescription& model = models[named.position];
        if (!name_choice_of(*model.row)) continue;
        ModelRow row = *model.row;
        row.name = named.entry->model;
        model.row = std::move(row);
        model.entry = std::move(*named.entry);
    }
}

}  // namespace onnxhub
