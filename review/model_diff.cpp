// SPDX-License-Identifier: Apache-2.0
#include "review/model_diff.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "generator/describe.h"
#include "generator/file_changes.h"
#include "generator/hub_rows.h"
#include "manifest/hub_path.h"
#include "review/model_state.h"

namespace onnxhub {
namespace {

/// Rows of a side by their models' paths; of models in no table, those discovery makes.
using RowsByPath = std::map<std::string, std::vector<ReadmeModel>>;

RowsByPath rows_of(const HubSide& side, unsigned jobs) {
    Settings settings = side.settings;
    settings.exclude.clear();  // what is left out of the manifest is reviewed all the same
    Diagnostics not_of_interest;
    HubRows hub = read_hub_rows(side.tree, settings, jobs, not_of_interest);
    const auto found = discover_models(side.tree, settings, hub.models);
    RowsByPath rows;
    for (ReadmeModel& row : hub.models) rows[row.model_path].push_back(std::move(row));
    for (const ReadmeModel& row : found) rows[row.model_path].push_back(row);
    return rows;
}

bool say_the_same(const std::vector<ReadmeModel>& one, const std::vector<ReadmeModel>& other) {
    return one.size() == other.size() && std::ranges::all_of(one, [&](const ReadmeModel& row) {
               return std::ranges::any_of(
                   other, [&](const ReadmeModel& twin) { return row.says_the_same(twin); });
           });
}

bool is_text(const std::string& path) {
    return path.ends_with(".md") || path.ends_with(".json") || path.ends_with(".toml") ||
           path.ends_with(".yml");
}

/// Folders below which, themselves included, a file changed that may hold a model's weights: which
/// model names it only its graph can tell.
std::set<std::string> folders_with_changes(const HubSide& before, const HubSide& after,
                                           FileChanges& changes) {
    std::set<std::string> paths;
    for (const HubSide* side : {&before, &after}) {
        for (std::string& path : side->tree.list()) {
            if (!path.ends_with(".onnx") && !is_text(path)) paths.insert(std::move(path));
        }
    }
    std::set<std::string> folders;
    for (const std::string& path : paths) {
        if (!changes.differs(path)) continue;
        std::string_view folder = path;
        do {
            folder = parent_folder(folder);
            folders.emplace(folder);
        } while (!folder.empty());
    }
    return folders;
}

bool archives_differ(const std::vector<ReadmeModel>& rows, FileChanges& changes) {
    return std::ranges::any_of(rows, [&](const ReadmeModel& row) {
        return row.archive_path && changes.differs(*row.archive_path);
    });
}

/// Models on either side which the change may touch.
std::set<std::string> touched_models(const HubSide& before, const RowsByPath& rows_before,
                                     const HubSide& after, const RowsByPath& rows_after) {
    FileChanges changes(before.tree, after.tree, FileDifference::form);
    const std::set<std::string> folders = folders_with_changes(before, after, changes);
    static const std::vector<ReadmeModel> none;
    const auto rows_at = [](const RowsByPath& rows, const std::string& path) -> const auto& {
        const auto found = rows.find(path);
        return found == rows.end() ? none : found->second;
    };
    std::set<std::string> touched;
    for (const RowsByPath* rows : {&rows_before, &rows_after}) {
        for (const auto& [path, unused] : *rows) {
            if (changes.differs(path) || folders.contains(std::string(parent_folder(path))) ||
                !say_the_same(rows_at(rows_before, path), rows_at(rows_after, path)) ||
                archives_differ(rows_at(rows_after, path), changes)) {
                touched.insert(path);
            }
        }
    }
    return touched;
}

/// The touched models of a side that has them.
std::map<std::string, ModelState> states_of(const HubSide& side, const RowsByPath& rows,
                                            const std::set<std::string>& touched,
                                            const DiffOptions& options) {
    std::vector<ReadmeModel> wanted;
    for (const std::string& path : touched) {
        const auto found = rows.find(path);
        if (found == rows.end()) continue;
        wanted.insert(wanted.end(), found->second.begin(), found->second.end());
    }
    const CarriedPorts carried =
        side.manifest ? CarriedPorts::from(*side.manifest) : CarriedPorts{};
    DescribeOptions describe;
    describe.settings = &side.settings;
    describe.carried = &carried;
    describe.inference = options.inference;
    describe.observer = options.observer;
    describe.jobs = options.jobs;
    const Descriptions described = describe_models(side.tree, std::move(wanted), describe);
    std::map<std::string, std::vector<const ModelDescription*>> by_path;
    for (const ModelDescription& model : described.models) {
        if (model.facts) by_path[model.row.model_path].push_back(&model);
    }
    std::map<std::string, ModelState> states;
    for (const auto& [path, models] : by_path) {
        states.emplace(path, state_of(path, models, described.contents));
    }
    return states;
}

/// Whether both sides know what the property comes from.
bool is_comparable(const Property& property, const ModelState& one, const ModelState& other) {
    if (property.source == PropertySource::graph) return one.has_graph && other.has_graph;
    if (property.source == PropertySource::ports) return one.has_ports && other.has_ports;
    return true;
}

const std::string* value_of(const ModelState& state, const std::string& field) {
    const auto found = std::ranges::find(state.properties, field, &Property::field);
    return found == state.properties.end() ? nullptr : &found->value;
}

/// Fields of several values, such as the names of a model that is listed twice, have one text.
std::vector<Property> joined_properties(const ModelState& state) {
    std::vector<Property> joined;
    for (const Property& property : state.properties) {
        const auto known = std::ranges::find(joined, property.field, &Property::field);
        if (known == joined.end()) {
            joined.push_back(property);
        } else {
            known->value += "; " + property.value;
        }
    }
    return joined;
}

void compare_operators(const ModelState& before, const ModelState& after,
                       std::vector<FieldChange>& changes) {
    if (!before.has_graph || !after.has_graph) return;
    std::set<std::string> names;
    for (const auto& [name, count] : before.operators) names.insert(name);
    for (const auto& [name, count] : after.operators) names.insert(name);
    const auto count_of = [](const ModelState& state, const std::string& name) {
        const auto found = state.operators.find(name);
        return found == state.operators.end() ? std::string() : std::to_string(found->second);
    };
    for (const std::string& name : names) {
        FieldChange change{"operator " + name, count_of(before, name), count_of(after, name)};
        if (change.before != change.after) changes.push_back(std::move(change));
    }
}

std::vector<FieldChange> compare_states(ModelState before, ModelState after) {
    before.properties = joined_properties(before);
    after.properties = joined_properties(after);
    std::vector<FieldChange> changes;
    for (const Property& property : before.properties) {
        if (!is_comparable(property, before, after)) continue;
        const std::string* now = value_of(after, property.field);
        if (now && *now == property.value) continue;
        changes.push_back({property.field, property.value, now ? *now : ""});
    }
    for (const Property& property : after.properties) {
        if (!is_comparable(property, before, after)) continue;
        if (value_of(before, property.field)) continue;
        changes.push_back({property.field, "", property.value});
    }
    compare_operators(before, after, changes);
    return changes;
}

std::string comparison_note(const ModelState& before, const ModelState& after) {
    if (before.has_graph && after.has_graph) return "";
    std::string note = "graphs were not compared: ";
    if (!before.has_graph) note += "before, " + before.trouble;
    if (!before.has_graph && !after.has_graph) note += "; ";
    if (!after.has_graph) note += "now, " + after.trouble;
    return note;
}

/// "Conv 20, Relu 17", the most frequent first.
std::string operators_text(const std::map<std::string, std::uint64_t>& operators) {
    std::vector<std::pair<std::string, std::uint64_t>> sorted(operators.begin(), operators.end());
    std::ranges::stable_sort(sorted, std::greater(), [](const auto& item) { return item.second; });
    std::string text;
    for (const auto& [name, count] : sorted) {
        text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count);
    }
    return text;
}

/// A model that is on one side alone.
ModelChange lone_change(const ModelState& state, ModelChange::Kind kind) {
    ModelChange change;
    change.kind = kind;
    change.path = state.path;
    const bool is_new = kind == ModelChange::Kind::added;
    const auto add = [&](const std::string& field, const std::string& value) {
        change.fields.push_back({field, is_new ? "" : value, is_new ? value : ""});
    };
    for (const Property& property : joined_properties(state)) add(property.field, property.value);
    if (!state.operators.empty()) add("operators", operators_text(state.operators));
    if (!state.has_graph) change.note = "its graph is not shown: " + state.trouble;
    return change;
}

using States = std::map<std::string, ModelState>;

std::string_view file_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

/// Pairs models that are gone with new ones of the same digest, those of one file name first.
std::map<std::string, std::string> moves_between(const States& before, const States& after) {
    std::multimap<Sha256, std::string> gone;
    for (const auto& [path, state] : before) {
        if (!after.contains(path) && state.sha) gone.emplace(*state.sha, path);
    }
    std::map<std::string, std::string> moves;
    for (const bool same_name : {true, false}) {
        for (const auto& [path, state] : after) {
            if (before.contains(path) || moves.contains(path) || !state.sha) continue;
            auto [first, last] = gone.equal_range(*state.sha);
            const std::string_view name = file_name(path);
            const auto found = std::find_if(first, last, [&](const auto& candidate) {
                return !same_name || file_name(candidate.second) == name;
            });
            if (found == last) continue;
            moves.emplace(path, found->second);
            gone.erase(found);
        }
    }
    return moves;
}

/// Of a model that both sides have; nothing when it is the same.
std::optional<ModelChange> change_between(const ModelState& before, const ModelState& after,
                                          bool is_same_file) {
    ModelChange change;
    change.path = after.path;
    change.fields = compare_states(before, after);
    const bool has_same_bytes = before.sha == after.sha;
    if (before.path != after.path) {
        change.kind = ModelChange::Kind::moved;
        change.old_path = before.path;
    } else if (change.fields.empty()) {
        if (is_same_file) return std::nullopt;
        change.kind = ModelChange::Kind::identical;
    }
    if (!has_same_bytes) change.note = comparison_note(before, after);
    return change;
}

}  // namespace

ModelDiff compare_models(const HubSide& before, const HubSide& after, const DiffOptions& options) {
    const RowsByPath rows_before = rows_of(before, options.jobs);
    const RowsByPath rows_after = rows_of(after, options.jobs);
    const std::set<std::string> touched = touched_models(before, rows_before, after, rows_after);
    const States states_before = states_of(before, rows_before, touched, options);
    const States states_after = states_of(after, rows_after, touched, options);
    const auto moves = moves_between(states_before, states_after);
    FileChanges files(before.tree, after.tree, FileDifference::form);

    ModelDiff diff;
    std::set<std::string> old_paths;
    for (const auto& [path, old_path] : moves) old_paths.insert(old_path);
    for (const auto& [path, state] : states_after) {
        const auto move = moves.find(path);
        const auto was = states_before.find(move == moves.end() ? path : move->second);
        if (was == states_before.end()) {
            diff.models.push_back(lone_change(state, ModelChange::Kind::added));
        } else if (auto change = change_between(was->second, state, !files.differs(path))) {
            diff.models.push_back(std::move(*change));
        }
    }
    for (const auto& [path, state] : states_before) {
        if (states_after.contains(path) || old_paths.contains(path)) continue;
        diff.models.push_back(lone_change(state, ModelChange::Kind::removed));
    }
    std::ranges::stable_sort(diff.models, {}, &ModelChange::path);
    std::set<std::string_view> told;
    for (const ModelChange& change : diff.models) told.insert(change.path);
    diff.unchanged = static_cast<std::size_t>(std::ranges::count_if(rows_after, [&](auto& item) {
        return rows_before.contains(item.first) && !told.contains(item.first);
    }));
    return diff;
}

}  // namespace onnxhub
