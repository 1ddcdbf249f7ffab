// SPDX-License-Identifier: Apache-2.0
#include "model/model_opsets.h"

#include <utility>

#include "model/onnx_messages.pb.h"
#include "model/wire_cursor.h"

namespace onnxhub {
namespace {

// Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
constexpr std::uint64_t ir_version_field = 1;
constexpr std::uint64_t graph_field = 7;
constexpr std::uint64_t opset_import_field = 8;

/// All imports together. Models have a handful of some bytes.
constexpr std::uint64_t imports_limit = 64 * 1024;  // bytes

class OpsetReader {
public:
    explicit OpsetReader(const ByteSource& source) : cursor_(source) {}

    ModelOpsets read() {
        refuse_other_formats(cursor_);
        bool has_graph = false;
        while (cursor_.position() < cursor_.size()) {
            const std::uint64_t tag = cursor_.read_varint(cursor_.size());
            has_graph |= tag == (graph_field << 3 | length_delimited);
            if (tag == (ir_version_field << 3 | varint)) {
                opsets_.ir_version = static_cast<std::int64_t>(cursor_.read_varint(cursor_.size()));
            } else {
                read_field(tag);
            }
        }
        if (!has_graph) {
            cursor_.skip_to(0);
            cursor_.fail("has no graph, so it is not an ONNX model");
        }
        // Before IR version 3 there were no imports and one opset.
        // Source: https://github.com/onnx/onnx/blob/main/docs/IR.md
        if (opsets_.versions.empty() && opsets_.ir_version < 3) opsets_.versions[""] = 1;
        return std::move(opsets_);
    }

private:
    void read_field(std::uint64_t tag) {
        switch (tag & 7) {
            case varint:
                cursor_.read_varint(cursor_.size());
                break;
            case fixed64:
                cursor_.skip(8, cursor_.size());
                break;
            case fixed32:
                cursor_.skip(4, cursor_.size());
                break;
            case length_delimited: {
                const std::uint64_t end = cursor_.read_length(cursor_.size());
                if (tag >> 3 == opset_import_field) read_import(end);
                cursor_.skip_to(end);
                break;
            }
            default:  // ONNX has never used groups
                cursor_.fail("is not an ONNX model: field " + std::to_string(tag >> 3) +
                             " has the wire type " + std::to_string(tag & 7));
        }
    }

    void read_import(std::uint64_t end) {
        imports_size_ += end - cursor_.position();
        if (imports_size_ > imports_limit) cursor_.fail("imports more than 64 KiB of opsets");
        std::string bytes;
        cursor_.append_to(bytes, cursor_.position(), end);
        onnx_lite::OperatorSetIdProto import;
        if (!import.ParseFromString(bytes)) cursor_.fail("has an import that cannot be read");
        const bool is_default = import.domain() == "ai.onnx";
        const std::string domain = is_default ? "" : import.domain();
        if (opsets_.versions.empty()) opsets_.first_domain = domain;
        opsets_.versions[domain] = import.version();
    }

    WireCursor cursor_;
    ModelOpsets opsets_;
    std::uint64_t imports_size_ = 0;
};

}  // namespace

std::variant<ModelOpsets, SkeletonError> read_model_opsets(const ByteSource& source) {
    try {
        return OpsetReader(source).read();
    } catch (WireFailure& failure) {
        return SkeletonError{failure.offset, std::move(failure.reason)};
    }
}

}  // namespace onnxhub
