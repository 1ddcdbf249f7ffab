// SPDX-License-Identifier: Apache-2.0
#include "diff/model_state.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <variant>

#include "base/quantity.h"
#include "diff/source_difference.h"
#include "manifest/port_text.h"
#include "sources/hub_rows.h"

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

    /// The file of a model elsewhere.
    void add_stated_file(const StatedContent& content) {
        state_.is_elsewhere = true;
        state_.sha = content.sha;
        if (!content.sha) return;
        add(PropertySource::file, "SHA-256", to_hex(*content.sha));
        add(PropertySource::file, "size",
            content.size_bytes ? bytes_text(*content.size_bytes) : "unknown");
    }

    void add_graph(const ModelGraph& graph) {
        state_.has_graph = true;
        state_.has_weights = true;
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
        state_.operators = op_counts(graph);
    }

    void add_ports(const IoPorts& ports) {
        const bool is_first = !std::exchange(state_.has_ports, true);
        state_.has_weights = true;
        for (const Port& port : ports.inputs) {
            if (is_first) state_.input_names.push_back(port.name);
            add(PropertySource::ports, "input " + port.name, to_text(port));
        }
        for (const Port& port : ports.outputs) {
            if (is_first) state_.output_names.push_back(port.name);
            add(PropertySource::ports, "output " + port.name, to_text(port));
        }
    }

    void add_external_file(const ExternalDataFile& file) {
        add(PropertySource::weights, "external file " + file.path,
            bytes_text(file.size_bytes) + ", SHA-256 " + to_hex(file.sha));
    }

    void add_archive(const std::string& path, const ContentFacts* facts) {
        add(PropertySource::table, "test data", path);
        if (!facts) {
            state_.has_archive_facts = false;
            return;
        }
        add(PropertySource::archive, "test data SHA-256", to_hex(facts->sha));
        add(PropertySource::archive, "test data size", bytes_text(facts->size_bytes));
    }

    void add_listed(const char* field, const std::string& value) {
        add(PropertySource::table, field, value);
    }

    void add_stated_facts(const StatedFacts& stated) {
        const auto add_text = [this](const char* field, const std::optional<std::string>& text) {
            if (text) add_listed(field, *text);
        };
        if (stated.ir_version) add_listed("listed IR version", std::to_string(*stated.ir_version));
        add_text("license", stated.about.license);
        add_text("author", stated.about.author);
        add_text("task", stated.about.task);
        add_text("description", stated.about.description);
        if (stated.about.parameters) {
            add_listed("listed parameters", with_thousands(*stated.about.parameters));
        }
        std::ranges::move(urls_missing_in(state_.urls, stated.urls),
                          std::back_inserter(state_.urls));
    }

    void set_problem(std::string problem) { state_.problem = std::move(problem); }

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
    const ModelRow& row = *model.row;
    if (!states_opset(row) && !row.stated) return;
    builder.add_listed("name", row.name);
    if (states_opset(row)) builder.add_listed("listed opset", std::to_string(row.opset_version));
    if (!row.onnx_version.empty()) builder.add_listed("ONNX version", row.onnx_version);
    builder.add_listed("tags", joined(row.tags));
    if (row.archive_path) builder.add_archive(*row.archive_path, contents.facts(*row.archive_path));
    if (row.stated) builder.add_stated_facts(*row.stated);
}

std::string graph_problem(const ModelDescription& model) {
    if (model.bytes_missing) return "it is a Git LFS pointer and not downloaded";
    for (const Diagnostic& diagnostic : model.diagnostics.all()) {
        if (diagnostic.severity == Severity::error) return diagnostic.message;
    }
    return "it cannot be read";
}

std::string elsewhere_problem(const StatedContent& content) {
    return content.sha ? "its content is elsewhere"
                       : "its content is elsewhere, and nothing states its SHA-256";
}

/// Why the content of an existing file is unknown. Removes the path, which the report already has.
std::string file_problem(const std::string& path, const NoContent& none) {
    if (none.in_file) {
        constexpr std::string_view broken = "broken Git LFS pointer";
        const std::string& message = none.in_file->message;
        if (message.starts_with(broken)) {
            return "its pointer is broken" + message.substr(broken.size());
        }
        return message + (none.in_file->hint.empty() ? "" : "; " + none.in_file->hint);
    }
    if (none.kind == NoContent::Kind::missing) return "it is a symbolic link without a target";
    if (none.reason.starts_with(path + ": ")) return none.reason.substr(path.size() + 2);
    if (none.reason.starts_with(path + " ")) return "it" + none.reason.substr(path.size());
    return none.reason;
}

}  // namespace

bool ModelState::knows(PropertySource source) const {
    switch (source) {
        case PropertySource::file:
            return sha.has_value();
        case PropertySource::table:
            return has_rows;
        case PropertySource::archive:
            return has_rows && has_archive_facts;
        case PropertySource::ports:
            return has_ports;
        case PropertySource::graph:
            return has_graph;
        case PropertySource::weights:
            return has_weights;
    }
    return false;
}

std::optional<ModelState> state_of(const std::string& path,
                                   const std::vector<const ModelDescription*>& rows,
                                   const ContentTable& contents, bool has_file) {
    StateBuilder builder(path);
    const ModelDescription& first = *rows.front();
    const auto elsewhere = std::ranges::find_if(
        rows, [](const ModelDescription* row) { return row->elsewhere.has_value(); });
    if (elsewhere != rows.end()) {
        builder.add_stated_file(*(*elsewhere)->elsewhere);
        builder.set_problem(elsewhere_problem(*(*elsewhere)->elsewhere));
    } else if (const auto* none = contents.no_content(path)) {
        if (!has_file || none->kind == NoContent::Kind::ignored) return std::nullopt;
        builder.set_problem(file_problem(path, *none));
    } else {
        if (first.facts) builder.add_file(*first.facts);
        if (!first.graph) builder.set_problem(graph_problem(first));
    }
    if (first.graph) builder.add_graph(*first.graph);
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
