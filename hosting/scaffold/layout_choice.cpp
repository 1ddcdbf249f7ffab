// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/layout_choice.h"

#include <algorithm>
#include <set>
#include <utility>

#include "sources/hub_rows.h"
#include "sources/settings.h"

namespace onnxhub {
namespace {

struct Attempt {
    const KnownLayout* layout = nullptr;
    std::string text;  ///< its [[source]] tables
    std::set<std::string> models;
    bool is_chosen = false;
};

Attempt attempt(const Tree& tree, const KnownLayout& layout, const std::string& hub_name,
                unsigned jobs) {
    Attempt attempt{&layout, source_text(layout, hub_name), {}};
    Diagnostics diagnostics;
    const Settings settings =
        parse_settings(attempt.text, std::string(layout.id) + ".toml", diagnostics);
    const HubRows rows = read_hub_rows(tree, settings, jobs, diagnostics);
    // Broken tables of a hub are no reason against its own layout.
    const bool reads_tables = reads_official_tables(settings.sources.front());
    if (diagnostics.has_errors() && !reads_tables) return attempt;
    for (const ModelRow& row : rows.models) attempt.models.insert(row.model_path);
    return attempt;
}

void add_new(const std::set<std::string>& models, std::set<std::string>& described) {
    described.insert(models.begin(), models.end());
}

bool has_new(const std::set<std::string>& models, const std::set<std::string>& described) {
    return !std::ranges::includes(described, models);
}

}  // namespace

LayoutChoice choose_layouts(const Tree& tree, const std::string& hub_name, unsigned jobs) {
    std::vector<Attempt> attempts;
    for (const KnownLayout& layout : known_layouts()) {
        attempts.push_back(attempt(tree, layout, hub_name, jobs));
    }
    std::stable_sort(attempts.begin(), std::prev(attempts.end()),
                     [](const Attempt& one, const Attempt& other) {
                         return one.models.size() > other.models.size();
                     });
    LayoutChoice choice;
    std::set<std::string> described;
    for (Attempt& one : attempts) {
        if (one.models.empty()) continue;
        one.is_chosen = has_new(one.models, described);
        choice.matches.push_back({one.layout, one.models.size(), one.is_chosen});
        if (!one.is_chosen) continue;
        add_new(one.models, described);
        if (!choice.settings.empty()) choice.settings += '\n';
        choice.settings += one.text;
    }
    choice.described = described.size();
    const auto is_chosen_tables = [](const LayoutMatch& match) {
        return !match.is_chosen || match.layout == &known_layouts().front();
    };
    if (std::ranges::all_of(choice.matches, is_chosen_tables)) choice.settings.clear();
    return choice;
}

}  // namespace onnxhub
