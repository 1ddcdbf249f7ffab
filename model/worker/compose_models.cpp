// SPDX-License-Identifier: Apache-2.0
#include "model/worker/compose_models.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/checker.h>
#include <onnx/version_converter/convert.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <exception>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/process_limits.h"
#include "manifest/element_type.h"
#include "manifest/entry.h"
#include "manifest/port_text.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t longest_computing = 600;  // seconds

// Address space: for libraries and small models, and for each byte of the two models. Each is held
// as bytes and as messages, and so is the result.
constexpr std::uint64_t memory_base = std::uint64_t{1} << 30;  // bytes
constexpr std::uint64_t memory_per_byte = 8;

using Names = std::set<std::string>;
/// Connected ports: the network's input → the preprocessing model's output.
using Connections = std::map<std::string, std::string>;

[[noreturn]] void fail(const std::string& what, const std::string& hint) {
    throw UserError("composing: " + what + "; " + hint);
}

/// The first line of libonnx's message. The rest describes the node at length.
std::string first_clause(const std::exception& error) {
    std::string text = error.what();
    text = text.substr(0, text.find('\n'));
    while (text.ends_with('.')) text.pop_back();
    return text;
}

/// Calls `see` for the graph and all its subgraphs. Protobuf's own limit bounds the depth.
template <typename Graph>
void for_each_graph(Graph& graph, const std::function<void(Graph&)>& see);

template <>
void for_each_graph(const onnx::GraphProto& graph,
                    const std::function<void(const onnx::GraphProto&)>& see) {
    see(graph);
    for (const auto& node : graph.node()) {
        for (const auto& attribute : node.attribute()) {
            if (attribute.has_g()) for_each_graph<const onnx::GraphProto>(attribute.g(), see);
            for (const auto& below : attribute.graphs()) {
                for_each_graph<const onnx::GraphProto>(below, see);
            }
        }
    }
}

template <>
void for_each_graph(onnx::GraphProto& graph, const std::function<void(onnx::GraphProto&)>& see) {
    see(graph);
    for (auto& node : *graph.mutable_node()) {
        for (auto& attribute : *node.mutable_attribute()) {
            if (attribute.has_g()) for_each_graph<onnx::GraphProto>(*attribute.mutable_g(), see);
            for (auto& below : *attribute.mutable_graphs()) {
                for_each_graph<onnx::GraphProto>(below, see);
            }
        }
    }
}

bool has_external_data(const onnx::GraphProto& graph) {
    bool has = false;
    const auto look = [&](const onnx::TensorProto& tensor) {
        has = has || tensor.data_location() == onnx::TensorProto::EXTERNAL;
    };
    for_each_graph<const onnx::GraphProto>(graph, [&](const onnx::GraphProto& below) {
        std::ranges::for_each(below.initializer(), look);
        for (const auto& sparse : below.sparse_initializer()) {
            look(sparse.values());
            look(sparse.indices());
        }
        for (const auto& node : below.node()) {
            for (const auto& attribute : node.attribute()) {
                if (attribute.has_t()) look(attribute.t());
                std::ranges::for_each(attribute.tensors(), look);
            }
        }
    });
    return has;
}

void check(const onnx::ModelProto& model, const std::string& which) {
    if (has_external_data(model.graph())) {
        fail(which + " has external data", "compose models without external data");
    }
    try {
        onnx::checker::check_model(model);
    } catch (const std::exception& error) {
        fail(which + " fails ONNX's checker: " + first_clause(error), "choose another model");
    }
}

std::map<std::string, std::int64_t> model_opsets(const onnx::ModelProto& model) {
    std::map<std::string, std::int64_t> opsets;
    for (const auto& import : model.opset_import()) {
        opsets[import.domain() == "ai.onnx" ? "" : import.domain()] = import.version();
    }
    return opsets;
}

/// Checks what ONNX's converter would drop: it supports neither functions nor sparse initializers.
onnx::ModelProto converted(const onnx::ModelProto& model, std::int64_t opset,
                           const std::string& which) {
    const auto lost = [&](const std::string& what) {
        fail(fmt::format("{} can't be converted to opset {}: {}", which, opset, what),
             "choose versions of both models with the same opset (--opset)");
    };
    if (model.functions_size() > 0) lost("it has functions of its own");
    for_each_graph<const onnx::GraphProto>(model.graph(), [&](const onnx::GraphProto& graph) {
        if (graph.sparse_initializer_size() > 0) lost("it has sparse initializers");
        if (graph.quantization_annotation_size() > 0) lost("it has quantization annotations");
    });
    onnx::ModelProto result;
    try {
        result = onnx::version_conversion::ConvertVersion(model, static_cast<int>(opset));
    } catch (const std::exception& error) {
        lost(first_clause(error));
    }
    if (model_opsets(result)[""] != opset) lost("ONNX's version converter does not support it");
    *result.mutable_metadata_props() = model.metadata_props();
    return result;
}

/// Converts both models to the same opsets and IR version.
void bring_together(onnx::ModelProto& preprocessing, onnx::ModelProto& network) {
    const auto one = model_opsets(preprocessing);
    const auto other = model_opsets(network);
    for (const auto& [domain, version] : one) {
        const auto found = other.find(domain);
        if (domain.empty() || found == other.end() || found->second == version) continue;
        fail(fmt::format("the models use opsets {} and {} of the domain \"{}\"", version,
                         found->second, domain),
             "choose other versions of the models, since only the default domain can be converted");
    }
    const std::int64_t ir = std::max(preprocessing.ir_version(), network.ir_version());
    if (one.contains("") && other.contains("")) {
        const std::int64_t low = one.at(""), high = other.at("");
        if (low < high) preprocessing = converted(preprocessing, high, "the preprocessing model");
        if (low > high) network = converted(network, low, "the network");
    }
    preprocessing.set_ir_version(ir);
    network.set_ir_version(ir);
}

Names initializers_of(const onnx::GraphProto& graph) {
    Names names;
    for (const auto& tensor : graph.initializer()) names.insert(tensor.name());
    for (const auto& tensor : graph.sparse_initializer()) names.insert(tensor.values().name());
    return names;
}

std::string text_of(const onnx::ValueInfoProto& info) {
    if (!info.type().has_tensor_type()) return info.name();
    const auto& tensor = info.type().tensor_type();
    Port port{info.name(), {}, fmt::format("tensor({})", element_type_name(tensor.elem_type()))};
    for (const auto& dim : tensor.shape().dim()) {
        if (dim.has_dim_value()) {
            port.shape.emplace_back(dim.dim_value());
        } else if (dim.has_dim_param() && !dim.dim_param().empty()) {
            port.shape.emplace_back(dim.dim_param());
        } else {
            port.shape.emplace_back(std::monostate());
        }
    }
    return info.name() + " " + to_text(port);
}

/// Only numbers can disagree, since names of dimensions have no meaning outside their model.
bool agree(const onnx::TensorShapeProto& one, const onnx::TensorShapeProto& other) {
    return one.dim_size() == other.dim_size() &&
           std::ranges::equal(one.dim(), other.dim(), [](const auto& a, const auto& b) {
               return !a.has_dim_value() || !b.has_dim_value() || a.dim_value() == b.dim_value();
           });
}

bool agree(const onnx::TypeProto& one, const onnx::TypeProto& other) {
    if (one.value_case() != other.value_case()) return false;
    if (!one.has_tensor_type()) {
        return one.SerializeAsString() == other.SerializeAsString();
    }
    const auto& a = one.tensor_type();
    const auto& b = other.tensor_type();
    return a.elem_type() == b.elem_type() &&
           (!a.has_shape() || !b.has_shape() || agree(a.shape(), b.shape()));
}

Connections connect(const onnx::GraphProto& preprocessing, const onnx::GraphProto& network) {
    const Names weights = initializers_of(network);
    Connections connections;
    auto output = preprocessing.output().begin();
    for (const auto& input : network.input()) {
        if (output == preprocessing.output().end()) break;
        if (weights.contains(input.name())) continue;
        if (!agree(output->type(), input.type())) {
            fail(fmt::format("the output {} does not fit the input {}", text_of(*output),
                             text_of(input)),
                 "choose a preprocessing model made for this network");
        }
        connections.emplace(input.name(), output->name());
        ++output;
    }
    if (connections.empty()) fail("there is nothing to connect", "choose other models");
    return connections;
}

/// Names of values by kind, at all depths.
std::map<std::string, Names> names_of(const onnx::GraphProto& graph) {
    std::map<std::string, Names> names;
    for_each_graph<const onnx::GraphProto>(graph, [&](const onnx::GraphProto& below) {
        Names& edges = names["edges"];
        for (const auto& node : below.node()) {
            edges.insert(node.input().begin(), node.input().end());
            edges.insert(node.output().begin(), node.output().end());
        }
        for (const auto& info : below.input()) edges.insert(info.name());
        for (const auto& info : below.output()) edges.insert(info.name());
        for (const auto& info : below.value_info()) names["value_info"].insert(info.name());
        for (const auto& tensor : below.initializer()) {
            names["initializers"].insert(tensor.name());
        }
        for (const auto& tensor : below.sparse_initializer()) {
            names["sparse initializers"].insert(tensor.values().name());
        }
    });
    for (auto& [kind, found] : names) found.erase("");
    return names;
}

void check_collisions(const onnx::GraphProto& preprocessing, const onnx::GraphProto& network,
                      const Connections& connections) {
    const auto one = names_of(preprocessing);
    for (const auto& [kind, names] : names_of(network)) {
        const auto found = one.find(kind);
        if (found == one.end()) continue;
        std::vector<std::string> both;
        std::ranges::set_intersection(names, found->second, std::back_inserter(both));
        std::erase_if(both, [&](const std::string& name) { return connections.contains(name); });
        if (both.empty()) continue;
        constexpr std::size_t max_shown = 5;
        const std::string more =
            both.size() > max_shown ? fmt::format(" and {} more", both.size() - max_shown) : "";
        both.resize(std::min(both.size(), max_shown));
        fail(fmt::format("both models have {} called {}{}", kind, fmt::join(both, ", "), more),
             "rename them in one of the models, as onnx.compose.add_prefix does");
    }
}

/// Renames each connected input to its output's name, in subgraphs too.
void rename_inputs(onnx::GraphProto& network, const Connections& connections) {
    const auto rename = [&](std::string& name) {
        const auto found = connections.find(name);
        if (found != connections.end()) name = found->second;
    };
    for_each_graph<onnx::GraphProto>(network, [&](onnx::GraphProto& graph) {
        for (auto& node : *graph.mutable_node()) {
            for (std::string& input : *node.mutable_input()) rename(input);
        }
        for (auto& annotation : *graph.mutable_quantization_annotation()) {
            rename(*annotation.mutable_tensor_name());
        }
        if (&graph == &network) return;
        for (auto& output : *graph.mutable_output()) rename(*output.mutable_name());
    });
    // An output that returns an input unchanged keeps its name.
    for (const auto& output : network.output()) {
        const auto found = connections.find(output.name());
        if (found == connections.end()) continue;
        if (found->second == output.name()) continue;
        onnx::NodeProto& node = *network.add_node();
        node.set_op_type("Identity");
        node.add_input(found->second);
        node.add_output(output.name());
    }
}

/// Appends the items that `skip` does not name.
template <typename Repeated, typename NameOf>
void append(Repeated& to, const Repeated& from, const Connections& skip, const NameOf& name_of) {
    for (const auto& element : from) {
        if (!skip.contains(name_of(element))) *to.Add() = element;
    }
}

/// A value that is an output of both models under one name is a single output.
void append_outputs(onnx::GraphProto& merged, const onnx::GraphProto& preprocessing,
                    const onnx::GraphProto& network, const Connections& connections) {
    Names connected;
    for (const auto& [input, output] : connections) connected.insert(output);
    for (const auto& output : preprocessing.output()) {
        if (!connected.contains(output.name())) *merged.add_output() = output;
    }
    for (const auto& output : network.output()) *merged.add_output() = output;
}

onnx::GraphProto merge(const onnx::GraphProto& preprocessing, const onnx::GraphProto& network,
                       const Connections& connections) {
    const auto name_of = [](const auto& element) { return element.name(); };
    onnx::GraphProto merged = preprocessing;
    merged.clear_output();
    merged.mutable_node()->MergeFrom(network.node());
    append(*merged.mutable_input(), network.input(), connections, name_of);
    append_outputs(merged, preprocessing, network, connections);
    append(*merged.mutable_initializer(), network.initializer(), connections, name_of);
    append(*merged.mutable_sparse_initializer(), network.sparse_initializer(), connections,
           [](const auto& tensor) { return tensor.values().name(); });
    append(*merged.mutable_value_info(), network.value_info(), connections, name_of);
    merged.mutable_quantization_annotation()->MergeFrom(network.quantization_annotation());
    merged.set_name(preprocessing.name() + "_" + network.name());
    merged.set_doc_string(fmt::format("{} followed by {}\n\n{}\n\n{}", preprocessing.name(),
                                      network.name(), preprocessing.doc_string(),
                                      network.doc_string()));
    return merged;
}

void append_functions(onnx::ModelProto& merged, const onnx::ModelProto& model) {
    for (const auto& function : model.functions()) {
        for (const auto& present : merged.functions()) {
            if (present.name() != function.name() || present.domain() != function.domain()) {
                continue;
            }
            fail("both models have a function called " + function.name(),
                 "rename it in one of the models");
        }
        *merged.add_functions() = function;
    }
}

void append_metadata(onnx::ModelProto& merged, const onnx::ModelProto& model) {
    for (const auto& property : model.metadata_props()) {
        const auto present = std::ranges::find_if(merged.metadata_props(), [&](const auto& other) {
            return other.key() == property.key();
        });
        if (present == merged.metadata_props().end()) {
            *merged.add_metadata_props() = property;
        } else if (present->value() != property.value()) {
            fail("the models' metadata differ in \"" + property.key() + "\"",
                 "make them equal, or remove one");
        }
    }
}

void append_opsets(onnx::ModelProto& merged, const onnx::ModelProto& one,
                   const onnx::ModelProto& other) {
    std::map<std::string, std::int64_t> opsets = model_opsets(one);
    opsets.merge(model_opsets(other));
    for (const auto& [domain, version] : opsets) {
        auto& import = *merged.add_opset_import();
        import.set_domain(domain);
        import.set_version(version);
    }
}

/// Of the rest of this process, by the sizes of the models.
void limit_resources(const fs::path& preprocessing, const fs::path& network) {
    limit_computing_time(longest_computing);
    const std::uint64_t size = fs::file_size(preprocessing) + fs::file_size(network);
    limit_address_space(memory_base + memory_per_byte * size);
}

onnx::ModelProto read_model(const fs::path& path) {
    std::error_code error;
    if (fs::file_size(path, error) > INT_MAX) {
        throw UserError(path.string() +
                        ": is larger than 2 GiB, the limit of protobuf; choose a smaller model");
    }
    std::ifstream file(path, std::ios::binary);
    onnx::ModelProto model;
    if (!file || !model.ParseFromIstream(&file)) {
        throw UserError(path.string() +
                        ": is not an ONNX model; report this to the hub's maintainers");
    }
    return model;
}

}  // namespace

onnx::ModelProto compose_models(onnx::ModelProto preprocessing, onnx::ModelProto network) {
    check(preprocessing, "the preprocessing model");
    check(network, "the network");
    if (preprocessing.ByteSizeLong() + network.ByteSizeLong() > INT_MAX) {
        fail("both models together are larger than the 2 GiB that ONNX files can be",
             "choose smaller ones");
    }
    bring_together(preprocessing, network);
    const Connections connections = connect(preprocessing.graph(), network.graph());
    check_collisions(preprocessing.graph(), network.graph(), connections);
    rename_inputs(*network.mutable_graph(), connections);

    onnx::ModelProto merged;
    merged.set_ir_version(network.ir_version());
    merged.set_producer_name("onnxhub");
    merged.set_model_version(1);
    append_opsets(merged, preprocessing, network);
    append_functions(merged, preprocessing);
    append_functions(merged, network);
    append_metadata(merged, preprocessing);
    append_metadata(merged, network);
    *merged.mutable_graph() = merge(preprocessing.graph(), network.graph(), connections);
    check(merged, "the composed model");
    return merged;
}

std::string compose_model_files_here(const fs::path& preprocessing, const fs::path& network) {
    limit_resources(preprocessing, network);
    return compose_models(read_model(preprocessing), read_model(network)).SerializeAsString();
}

}  // namespace onnxhub
