// SPDX-License-Identifier: Apache-2.0
#include "model/skeleton_view.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include <algorithm>

#include "model/onnx_messages.pb.h"

namespace onnxhub {
namespace {

using google::protobuf::internal::WireFormatLite;

/// The tag of a field with a string or a message.
constexpr std::uint32_t bytes_tag(int field) {
    return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}

constexpr std::uint32_t number_tag(int field) {
    return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_VARINT);
}

/// The fields of a message, in the order of its bytes. Fields with another wire type than the
/// definition's have another tag, so they are skipped as protobuf does.
class FieldReader {
public:
    explicit FieldReader(std::string_view message)
        : input_(reinterpret_cast<const std::uint8_t*>(message.data()),
                 static_cast<int>(message.size())) {}

    /// The tag of the next field; 0: the message has ended.
    std::uint32_t next() {
        const std::uint32_t tag = input_.ReadTag();
        if (tag == 0 && !input_.ConsumedEntireMessage()) throw MalformedSkeleton();
        return tag;
    }

    std::string_view bytes() {
        int size = 0;
        if (!input_.ReadVarintSizeAsInt(&size)) throw MalformedSkeleton();
        if (size == 0) return {};
        const void* data = nullptr;
        int available = 0;
        input_.GetDirectBufferPointerInline(&data, &available);
        if (available < size) throw MalformedSkeleton();
        input_.Skip(size);
        return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
    }

    std::int64_t number() {
        std::uint64_t value = 0;
        if (!input_.ReadVarint64(&value)) throw MalformedSkeleton();
        return static_cast<std::int64_t>(value);
    }

    void skip(std::uint32_t tag) {
        if (!WireFormatLite::SkipField(&input_, tag)) throw MalformedSkeleton();
    }

private:
    google::protobuf::io::CodedInputStream input_;
};

}  // namespace

void MessageBytes::add(std::string_view bytes) {
    if (!first_) {
        first_ = bytes;
        return;
    }
    if (!joined_) joined_ = std::make_unique<std::string>(*first_);
    *joined_ += bytes;
}

const AttributeView* NodeView::attribute(std::string_view wanted) const {
    const auto found = std::ranges::find(attributes, wanted, &AttributeView::name);
    return found == attributes.end() ? nullptr : &*found;
}

template <typename Message>
const Message* SkeletonViewer::message(std::string_view bytes) {
    auto* parsed = google::protobuf::Arena::CreateMessage<Message>(&arena_);
    if (!parsed->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        throw MalformedSkeleton();
    }
    return parsed;
}

ModelView SkeletonViewer::model(std::string_view bytes) {
    using Model = onnx_lite::ModelProto;
    ModelView model;
    FieldReader fields(bytes);
    while (const std::uint32_t tag = fields.next()) {
        switch (tag) {
            case number_tag(Model::kIrVersionFieldNumber):
                model.ir_version = fields.number();
                break;
            case bytes_tag(Model::kProducerNameFieldNumber):
                model.producer_name = fields.bytes();
                break;
            case bytes_tag(Model::kProducerVersionFieldNumber):
                model.producer_version = fields.bytes();
                break;
            case bytes_tag(Model::kOpsetImportFieldNumber):
                model.opset_imports.push_back(
                    message<onnx_lite::OperatorSetIdProto>(fields.bytes()));
                break;
            case bytes_tag(Model::kGraphFieldNumber):
                model.graph.add(fields.bytes());
                break;
            case bytes_tag(Model::kFunctionsFieldNumber):
                model.functions.push_back(function(fields.bytes()));
                break;
            default:
                fields.skip(tag);
        }
    }
    return model;
}

FunctionView SkeletonViewer::function(std::string_view bytes) {
    using Function = onnx_lite::FunctionProto;
    FunctionView function;
    FieldReader fields(bytes);
    while (const std::uint32_t tag = fields.next()) {
        switch (tag) {
            case bytes_tag(Function::kNameFieldNumber):
                function.name = fields.bytes();
                break;
            case bytes_tag(Function::kDomainFieldNumber):
                function.domain = fields.bytes();
                break;
            case bytes_tag(Function::kOverloadFieldNumber):
                function.overload = fields.bytes();
                break;
            case bytes_tag(Function::kInputFieldNumber):
                function.inputs.push_back(fields.bytes());
                break;
            case bytes_tag(Function::kOutputFieldNumber):
                function.outputs.push_back(fields.bytes());
                break;
            case bytes_tag(Function::kNodeFieldNumber):
                function.nodes.push_back(fields.bytes());
                break;
            case bytes_tag(Function::kOpsetImportFieldNumber):
                function.opset_imports.push_back(
                    message<onnx_lite::OperatorSetIdProto>(fields.bytes()));
                break;
            default:
                fields.skip(tag);
        }
    }
    return function;
}

GraphView SkeletonViewer::graph(std::string_view bytes) {
    using Graph = onnx_lite::GraphProto;
    GraphView graph;
    FieldReader fields(bytes);
    const auto value = [&] { return message<onnx_lite::ValueInfoProto>(fields.bytes()); };
    while (const std::uint32_t tag = fields.next()) {
        switch (tag) {
            case bytes_tag(Graph::kNameFieldNumber):
                graph.name = fields.bytes();
                break;
            case bytes_tag(Graph::kNodeFieldNumber):
                graph.nodes.push_back(fields.bytes());
                break;
            case bytes_tag(Graph::kInitializerFieldNumber):
                graph.initializers.push_back(message<onnx_lite::TensorProto>(fields.bytes()));
                break;
            case bytes_tag(Graph::kSparseInitializerFieldNumber):
                graph.sparse_initializers.push_back(
                    message<onnx_lite::SparseTensorProto>(fields.bytes()));
                break;
            case bytes_tag(Graph::kInputFieldNumber):
                graph.inputs.push_back(value());
                break;
            case bytes_tag(Graph::kOutputFieldNumber):
                graph.outputs.push_back(value());
                break;
            case bytes_tag(Graph::kValueInfoFieldNumber):
                graph.values.push_back(value());
                break;
            default:
                fields.skip(tag);
        }
    }
    return graph;
}

void SkeletonViewer::read_node(std::string_view bytes, NodeView& node) {
    using Node = onnx_lite::NodeProto;
    node.name = node.op_type = node.domain = node.overload = {};
    node.inputs.clear();
    node.outputs.clear();
    node.attributes.clear();
    FieldReader fields(bytes);
    while (const std::uint32_t tag = fields.next()) {
        switch (tag) {
            case bytes_tag(Node::kInputFieldNumber):
                node.inputs.push_back(fields.bytes());
                break;
            case bytes_tag(Node::kOutputFieldNumber):
                node.outputs.push_back(fields.bytes());
                break;
            case bytes_tag(Node::kNameFieldNumber):
                node.name = fields.bytes();
                break;
            case bytes_tag(Node::kOpTypeFieldNumber):
                node.op_type = fields.bytes();
                break;
            case bytes_tag(Node::kDomainFieldNumber):
                node.domain = fields.bytes();
                break;
            case bytes_tag(Node::kOverloadFieldNumber):
                node.overload = fields.bytes();
                break;
            case bytes_tag(Node::kAttributeFieldNumber):
                read_attribute(fields.bytes(), node.attributes.emplace_back());
                break;
            default:
                fields.skip(tag);
        }
    }
}

void SkeletonViewer::read_attribute(std::string_view bytes, AttributeView& attribute) {
    using Attribute = onnx_lite::AttributeProto;
    MessageBytes tensor;
    attribute.bytes = bytes;
    FieldReader fields(bytes);
    while (const std::uint32_t tag = fields.next()) {
        switch (tag) {
            case bytes_tag(Attribute::kNameFieldNumber):
                attribute.name = fields.bytes();
                break;
            case number_tag(Attribute::kTypeFieldNumber):
                // Protobuf ignores values that an enumeration does not have.
                if (const int type = static_cast<int>(fields.number());
                    onnx_lite::AttributeProto_AttributeType_IsValid(type)) {
                    attribute.type = type;
                }
                break;
            case number_tag(Attribute::kIFieldNumber):
                attribute.integer = fields.number();
                break;
            case bytes_tag(Attribute::kTFieldNumber):
                tensor.add(fields.bytes());
                break;
            case bytes_tag(Attribute::kGFieldNumber):
                attribute.graph.add(fields.bytes());
                break;
            case bytes_tag(Attribute::kGraphsFieldNumber):
                attribute.graphs.push_back(fields.bytes());
                break;
            default:
                fields.skip(tag);
        }
    }
    if (tensor.is_present()) attribute.tensor = message<onnx_lite::TensorProto>(tensor.bytes());
}

void append_outputs(std::string_view node, std::vector<std::string_view>& names) {
    FieldReader fields(node);
    while (const std::uint32_t tag = fields.next()) {
        if (tag == bytes_tag(onnx_lite::NodeProto::kOutputFieldNumber)) {
            names.push_back(fields.bytes());
        } else {
            fields.skip(tag);
        }
    }
}

}  // namespace onnxhub
