// SPDX-License-Identifier: Apache-2.0
#include "generator/describe.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "generator/entry_builder.h"

namespace onnxhub {
namespace {

using GraphReadings = std::unordered_map<std::string, GraphReading>;
using Rows = std::vector<const ModelRow*>;

/// Models with facts, each once, and the tensors that rows need of some.
struct WantedGraphs {
    std::vector<std::string_view> paths;
    std::unordered_map<std::string_view, std::set<std::string>> tensors;
};

WantedGraphs wanted_graphs(const ContentTable& table, const Rows& rows,
                           const DescribeOptions& options) {
    WantedGraphs wanted;
    const auto is_wanted = [&](const std::string& path) {
        return options.part.has_model(path) && table.facts(path);
    };
    for (const ModelRow* row : rows) {
        if (!is_wanted(row->model_path)) continue;
        wanted.paths.push_back(row->model_path);
        if (const auto* tensor = feature_tensor(*options.settings, *row)) {
            wanted.tensors[row->model_path].insert(*tensor);
        }
    }
    for (const std::string& path : options.more_models) {
        if (is_wanted(path)) wanted.paths.push_back(path);
    }
    std::ranges::sort(wanted.paths);
    wanted.paths.erase(std::unique(wanted.paths.begin(), wanted.paths.end()), wanted.paths.end());
    return wanted;
}

/// Without the models that have no graph to keep, which are all of a hub of pointers.
GraphReadings read_graphs(const ContentTable& table, const Rows& rows,
                          const DescribeOptions& options) {
    const WantedGraphs wanted = wanted_graphs(table, rows, options);
    GraphReadings readings;
    std::mutex mutex;
    for_each_index(wanted.paths.size(), options.jobs, [&](std::size_t i) {
        const std::string path(wanted.paths[i]);
        const auto found = wanted.tensors.find(path);
        std::vector<std::string> tensors;
        if (found != wanted.tensors.end()) {
            tensors.assign(found->second.begin(), found->second.end());
        }
        GraphReading reading = read_graph(table, path, tensors, options.inference);
        if (!reading.bytes_here && !reading.is_peeked && reading.diagnostics.empty()) return;
        const std::lock_guard lock(mutex);
        readings.emplace(path, std::move(reading));
    });
    return readings;
}

ModelGraphs graphs_of(const GraphReadings& readings) {
    ModelGraphs graphs;
    for (const auto& [path, reading] : readings) {
        if (reading.bytes_here) graphs.emplace(path, reading.graph);
    }
    return graphs;
}

Diagnostics diagnostics_of_others(const GraphReadings& readings, const Rows& rows,
                                  const std::vector<std::string>& others) {
    std::set<std::string_view> reported;
    for (const ModelRow* row : rows) reported.insert(row->model_path);
    Diagnostics diagnostics;
    for (const std::string& path : others) {
        const auto found = readings.find(path);
        if (found == readings.end() || !reported.insert(path).second) continue;
        diagnostics.append(found->second.diagnostics);
    }
    return diagnostics;
}

/// Adds all files that rows name or that were requested in addition.
void add_files(ContentTable& table, const Rows& rows, const DescribeOptions& options) {
    const auto add = [&](const std::string& model_path, const std::string& path) {
        if (options.part.has_model(model_path)) {
            table.add(path);
        } else {
            table.add_known(path);
        }
    };
    for (const ModelRow* row : rows) {
        add(row->model_path, row->model_path);
        if (row->archive_path) add(row->model_path, *row->archive_path);
    }
    for (const std::string& path : options.more_models) add(path, path);
    for (const std::string& path : options.more_files) table.add(path);
    for (const std::string& path : options.known_files) table.add_known(path);
}

ModelDescription describe_elsewhere(Shared<ModelRow> row, const ContentTable& table) {
    ModelDescription description;
    if (const auto* facts = table.facts(row->model_path)) description.facts = *facts;
    description.row = std::move(row);
    return description;
}

/// Adds every external file that a graph names, or a carried entry of a model without local
/// content.
void add_external_files(ContentTable& table, const Rows& rows, const GraphReadings& readings,
                        const DescribeOptions& options) {
    for (const auto& [path, reading] : readings) {
        if (!reading.graph) continue;
        for (const std::string& location : reading.graph->external_locations) {
            const auto external = external_path(path, location);
            if (const auto* clean = std::get_if<std::string>(&external)) table.add(*clean);
        }
    }
    if (!options.carried) return;
    for (const ModelRow* one : rows) {
        const ModelRow& row = *one;
        if (!options.part.has_model(row.model_path)) continue;
        const auto* facts = table.facts(row.model_path);
        const Entry* carried = facts ? options.carried->find(facts->sha) : nullptr;
        if (!carried) continue;
        for (const std::string& path : carried_external_paths(*carried, row.model_path)) {
            table.add(path);
        }
    }
}

}  // namespace

struct ModelDescriber::State {
    State(const Tree& tree, Rows described, const DescribeOptions& how)
        : rows(std::move(described)), options(how), table(tree, how.known) {}

    Rows rows;
    const DescribeOptions& options;
    ContentTable table;
    GraphReadings readings;
};

ModelDescriber::ModelDescriber(const Tree& tree, std::vector<const ModelRow*> rows,
                               const DescribeOptions& options)
    : state_(std::make_unique<State>(tree, std::move(rows), options)) {
    const FactOptions fact_options{options.rehash};
    ContentTable& table = state_->table;
    table.use_peeked(options.peeked);
    add_files(table, state_->rows, options);
    table.describe(fact_options, options.observer, options.jobs);
    state_->readings = read_graphs(table, state_->rows, options);
    add_external_files(table, state_->rows, state_->readings, options);
    table.describe(fact_options, options.observer, options.jobs);
}

ModelDescriber::~ModelDescriber() = default;

ModelDescription ModelDescriber::describe(std::size_t position) const {
    const DescribeOptions& options = state_->options;
    Shared<ModelRow> row = options.rows_owner ? Shared(options.rows_owner, *state_->rows[position])
                                              : Shared(*state_->rows[position]);
    if (!options.part.has_model(row->model_path)) return describe_elsewhere(row, state_->table);
    const auto found = state_->readings.find(row->model_path);
    const GraphReading* reading = found == state_->readings.end() ? nullptr : &found->second;
    return describe_row(std::move(row), state_->table, reading, options);
}

FactStatistics ModelDescriber::statistics() const {
    return state_->table.statistics();
}

Descriptions ModelDescriber::finish() {
    Diagnostics others =
        diagnostics_of_others(state_->readings, state_->rows, state_->options.more_models);
    const FactStatistics counts = state_->table.statistics();
    return {{}, counts, std::move(state_->table), graphs_of(state_->readings), std::move(others)};
}

Descriptions describe_models(const Tree& tree, const std::vector<ModelRow>& rows,
                             const DescribeOptions& options) {
    std::vector<const ModelRow*> pointers;
    pointers.reserve(rows.size());
    for (const ModelRow& row : rows) pointers.push_back(&row);
    ModelDescriber describer(tree, std::move(pointers), options);
    std::vector<ModelDescription> models(rows.size());
    for_each_index(rows.size(), options.jobs, [&](std::size_t i) {
        models[i] = describer.describe(i);
        if (!options.present_entry || !models[i].entry) return;
        if (Shared<Entry> present = options.present_entry(i); present == models[i].entry) {
            models[i].entry = std::move(present);
        }
    });
    Descriptions descriptions = describer.finish();
    descriptions.models = std::move(models);
    return descriptions;
}

}  // namespace onnxhub
