// SPDX-License-Identifier: Apache-2.0
#include "diff/state_difference.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <set>
#include <utility>

#include "diff/source_difference.h"

namespace onnxhub {
namespace {

constexpr const char* unknown = "unknown";

const std::string* value_of(const ModelState& state, const std::string& field) {
    const auto found = std::ranges::find(state.properties, field, &Property::field);
    return found == state.properties.end() ? nullptr : &found->value;
}

/// Joins the values of a field that occurs twice, such as the name of a model that is listed twice.
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

/// Whether a property of this source can differ, so that it is worth showing.
bool is_shown(PropertySource source, bool has_same_bytes) {
    return !has_same_bytes || source == PropertySource::table ||
           source == PropertySource::archive || source == PropertySource::weights;
}

/// Whether to show a property as unknown if `other` does not know it.
bool is_shown_as_unknown(PropertySource source, const ModelState& other, bool has_same_bytes) {
    if (source == PropertySource::table || !other.has_rows) return false;
    return !has_same_bytes || source == PropertySource::archive;
}

std::string location(const ModelState& state) {
    return state.is_elsewhere ? "elsewhere" : "in the repository";
}

/// Adds properties of `one` that differ in `other`. `is_before`: `one` is the earlier state.
void compare_properties(const ModelState& one, const ModelState& other, bool has_same_bytes,
                        bool is_before, std::vector<FieldChange>& changes) {
    for (const Property& property : one.properties) {
        const PropertySource source = property.source;
        if (!one.knows(source) || !is_shown(source, has_same_bytes)) continue;
        std::string opposite;
        if (other.knows(source)) {
            const std::string* value = value_of(other, property.field);
            if (value && (!is_before || *value == property.value)) continue;
            if (value) opposite = *value;
        } else if (source == PropertySource::file ||
                   is_shown_as_unknown(source, other, has_same_bytes)) {
            opposite = unknown;
        } else {
            continue;
        }
        FieldChange change{property.field, property.value, std::move(opposite)};
        if (!is_before) std::swap(change.before, change.after);
        changes.push_back(std::move(change));
    }
}

void compare_order(const char* field, const std::vector<std::string>& before,
                   const std::vector<std::string>& after, std::vector<FieldChange>& changes) {
    if (before == after || !std::ranges::is_permutation(before, after)) return;
    const auto text = [](const std::vector<std::string>& names) {
        std::string joined;
        for (const std::string& name : names) joined += (joined.empty() ? "" : ", ") + name;
        return joined;
    };
    changes.push_back({field, text(before), text(after)});
}

void compare_operators(const ModelState& before, const ModelState& after,
                       std::vector<FieldChange>& changes) {
    if (!before.has_graph && !after.has_graph) return;
    if (!before.has_graph || !after.has_graph) {
        const auto text = [](const ModelState& state) {
            return state.has_graph ? operators_text(state.operators) : unknown;
        };
        if (before.operators.empty() && after.operators.empty()) return;
        changes.push_back({"operators", text(before), text(after)});
        return;
    }
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

}  // namespace

std::vector<FieldChange> compare_states(const ModelState& before, const ModelState& after,
                                        bool has_same_bytes) {
    ModelState one = before;
    ModelState other = after;
    one.properties = joined_properties(before);
    other.properties = joined_properties(after);
    std::vector<FieldChange> changes;
    if (before.is_elsewhere != after.is_elsewhere) {
        changes.push_back({"location", location(before), location(after)});
    }
    compare_properties(one, other, has_same_bytes, true, changes);
    compare_properties(other, one, has_same_bytes, false, changes);
    if (before.has_rows && after.has_rows) {
        std::ranges::move(compare_sources("source", before.urls, after.urls),
                          std::back_inserter(changes));
    }
    if (has_same_bytes) return changes;
    if (one.has_ports && other.has_ports) {
        compare_order("order of inputs", one.input_names, other.input_names, changes);
        compare_order("order of outputs", one.output_names, other.output_names, changes);
    }
    compare_operators(one, other, changes);
    return changes;
}

std::vector<FieldChange> fields_of_lone(const ModelState& state, bool is_new) {
    std::vector<FieldChange> fields;
    const auto add = [&](const std::string& field, const std::string& value) {
        fields.push_back({field, is_new ? "" : value, is_new ? value : ""});
    };
    if (state.is_elsewhere) add("location", location(state));
    for (const Property& property : joined_properties(state)) {
        if (state.knows(property.source)) add(property.field, property.value);
    }
    if (!state.operators.empty()) add("operators", operators_text(state.operators));
    for (const std::string& url : state.urls) add("source", url);
    return fields;
}

std::string comparison_note(const ModelState& before, const ModelState& after) {
    if (before.has_graph && after.has_graph) return "";
    std::string note = before.sha && after.sha ? "the graphs were not compared: "
                                               : "the files were not compared: ";
    if (!before.has_graph) note += "before, " + before.problem;
    if (!before.has_graph && !after.has_graph) note += "; ";
    if (!after.has_graph) note += "now, " + after.problem;
    return note;
}

}  // namespace onnxhub
