// SPDX-License-Identifier: Apache-2.0
// Reads the graphs of a skeleton with views on its bytes. Nodes and attributes have no protobuf
// messages, since making those takes longer than checking the nodes. Only the .cpp files of this
// module include this header.
#pragma once

#include <google/protobuf/arena.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onnxhub::onnx_lite {
class OperatorSetIdProto;
class SparseTensorProto;
class TensorProto;
class ValueInfoProto;
}  // namespace onnxhub::onnx_lite

namespace onnxhub {

/// The bytes are not in protobuf's wire format. Only this module throws and catches it.
struct MalformedSkeleton {};

/// A message inside another one, serialized. Protobuf merges a message that occurs more than once,
/// which is the same as joining its bytes.
class MessageBytes {
public:
    void add(std::string_view bytes);
    bool is_present() const { return first_.has_value(); }
    /// Valid as long as this object.
    std::string_view bytes() const { return joined_ ? *joined_ : first_.value_or(""); }

private:
    std::optional<std::string_view> first_;
    std::unique_ptr<std::string> joined_;
};

struct AttributeView {
    std::string_view name;
    int type = 0;  ///< onnx.AttributeProto.AttributeType; 0: not stated
    std::int64_t integer = 0;
    const onnx_lite::TensorProto* tensor = nullptr;
    MessageBytes graph;
    std::vector<std::string_view> graphs;  ///< serialized
    std::string_view bytes;                ///< all of it, serialized
};

struct NodeView {
    std::string_view name;
    std::string_view op_type;
    std::string_view domain;
    std::string_view overload;
    std::vector<std::string_view> inputs;
    std::vector<std::string_view> outputs;
    std::vector<AttributeView> attributes;

    /// The first attribute of that name; null: there is none.
    const AttributeView* attribute(std::string_view wanted) const;
};

struct GraphView {
    std::string_view name;
    std::vector<std::string_view> nodes;  ///< serialized
    std::vector<const onnx_lite::TensorProto*> initializers;
    std::vector<const onnx_lite::SparseTensorProto*> sparse_initializers;
    std::vector<const onnx_lite::ValueInfoProto*> inputs;
    std::vector<const onnx_lite::ValueInfoProto*> outputs;
    std::vector<const onnx_lite::ValueInfoProto*> values;  ///< value_info
};

struct FunctionView {
    std::string_view name;
    std::string_view domain;
    std::string_view overload;
    std::vector<std::string_view> inputs;
    std::vector<std::string_view> outputs;
    std::vector<std::string_view> nodes;  ///< serialized
    std::vector<const onnx_lite::OperatorSetIdProto*> opset_imports;
};

struct ModelView {
    std::int64_t ir_version = 0;
    std::string_view producer_name;
    std::string_view producer_version;
    std::vector<const onnx_lite::OperatorSetIdProto*> opset_imports;
    MessageBytes graph;
    std::vector<FunctionView> functions;
};

/// Parts of the skeleton that have messages live in an arena as long as this object. All functions
/// throw MalformedSkeleton, for the fields that they return.
class SkeletonViewer {
public:
    ModelView model(std::string_view bytes);
    GraphView graph(std::string_view bytes);
    /// Replaces `node`, and uses its memory again.
    void read_node(std::string_view bytes, NodeView& node);

private:
    template <typename Message>
    const Message* message(std::string_view bytes);
    FunctionView function(std::string_view bytes);
    void read_attribute(std::string_view bytes, AttributeView& attribute);

    google::protobuf::Arena arena_;
};

/// Appends the names of a node's outputs, without reading the rest.
void append_outputs(std::string_view node, std::vector<std::string_view>& names);

}  // namespace onnxhub
