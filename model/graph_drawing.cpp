// SPDX-License-Identifier: Apache-2.0
#include "model/graph_drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include "base/utf8.h"

namespace onnxhub {
namespace {

enum class VertexShape { operation, port, unproduced };

struct Vertex {
    std::string id;
    VertexShape shape = VertexShape::operation;
    std::vector<std::string> lines;  ///< of its label
    std::string hint;                ///< attributes of a node
};

struct Edge {
    std::string from;
    std::string to;
    std::string label;
};

struct Cluster {
    std::string label;
    std::vector<Vertex> vertices;
};

/// By index of the graph. Edges may cross clusters.
struct Drawing {
    std::vector<Cluster> clusters;
    std::vector<Edge> edges;
};

/// "1×3×224×224"; empty: unknown, or a scalar.
std::string shape_label(const GraphValue& value) {
    std::string text;
    if (!value.shape) return text;
    for (const Dimension& dimension : *value.shape) {
        if (!text.empty()) text += "×";
        if (const auto* number = std::get_if<std::int64_t>(&dimension)) {
            text += std::to_string(*number);
        } else if (const auto* name = std::get_if<std::string>(&dimension)) {
            text += *name;
        } else {
            text += "?";
        }
    }
    return text;
}

bool has_initializer(const GraphValue& value) {
    return value.kind == GraphValue::Kind::initializer ||
           value.kind == GraphValue::Kind::sparse_initializer;
}

/// Initializers that the label of a node lists.
constexpr std::size_t listed_initializers = 3;

class Draftsman {
public:
    explicit Draftsman(const GraphDescription& description) : description_(description) {
        for (const DescribedGraph& graph : description.graphs) {
            auto& producers = producers_.emplace_back(graph.values.size());
            for (std::size_t node = 0; node < graph.nodes.size(); ++node) {
                for (const auto& output : graph.nodes[node].outputs) {
                    if (output && !producers[*output]) producers[*output] = node;
                }
            }
        }
        drawing_.clusters.resize(description.graphs.size());
    }

    Drawing draw() {
        name_clusters();
        for (std::size_t i = 0; i < description_.graphs.size(); ++i) draw_graph(i);
        return std::move(drawing_);
    }

private:
    void name_clusters() {
        for (const DescribedFunction& function : description_.functions) {
            drawing_.clusters[function.graph].label =
                "function " + qualified(function.domain, function.name);
        }
        for (const DescribedGraph& graph : description_.graphs) {
            for (const GraphNode& node : graph.nodes) name_clusters_of(node);
        }
    }

    void name_clusters_of(const GraphNode& node) {
        for (const GraphAttribute& attribute : node.attributes) {
            for (const std::size_t inner : attribute.graphs) {
                drawing_.clusters[inner].label = fmt::format(
                    "{} {}: {}", qualified(node.domain, node.op_type), node.name, attribute.name);
            }
        }
    }

    static std::string qualified(const std::string& domain, const std::string& name) {
        return domain.empty() || domain == "ai.onnx" ? name : domain + "." + name;
    }

    void draw_graph(std::size_t index) {
        const DescribedGraph& graph = description_.graphs[index];
        auto& vertices = drawing_.clusters[index].vertices;
        for (std::size_t i = 0; i < graph.values.size(); ++i) {
            const GraphValue& value = graph.values[i];
            if (value.kind != GraphValue::Kind::input) continue;
            vertices.push_back({value_id(index, i), VertexShape::port, lines_of_port(value), ""});
        }
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
            vertices.push_back(vertex_of(index, i));
            for (const auto& input : graph.nodes[i].inputs) {
                if (input) connect(index, *input, fmt::format("n{}_{}", index, i));
            }
        }
        for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
            const GraphValue& value = graph.values[graph.outputs[i]];
            const std::string id = fmt::format("o{}_{}", index, i);
            vertices.push_back({id, VertexShape::port, lines_of_port(value), ""});
            connect(index, graph.outputs[i], id);
        }
    }

    static std::vector<std::string> lines_of_port(const GraphValue& value) {
        std::string type = value.type;
        const std::string shape = shape_label(value);
        if (!shape.empty()) type += " " + shape;
        return {value.name, type};
    }

    Vertex vertex_of(std::size_t index, std::size_t i) const {
        const DescribedGraph& graph = description_.graphs[index];
        const GraphNode& node = graph.nodes[i];
        Vertex vertex{fmt::format("n{}_{}", index, i),
                      VertexShape::operation,
                      {qualified(node.domain, node.op_type), node.name},
                      ""};
        std::size_t listed = 0;
        for (const auto& input : node.inputs) {
            if (!input || !has_initializer(graph.values[*input])) continue;
            if (listed++ == listed_initializers) break;
            const GraphValue& value = graph.values[*input];
            vertex.lines.push_back(value.name + " " + shape_label(value));
        }
        for (const GraphAttribute& attribute : node.attributes) {
            if (!vertex.hint.empty()) vertex.hint += "\n";
            vertex.hint += attribute.name + " = " + attribute.value;
        }
        return vertex;
    }

    /// From the vertex that gives the value. Initializers are in the label of the node.
    void connect(std::size_t graph, std::size_t index, const std::string& to) {
        const GraphValue* value = &description_.graphs[graph].values[index];
        const GraphValue& read = *value;
        while (value->outer) {
            graph = value->outer->graph;
            index = value->outer->value;
            value = &description_.graphs[graph].values[index];
        }
        if (const auto& producer = producers_[graph][index]) {
            const std::string from = fmt::format("n{}_{}", graph, *producer);
            drawing_.edges.push_back({from, to, shape_label(read)});
            return;
        }
        if (has_initializer(*value)) return;
        const std::string id = value_id(graph, index);
        if (value->kind != GraphValue::Kind::input && undefined_.insert(id).second) {
            drawing_.clusters[graph].vertices.push_back(
                {id, VertexShape::unproduced, lines_of_port(*value), ""});
        }
        drawing_.edges.push_back({id, to, shape_label(read)});
    }

    static std::string value_id(std::size_t graph, std::size_t value) {
        return fmt::format("v{}_{}", graph, value);
    }

    const GraphDescription& description_;
    std::vector<std::vector<std::optional<std::size_t>>> producers_;  ///< by graph and value
    std::set<std::string> undefined_;
    Drawing drawing_;
};

bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/// Calls `write` with each character and its bytes; control characters, among them those that
/// change the direction of text, are U+FFFD.
template <class Write>
void for_each_character(std::string_view text, Write write) {
    for (std::size_t i = 0; i < text.size();) {
        char32_t c = 0;
        const std::size_t length = decode_utf8(text.substr(i), c);
        if (length == 0 || is_control(c)) {
            write(char32_t{0xfffd}, std::string_view("\xef\xbf\xbd"));
        } else {
            write(c, text.substr(i, length));
        }
        i += std::max<std::size_t>(length, 1);
    }
}

/// Inside of a quoted string of Graphviz, where backslashes begin sequences and ampersands
/// entities: https://graphviz.org/docs/attr-types/escString/
std::string dot_text(std::string_view text) {
    std::string escaped;
    for_each_character(text, [&](char32_t c, std::string_view bytes) {
        if (c == '"' || c == '\\') escaped += '\\';
        // Workflow runners obey "##[command]" in what programs print.
        escaped += c == '&' ? "&amp;" : c == '#' ? "&#35;" : bytes;
    });
    return escaped;
}

std::string joined(const std::vector<std::string>& lines, std::string_view separator,
                   std::string (*escape)(std::string_view)) {
    std::string text;
    for (const std::string& line : lines) {
        if (line.empty()) continue;
        if (!text.empty()) text += separator;
        text += escape(line);
    }
    return text;
}

std::string dot_lines(const std::string& text) {
    std::string escaped;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        if (begin > 0) escaped += "\\n";
        escaped += dot_text(std::string_view(text).substr(begin, end - begin));
        begin = end + 1;
    }
    return escaped;
}

void write_dot_vertex(const Vertex& vertex, std::string& out) {
    const char* style = vertex.shape == VertexShape::operation ? ""
                        : vertex.shape == VertexShape::port
                            ? ", shape=ellipse, fillcolor=\"#d7e6f7\""
                            : ", shape=ellipse, style=dashed";
    fmt::format_to(std::back_inserter(out), "    {} [label=\"{}\"{}{}];\n", vertex.id,
                   joined(vertex.lines, "\\n", dot_text), style,
                   vertex.hint.empty() ? "" : ", tooltip=\"" + dot_lines(vertex.hint) + "\"");
}

/// Letters and digits of every script stay, and the signs that names often have.
std::string mermaid_text(std::string_view text) {
    constexpr std::string_view harmless = " .,:/_+()[]=";
    std::string escaped;
    for_each_character(text, [&](char32_t c, std::string_view bytes) {
        const bool is_plain = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                              (c >= 'A' && c <= 'Z') ||
                              harmless.find(static_cast<char>(c)) != harmless.npos;
        escaped +=
            is_plain ? std::string(bytes) : fmt::format("#{};", static_cast<std::uint32_t>(c));
    });
    return escaped;
}

void write_mermaid_vertex(const Vertex& vertex, std::string& out) {
    const std::string label = joined(vertex.lines, "<br>", mermaid_text);
    const bool is_operation = vertex.shape == VertexShape::operation;
    fmt::format_to(std::back_inserter(out), "    {}{}\"{}\"{}\n", vertex.id,
                   is_operation ? "[" : "([", label.empty() ? " " : label,
                   is_operation ? "]" : "])");
}

}  // namespace

std::string graph_dot(const GraphDescription& description) {
    const Drawing drawing = Draftsman(description).draw();
    std::string out = "digraph model {\n";
    const std::string left_out = left_out_text(description);
    if (!left_out.empty()) out += "    // " + left_out + "\n";
    out +=
        "    node [shape=box, style=\"rounded,filled\", fillcolor=\"#f3f3f3\"];\n"
        "    edge [fontsize=10];\n";
    for (std::size_t i = 0; i < drawing.clusters.size(); ++i) {
        const Cluster& cluster = drawing.clusters[i];
        if (i > 0) {
            fmt::format_to(std::back_inserter(out),
                           "    subgraph cluster_{} {{\n    label=\"{}\";\n", i,
                           dot_text(cluster.label));
        }
        for (const Vertex& vertex : cluster.vertices) write_dot_vertex(vertex, out);
        if (i > 0) out += "    }\n";
    }
    for (const Edge& edge : drawing.edges) {
        out += "    " + edge.from + " -> " + edge.to;
        if (!edge.label.empty()) out += " [label=\"" + dot_text(edge.label) + "\"]";
        out += ";\n";
    }
    return out + "}\n";
}

std::string graph_mermaid(const GraphDescription& description) {
    const Drawing drawing = Draftsman(description).draw();
    std::string out = "flowchart TD\n";
    const std::string left_out = left_out_text(description);
    if (!left_out.empty()) out += "    %% " + left_out + "\n";
    for (std::size_t i = 0; i < drawing.clusters.size(); ++i) {
        const Cluster& cluster = drawing.clusters[i];
        if (i > 0) {
            fmt::format_to(std::back_inserter(out), "    subgraph g{}[\"{}\"]\n", i,
                           mermaid_text(cluster.label));
        }
        for (const Vertex& vertex : cluster.vertices) write_mermaid_vertex(vertex, out);
        if (i > 0) out += "    end\n";
    }
    for (const Edge& edge : drawing.edges) {
        out += "    " + edge.from + " -->";
        if (!edge.label.empty()) out += "|\"" + mermaid_text(edge.label) + "\"|";
        out += " " + edge.to + "\n";
    }
    return out;
}

std::size_t drawn_edges(const GraphDescription& description) {
    return Draftsman(description).draw().edges.size();
}

}  // namespace onnxhub
