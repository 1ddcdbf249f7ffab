// SPDX-License-Identifier: Apache-2.0
#include "cli/model_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/escaping.h"
#include "base/quantity.h"
#include "cli/progress.h"
#include "manifest/diagnostic.h"
#include "manifest/entry.h"
#include "manifest/json.h"
#include "manifest/onnx_release.h"
#include "model/operator_table.h"

namespace onnxhub {
namespace {

constexpr std::size_t shown_operators = 8;

std::string shape_text(const Shape& shape) {
    if (shape.empty()) return "-";
    std::string text;
    for (const Dimension& dimension : shape) {
        if (!text.empty()) text += " x ";
        if (const auto* number = std::get_if<std::int64_t>(&dimension)) {
            text += std::to_string(*number);
        } else if (const auto* name = std::get_if<std::string>(&dimension)) {
            text += printable(*name);
        } else {
            text += "?";
        }
    }
    return text;
}

std::string opsets_text(const ModelGraph& graph) {
    std::string text;
    for (const auto& [domain, version] : graph.opsets) {
        if (!text.empty()) text += ", ";
        text += (domain.empty() ? "opset" : printable(domain)) + " " + std::to_string(version);
    }
    return text.empty() ? "no opset" : text;
}

std::string release_text(const ModelGraph& graph) {
    const auto opset = graph.opsets.find("");
    const auto release =
        oldest_release_for(graph.ir_version, opset == graph.opsets.end() ? 0 : opset->second);
    return release ? fmt::format(" (ONNX {} or later)", release->version)
                   : std::string(" (newer than all ONNX releases that onnxhub knows)");
}

std::vector<std::pair<std::string, std::uint64_t>> by_count(const OperatorCounts& operators) {
    std::vector<std::pair<std::string, std::uint64_t>> counts(operators.begin(), operators.end());
    std::stable_sort(counts.begin(), counts.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    return counts;
}

std::optional<std::int64_t> opset_of(const ModelGraph& graph, const std::string& domain) {
    const auto found = graph.opsets.find(domain);
    return found == graph.opsets.end() ? std::nullopt : std::optional(found->second);
}

/// The opset that introduced the version of the operator that the model uses; nullopt: unknown.
std::optional<int> operator_version(const ModelGraph& graph, const std::string& domain,
                                    const std::string& name) {
    const OperatorTable& table = OperatorTable::known();
    const auto opset = opset_of(graph, domain);
    const auto* versions = table.versions(domain, name);
    if (!opset || !versions || *opset < 1 || *opset > table.newest_opset(domain)) {
        return std::nullopt;
    }
    const OperatorVersion* version = version_for(*versions, static_cast<int>(*opset));
    return version ? std::optional(version->since) : std::nullopt;
}

/// "Conv-11 (53), Relu-6 (49) and 3 more"
std::string operators_text(const ModelGraph& graph, const std::string& domain,
                           const OperatorCounts& operators) {
    const auto counts = by_count(operators);
    std::string text;
    for (std::size_t i = 0; i < std::min(counts.size(), shown_operators); ++i) {
        const auto version = operator_version(graph, domain, counts[i].first);
        text += fmt::format("{}{}{} ({})", i == 0 ? "" : ", ", printable(counts[i].first),
                            version ? fmt::format("-{}", *version) : "", counts[i].second);
    }
    if (counts.size() > shown_operators) {
        text += fmt::format(" and {} more", counts.size() - shown_operators);
    }
    return text;
}

std::vector<std::pair<std::string, Weights>> weights_by_size(const ModelGraph& graph) {
    std::vector<std::pair<std::string, Weights>> weights(graph.weights.begin(),
                                                         graph.weights.end());
    std::stable_sort(weights.begin(), weights.end(),
                     [](const auto& a, const auto& b) { return a.second.bytes > b.second.bytes; });
    return weights;
}

/// "float 97.4 MiB, int64 1.2 KiB"
std::string weights_text(const ModelGraph& graph) {
    std::string text;
    for (const auto& [type, weights] : weights_by_size(graph)) {
        if (!text.empty()) text += ", ";
        text += type + " ";
        text += weights.bytes > 0 ? human_bytes(weights.bytes)
                                  : with_thousands(weights.elements) + " elements";
    }
    return text;
}

const char* source_text(FactSource source) {
    switch (source) {
        case FactSource::pointer:
            return "from the LFS pointer";
        case FactSource::annex:
            return "from the git-annex key";
        case FactSource::index:
            return "unchanged since git's index";
        case FactSource::hashed:
            break;
    }
    return "hashed";
}

/// "97.4 MiB (102,162,357 bytes)"
std::string size_text(std::uint64_t bytes) {
    const std::string exact = with_thousands(bytes) + (bytes == 1 ? " byte" : " bytes");
    return bytes < 1024 ? exact : fmt::format("{} ({})", human_bytes(bytes), exact);
}

std::string facts_text(const ModelReport& report) {
    const ModelGraph& graph = report.graph;
    std::string text = printable(report.file) + "\n";
    const auto line = [&](const char* label, const std::string& value) {
        text += fmt::format("  {:<12}{}\n", label, value);
    };
    line("format", fmt::format("IR version {}, {}{}", graph.ir_version, opsets_text(graph),
                               release_text(graph)));
    const std::string producer =
        graph.producer_name + (graph.producer_version.empty() ? "" : " ") + graph.producer_version;
    line("producer", producer.empty() ? "not stated" : printable(producer));
    line("graph",
         fmt::format("{}{} nodes, {} parameters",
                     graph.graph_name.empty() ? "" : printable(graph.graph_name) + ": ",
                     with_thousands(graph.node_count), with_thousands(graph.parameter_count)));
    if (!graph.weights.empty()) line("weights", weights_text(graph));
    const char* label = "operators";
    for (const auto& [domain, operators] : graph.operators) {
        const auto opset = opset_of(graph, domain);
        line(std::exchange(label, ""), fmt::format("{}{}: {}", printable(domain_name(domain)),
                                                   opset ? fmt::format(" {}", *opset) : "",
                                                   operators_text(graph, domain, operators)));
    }
    if (graph.operators.empty()) line(label, "none");
    line("size", size_text(report.size_bytes));
    if (report.facts) {
        line("sha256",
             fmt::format("{} ({})", to_hex(report.facts->sha), source_text(report.facts->source)));
    }
    if (report.remote) {
        if (report.remote->stated_sha) {
            line("sha256", to_hex(*report.remote->stated_sha) + " (stated by the server)");
        }
        line("read", fmt::format("{} in {} request{}, without the weights{}",
                                 human_bytes(report.remote->bytes), report.remote->requests,
                                 report.remote->requests == 1 ? "" : "s",
                                 report.remote->is_bound ? "" : "; not verified"));
    }
    for (const std::string& location : graph.external_locations) {
        line("weights in", printable(location));
    }
    return text + "\n";
}

struct TableRow {
    std::string role, name, type, shape;
};

std::string table_text(const std::vector<TableRow>& rows) {
    std::size_t name = 0, type = 0;
    for (const TableRow& row : rows) {
        name = std::max(name, row.name.size());
        type = std::max(type, row.type.size());
    }
    std::string text;
    for (const TableRow& row : rows) {
        text += fmt::format("  {:<8}{:<{}}  {:<{}}  {}\n", row.role, row.name, name, row.type, type,
                            row.shape);
    }
    return text;
}

std::string ports_text(const ModelGraph& graph) {
    std::vector<TableRow> rows;
    for (const Port& port : graph.ports.inputs) {
        rows.push_back({"input", printable(port.name), port.type, shape_text(port.shape)});
    }
    for (const Port& port : graph.ports.outputs) {
        rows.push_back({"output", printable(port.name), port.type, shape_text(port.shape)});
    }
    for (const auto& [name, shape] : graph.tensors) {
        rows.push_back({"tensor", printable(name), "", shape ? shape_text(*shape) : "unknown"});
    }
    return table_text(rows);
}

JsonValue ports_json(const ModelGraph& graph) {
    Entry entry;
    entry.io_ports = graph.ports;
    return *to_json(entry).find("metadata")->find("io_ports");
}

JsonValue shape_json(const Shape& shape) {
    JsonArray dimensions;
    for (const Dimension& dimension : shape) {
        if (const auto* number = std::get_if<std::int64_t>(&dimension)) {
            dimensions.push_back(json_integer(*number));
        } else if (const auto* name = std::get_if<std::string>(&dimension)) {
            dimensions.push_back(json_string(*name));
        } else {
            dimensions.emplace_back();
        }
    }
    return json_array(std::move(dimensions));
}

JsonValue domains_json(const ModelGraph& graph) {
    JsonArray domains;
    for (const auto& [domain, counts] : graph.operators) {
        JsonArray operators;
        for (const auto& [name, count] : by_count(counts)) {
            const auto version = operator_version(graph, domain, name);
            operators.push_back(
                json_object({{"name", json_string(name)},
                             {"version", version ? json_integer(*version) : JsonValue{}},
                             {"nodes", json_unsigned(count)}}));
        }
        const auto opset = opset_of(graph, domain);
        domains.push_back(json_object({{"domain", json_string(domain_name(domain))},
                                       {"opset", opset ? json_integer(*opset) : JsonValue{}},
                                       {"operators", json_array(std::move(operators))}}));
    }
    return json_array(std::move(domains));
}

JsonValue weights_json(const ModelGraph& graph) {
    JsonObject types;
    for (const auto& [type, weights] : weights_by_size(graph)) {
        types.push_back({type, json_object({{"elements", json_unsigned(weights.elements)},
                                            {"bytes", json_unsigned(weights.bytes)}})});
    }
    return json_object(std::move(types));
}

JsonValue remote_json(const RemoteReading& remote) {
    return json_object(
        {{"requests", json_unsigned(remote.requests)},
         {"bytes", json_unsigned(remote.bytes)},
         {"is_bound", json_bool(remote.is_bound)},
         {"stated_sha256",
          remote.stated_sha ? json_string(to_hex(*remote.stated_sha)) : JsonValue{}}});
}

JsonValue facts_json(const ModelReport& report) {
    const ModelGraph& graph = report.graph;
    JsonObject opsets, operators;
    for (const auto& [domain, version] : graph.opsets) {
        opsets.push_back({domain_name(domain), json_integer(version)});
    }
    for (const auto& [name, count] : by_count(op_counts(graph))) {
        operators.push_back({name, json_unsigned(count)});
    }
    JsonArray external;
    for (const std::string& location : graph.external_locations) {
        external.push_back(json_string(location));
    }
    JsonObject tensors;
    for (const auto& [name, shape] : graph.tensors) {
        tensors.push_back({name, shape ? shape_json(*shape) : JsonValue{}});
    }
    JsonObject facts{
        {"file", json_string(report.file)},
        {"sha256", report.facts ? json_string(to_hex(report.facts->sha)) : JsonValue{}},
        {"bytes", json_unsigned(report.size_bytes)},
        {"ir_version", json_integer(graph.ir_version)},
        {"opsets", json_object(std::move(opsets))},
        {"producer_name", json_string(graph.producer_name)},
        {"producer_version", json_string(graph.producer_version)},
        {"domain", json_string(graph.domain)},
        {"model_version", json_integer(graph.model_version)},
        {"graph_name", json_string(graph.graph_name)},
        {"nodes", json_unsigned(graph.node_count)},
        {"parameters", json_unsigned(graph.parameter_count)},
        {"weights", weights_json(graph)},
        {"operators", json_object(std::move(operators))},
        {"operator_domains", domains_json(graph)},
        {"external_data", json_array(std::move(external))},
        {"io_ports", ports_json(graph)},
    };
    if (!tensors.empty()) facts.push_back({"tensors", json_object(std::move(tensors))});
    if (report.remote) facts.push_back({"remote", remote_json(*report.remote)});
    return json_object(std::move(facts));
}

}  // namespace

std::string pointer_text(const std::string& file, const ContentFacts& facts) {
    return fmt::format("{}\n  {:<12}{}\n  {:<12}{}\n  {:<12}{}\n", printable(file), "format",
                       "Git LFS pointer; its content is not available locally", "size",
                       size_text(facts.size_bytes), "sha256", to_hex(facts.sha));
}

std::string pointer_json(const std::string& file, const ContentFacts& facts) {
    return json_text(json_object({{"file", json_string(file)},
                                  {"sha256", json_string(to_hex(facts.sha))},
                                  {"bytes", json_unsigned(facts.size_bytes)},
                                  {"is_pointer", json_bool(true)}}));
}

std::string opsets_text(const std::string& file, const ModelOpsets& opsets) {
    ModelGraph graph;
    graph.ir_version = opsets.ir_version;
    graph.opsets = opsets.versions;
    return fmt::format("{}\n  {:<12}IR version {}, {}{}\n", printable(file), "format",
                       graph.ir_version, opsets_text(graph), release_text(graph));
}

std::string opsets_json(const std::string& file, const ModelOpsets& opsets) {
    JsonObject versions;
    for (const auto& [domain, version] : opsets.versions) {
        versions.push_back({domain_name(domain), json_integer(version)});
    }
    return json_text(json_object({{"file", json_string(file)},
                                  {"ir_version", json_integer(opsets.ir_version)},
                                  {"opsets", json_object(std::move(versions))}}));
}

std::string report_text(const ModelReport& report, bool ports_only) {
    return (ports_only ? "" : facts_text(report)) + ports_text(report.graph);
}

std::string report_json(const ModelReport& report, bool ports_only) {
    return json_text(ports_only ? ports_json(report.graph) : facts_json(report));
}

}  // namespace onnxhub
