// SPDX-License-Identifier: Apache-2.0
#include "review/model_state.h"

#include <algorithm>
#include <set>

#include "generator/hub_rows.h"
#include "manifest/port_text.h"
#include "manifest/quantity_text.h"

namespace onnxhub {
namespace {

std::string bytes_text(std::uint64_t bytes) {
    return with_thousands(bytes) + (bytes == 1 ? " byte" : " bytes");
}

class StateBuilder {
public:
    explicit StateBuilder(const std::string& path) { state_.path = path; }

    void add_file(const ContentFacts& facts) {
        state_.sha = facts.sha;
        add(PropertySource::file, "SHA-256", to_hex(facts.sha));
        add(PropertySource::file, "size", bytes_text(facts.size_bytes));
    }

    void add_graph(const ModelGraph& graph) {
        state_.has_graph = true;
        const auto add_named = [this](const char* field, const std::string& text) {
            if (!text.empty()) add(PropertySource::graph, field, text);
        };
        for (const auto& [domain, version] : graph.opsets) {
            add(PropertySource::graph, domain.empty() ? "opset" : "opset of " + domain,
                std::to_string(version));
        }
        add(PropertySource::graph, "IR version", std::to_string(graph.ir_version));
        add_named("producer", graph.producer_name + (graph.producer_version.empty() ? "" : " ") +
                                  graph.producer_version);
        add_named("domain", graph.domain);
        if (graph.model_version != 0) {
            add(PropertySource::graph, "model version", std::to_string(graph.model_version));
        }
        add_named("graph name", graph.graph_name);
        add(PropertySource::graph, "nodes", with_thousands(graph.node_count));
        add(PropertySource::graph, "parameters", with_thousands(graph.parameter_count));
        state_.operators = graph.op_counts;
    }

    void add_ports(const IoPorts& ports) {
        state_.has_ports = true;
        for (const Port& port : ports.inputs) {
            add(PropertySource::ports, "input " + port.name, to_text(port));
        }
        for (const Port& port : ports.outputs) {
            add(PropertySource::ports, "output " + port.name, to_text(port));
        }
    }

    void add_external_file(const ExternalDataFile& file) {
        add(PropertySource::ports, "external file " + file.path,
            bytes_text(file.size_bytes) + ", SHA-256 " + to_hex(file.sha));
    }

    void add_archive(const std::string& path, const ContentFacts* facts) {
        add(PropertySource::table, "test data", path);
        if (!facts) return;
        add(PropertySource::table, "test data SHA-256", to_hex(facts->sha));
        add(PropertySource::table, "test data size", bytes_text(facts->size_bytes));
    }

    void add_listed(const char* field, const std::string& value) {
        add(PropertySource::table, field, value);
    }

    void set_trouble(std::string trouble) { state_.trouble = std::move(trouble); }

    ModelState take() { return std::move(state_); }

private:
    void add(PropertySource source, std::string field, std::string value) {
        const bool is_known = std::ranges::any_of(state_.properties, [&](const Property& other) {
            return other.field == field && other.value == value;
        });
        if (!is_known) state_.properties.push_back({source, std::move(field), std::move(value)});
    }

    ModelState state_;
};

std::string joined(const std::vector<std::string>& texts) {
    std::string text;
    for (const std::string& item : texts) text += (text.empty() ? "" : ", ") + item;
    return text;
}

void add_table_facts(StateBuilder& builder, const ModelDescription& model,
                     const ContentTable& contents) {
    if (is_discovered(model.row)) return;
    builder.add_listed("name", model.row.name);
    builder.add_listed("listed opset", std::to_string(model.row.opset_version));
    builder.add_listed("ONNX version", model.row.onnx_version);
    builder.add_listed("tags", joined(model.row.tags));
    if (model.row.archive_path) {
        builder.add_archive(*model.row.archive_path, contents.facts(*model.row.archive_path));
    }
}

std::string trouble_of(const ModelDescription& model) {
    if (model.bytes_missing) return "its bytes are not here (a Git LFS pointer)";
    for (const Diagnostic& diagnostic : model.diagnostics.all()) {
        if (diagnostic.severity == Severity::error) return diagnostic.message;
    }
    return "it could not be read";
}

}  // namespace

ModelState state_of(const std::string& path, const std::vector<const ModelDescription*>& rows,
                    const ContentTable& contents) {
    StateBuilder builder(path);
    const ModelDescription& first = *rows.front();
    if (first.facts) builder.add_file(*first.facts);
    if (first.graph) builder.add_graph(*first.graph);
    if (!first.graph) builder.set_trouble(trouble_of(first));
    for (const ModelDescription* model : rows) {
        if (model->graph) {
            builder.add_ports(model->graph->ports);
        } else if (model->entry && model->entry->io_ports) {
            builder.add_ports(*model->entry->io_ports);
        }
        if (model->entry) {
            for (const ExternalDataFile& file : model->entry->external_data) {
                builder.add_external_file(file);
            }
        }
        add_table_facts(builder, *model, contents);
    }
    return builder.take();
}

}  // namespace onnxhub
