// SPDX-License-Identifier: Apache-2.0
#include "model/onnx_skeleton.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "model/skeleton_limits.h"
#include "model/wire_cursor.h"

namespace onnxhub {
namespace {

/// Protobuf's own limit on nested messages is 100; what is copied whole below a node (types,
/// annotations) needs a few levels too.
constexpr int message_depth_limit = 90;

/// Groups count as messages for protobuf's limit of 100.
constexpr std::size_t group_depth_limit = 100;

/// All kept payloads together: a hundred thousand small tensors must not fill memory.
constexpr std::uint64_t kept_payload_limit = 32ull * 1024 * 1024;  // bytes

/// Messages that are walked field by field; all others are copied whole.
enum class Kind { model, graph, node, attribute, tensor, sparse_tensor, function, training, value };

/// What to do with a field.
constexpr std::uint32_t data_type_field = 2;  // of TensorProto
constexpr std::uint32_t raw_data_field = 9;   // of TensorProto

// Of AttributeProto in onnx_messages.proto.
constexpr std::uint64_t left_out_bytes_field = 1000;

// Of TensorProto in onnx_messages.proto.
constexpr std::uint64_t left_out_raw_bytes_field = 1000;
constexpr std::uint64_t left_out_values_field = 1001;

enum class Act { copy, walk, payload, location, data_location };

struct Field {
    std::uint32_t number;
    Act act;
    Kind kind = Kind::model;  ///< of Act::walk
};

// Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. What is not listed is left
// out: doc strings, metadata, and fields that newer releases added for runtimes.
constexpr std::array model_fields{Field{1, Act::copy},
                                  Field{2, Act::copy},
                                  Field{3, Act::copy},
                                  Field{4, Act::copy},
                                  Field{5, Act::copy},
                                  Field{7, Act::walk, Kind::graph},
                                  Field{8, Act::copy},
                                  Field{20, Act::walk, Kind::training},
                                  Field{25, Act::walk, Kind::function}};
constexpr std::array graph_fields{Field{1, Act::walk, Kind::node},
                                  Field{2, Act::copy},
                                  Field{5, Act::walk, Kind::tensor},
                                  Field{11, Act::walk, Kind::value},
                                  Field{12, Act::walk, Kind::value},
                                  Field{13, Act::walk, Kind::value},
                                  Field{14, Act::copy},
                                  Field{15, Act::walk, Kind::sparse_tensor}};
constexpr std::array node_fields{Field{1, Act::copy},
                                 Field{2, Act::copy},
                                 Field{3, Act::copy},
                                 Field{4, Act::copy},
                                 Field{5, Act::walk, Kind::attribute},
                                 Field{7, Act::copy},
                                 Field{8, Act::copy}};
constexpr std::array attribute_fields{Field{1, Act::copy},
                                      Field{2, Act::copy},
                                      Field{3, Act::copy},
                                      Field{4, Act::payload},
                                      Field{5, Act::walk, Kind::tensor},
                                      Field{6, Act::walk, Kind::graph},
                                      Field{7, Act::payload},
                                      Field{8, Act::payload},
                                      Field{9, Act::payload},
                                      Field{10, Act::walk, Kind::tensor},
                                      Field{11, Act::walk, Kind::graph},
                                      Field{14, Act::copy},
                                      Field{15, Act::copy},
                                      Field{20, Act::copy},
                                      Field{21, Act::copy},
                                      Field{22, Act::walk, Kind::sparse_tensor},
                                      Field{23, Act::walk, Kind::sparse_tensor}};
constexpr std::array tensor_fields{
    Field{1, Act::copy},          Field{2, Act::copy},     Field{3, Act::copy},
    Field{4, Act::payload},       Field{5, Act::payload},  Field{6, Act::payload},
    Field{7, Act::payload},       Field{8, Act::copy},     Field{9, Act::payload},
    Field{10, Act::payload},      Field{11, Act::payload}, Field{13, Act::location},
    Field{14, Act::data_location}};
constexpr std::array sparse_tensor_fields{Field{1, Act::walk, Kind::tensor},
                                          Field{2, Act::walk, Kind::tensor}, Field{3, Act::copy}};
constexpr std::array function_fields{Field{1, Act::copy},
                                     Field{4, Act::copy},
                                     Field{5, Act::copy},
                                     Field{6, Act::copy},
                                     Field{7, Act::walk, Kind::node},
                                     Field{9, Act::copy},
                                     Field{10, Act::copy},
                                     Field{11, Act::walk, Kind::attribute},
                                     Field{12, Act::walk, Kind::value},
                                     Field{13, Act::copy}};
constexpr std::array training_fields{Field{1, Act::walk, Kind::graph},
                                     Field{2, Act::walk, Kind::graph}, Field{3, Act::copy},
                                     Field{4, Act::copy}};
constexpr std::array value_fields{Field{1, Act::copy}, Field{2, Act::copy}};

std::span<const Field> fields_of(Kind kind) {
    switch (kind) {
        case Kind::model:
            return model_fields;
        case Kind::graph:
            return graph_fields;
        case Kind::node:
            return node_fields;
        case Kind::attribute:
            return attribute_fields;
        case Kind::tensor:
            return tensor_fields;
        case Kind::sparse_tensor:
            return sparse_tensor_fields;
        case Kind::function:
            return function_fields;
        case Kind::training:
            return training_fields;
        case Kind::value:
            break;
    }
    return value_fields;
}

const Field* find_field(Kind kind, std::uint32_t number) {
    for (const Field& field : fields_of(kind)) {
        if (field.number == number) return &field;
    }
    return nullptr;
}

void append_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out += static_cast<char>(value | 0x80);
        value >>= 7;
    }
    out += static_cast<char>(value);
}

/// The value of the entry with the key "location" in a serialized StringStringEntryProto.
std::optional<std::string> location_of(std::string_view entry) {
    std::string key, value;
    while (entry.size() >= 2) {
        const auto tag = static_cast<unsigned char>(entry[0]);
        std::size_t length = 0, i = 1;
        for (int shift = 0; i < entry.size() && shift < 35; shift += 7) {
            const auto byte = static_cast<unsigned char>(entry[i++]);
            length |= static_cast<std::size_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) break;
        }
        if ((tag & 7) != length_delimited || length > entry.size() - i) return std::nullopt;
        if (tag >> 3 == 1) key = entry.substr(i, length);
        if (tag >> 3 == 2) value = entry.substr(i, length);
        entry.remove_prefix(i + length);
    }
    if (key != "location") return std::nullopt;
    return value;
}

class SkeletonReader {
public:
    explicit SkeletonReader(const ByteSource& source) : cursor_(source) {}

    OnnxSkeleton read() {
        refuse_other_formats(cursor_);
        skeleton_.model = walk(Kind::model, cursor_.size(), 1);
        if (!has_graph_) {
            cursor_.skip_to(0);
            cursor_.fail("has no graph, so it is not an ONNX model");
        }
        skeleton_.external_locations = {locations_.begin(), locations_.end()};
        return std::move(skeleton_);
    }

private:
    /// One tensor's, or one attribute's, payload: kept only while all of it is small.
    struct Payload {
        std::string kept;
        std::uint64_t size = 0;
        std::uint64_t raw_size = 0;  ///< of a tensor's raw_data
        std::uint64_t other_size = 0;
        std::uint64_t limit = skeleton_payload_limit;
        bool is_dropped = false;
    };

    /// The fields of a message that ends at `end`, less what the skeleton leaves out.
    std::string walk(Kind kind, std::uint64_t end, int depth) {
        std::string out;
        Payload payload;
        std::vector<std::string> locations;
        bool is_external = false;
        while (cursor_.position() < end) {
            const std::uint64_t begin = cursor_.position();
            const std::uint64_t tag = cursor_.read_varint(end);
            const auto wire = static_cast<WireType>(tag & 7);
            if (tag >> 3 == 0 || tag > std::numeric_limits<std::uint32_t>::max()) {
                cursor_.skip_to(begin);
                cursor_.fail("is not an ONNX model: a field has the number " +
                             std::to_string(tag >> 3));
            }
            const Field* field = find_field(kind, static_cast<std::uint32_t>(tag >> 3));
            if (field && field->act == Act::walk && wire == length_delimited) {
                count_message();
                if (is_port(kind, *field, depth)) count_port();
                walk_field(*field, tag, end, depth, out);
                continue;
            }
            const std::uint64_t value_begin = cursor_.position();
            const std::uint64_t content_size = skip_value(wire, tag, end);
            if (!field || field->act == Act::walk) continue;
            if (field->act == Act::payload) {
                const bool is_raw = kind == Kind::tensor && field->number == raw_data_field;
                (is_raw ? payload.raw_size : payload.other_size) = content_size;
                add_payload(payload, begin, content_size);
                continue;
            }
            copy(out, begin);
            if (kind == Kind::tensor && field->number == data_type_field && wire == varint) {
                payload.limit = skeleton_payload_limit_of(number_at(value_begin, end));
            } else if (field->act == Act::location) {
                note_location(begin, value_begin, locations);
            } else if (field->act == Act::data_location) {
                is_external = wire == varint && number_at(value_begin, end) == 1;
            }
        }
        if (!payload.is_dropped) {
            out += payload.kept;
        } else if (kind == Kind::tensor) {
            note_left_out(payload, out);
        } else if (kind == Kind::attribute) {
            append_varint(out, left_out_bytes_field << 3 | varint);
            append_varint(out, payload.size);
        }
        skeleton_.payload_bytes += payload.size;
        if (is_external) locations_.insert(locations.begin(), locations.end());
        return out;
    }

    /// The number at `begin`, where the cursor has just been.
    int number_at(std::uint64_t begin, std::uint64_t end) {
        cursor_.skip_to(begin);
        return static_cast<int>(cursor_.read_varint(end));
    }

    /// Adds what the skeleton states about a tensor's data that it leaves out.
    static void note_left_out(const Payload& payload, std::string& out) {
        if (payload.raw_size > 0) {
            append_varint(out, left_out_raw_bytes_field << 3 | varint);
            append_varint(out, payload.raw_size);
        }
        if (payload.other_size > 0) {
            append_varint(out, left_out_values_field << 3 | varint);
            append_varint(out, 1);
        }
    }

    /// A parsed message takes much more memory than its bytes in the file, and each port also takes
    /// space in every report.
    void count_message() {
        const std::uint64_t limit =
            std::max(skeleton_few_messages, cursor_.size() / skeleton_bytes_of_message);
        if (++message_count_ > limit) {
            cursor_.fail("its graph has more than " + std::to_string(limit) +
                         " nodes, attributes, tensors and values, the most for its size");
        }
    }

    void count_port() {
        if (++port_count_ > skeleton_port_limit) {
            cursor_.fail("its graph has more than " + std::to_string(skeleton_port_limit) +
                         " inputs and outputs");
        }
    }

    /// An input or output of the model itself, whose graph is one level below it.
    static bool is_port(Kind kind, const Field& field, int depth) {
        constexpr std::uint32_t input = 11;
        constexpr std::uint32_t output = 12;
        constexpr int graph_depth = 2;
        return kind == Kind::graph && depth == graph_depth &&
               (field.number == input || field.number == output);
    }

    void walk_field(const Field& field, std::uint64_t tag, std::uint64_t end, int depth,
                    std::string& out) {
        const std::uint64_t inner_end = cursor_.read_length(end);
        if (depth >= message_depth_limit) {
            cursor_.skip_to(inner_end);
            skeleton_.is_cut_at_depth = true;
            return;
        }
        if (depth == 1 && field.kind == Kind::graph) has_graph_ = true;
        const std::string inner = walk(field.kind, inner_end, depth + 1);
        append_varint(out, tag);
        append_varint(out, inner.size());
        out += inner;
    }

    /// Returns the size of the value, without its length prefix.
    std::uint64_t skip_value(WireType wire, std::uint64_t tag, std::uint64_t end) {
        std::uint64_t begin = cursor_.position();
        switch (wire) {
            case varint:
                cursor_.read_varint(end);
                break;
            case fixed64:
                cursor_.skip(8, end);
                break;
            case length_delimited: {
                const std::uint64_t value_end = cursor_.read_length(end);
                begin = cursor_.position();
                cursor_.skip_to(value_end);
                break;
            }
            case group_start:
                skip_group(tag >> 3, end);
                break;
            case fixed32:
                cursor_.skip(4, end);
                break;
            case group_end:
            default:
                cursor_.fail("is not an ONNX model: field " + std::to_string(tag >> 3) +
                             " has the unknown wire type " + std::to_string(tag & 7));
        }
        return cursor_.position() - begin;
    }

    /// ONNX has never used groups. They may nest without bound, so this function does not recurse
    /// and keeps only the numbers of the outer groups.
    void skip_group(std::uint64_t number, std::uint64_t end) {
        std::array<std::uint64_t, group_depth_limit> numbers{number};
        for (std::uint64_t open = 1; open > 0;) {
            if (cursor_.position() >= end) cursor_.fail("a group is not closed");
            const std::uint64_t tag = cursor_.read_varint(end);
            const auto wire = static_cast<WireType>(tag & 7);
            if (wire == group_start) {
                if (open < numbers.size()) numbers[open] = tag >> 3;
                ++open;
                skeleton_.has_unbalanced_groups |= open > numbers.size();
            } else if (wire == group_end) {
                --open;
                const bool is_own = open >= numbers.size() || numbers[open] == tag >> 3;
                skeleton_.has_unbalanced_groups |= !is_own;
            } else {
                skip_value(wire, tag, end);
            }
        }
    }

    void copy(std::string& out, std::uint64_t begin) {
        const std::uint64_t size = cursor_.position() - begin;
        copied_ += size;
        if (copied_ > skeleton_size_limit) {
            cursor_.fail("its graph is larger than 256 MiB without any weights");
        }
        cursor_.append_to(out, begin, cursor_.position());
    }

    void add_payload(Payload& payload, std::uint64_t begin, std::uint64_t content_size) {
        payload.size += content_size;
        const std::uint64_t size = cursor_.position() - begin;
        if (payload.is_dropped || payload.size > payload.limit ||
            kept_payload_ + size > kept_payload_limit) {
            payload.is_dropped = true;
            payload.kept.clear();
            return;
        }
        kept_payload_ += size;
        copy(payload.kept, begin);
    }

    void note_location(std::uint64_t begin, std::uint64_t value_begin,
                       std::vector<std::string>& locations) {
        std::string field;
        cursor_.append_to(field, begin, cursor_.position());
        const std::uint64_t end = cursor_.position();
        cursor_.skip_to(value_begin);
        cursor_.read_varint(end);  // the length
        const auto entry = std::string_view(field).substr(cursor_.position() - begin);
        cursor_.skip_to(end);
        if (auto location = location_of(entry)) locations.push_back(std::move(*location));
    }

    WireCursor cursor_;
    OnnxSkeleton skeleton_;
    std::set<std::string> locations_;
    std::uint64_t copied_ = 0;
    std::uint64_t kept_payload_ = 0;
    std::uint64_t message_count_ = 0;
    std::uint64_t port_count_ = 0;
    bool has_graph_ = false;
};

}  // namespace

std::variant<OnnxSkeleton, SkeletonError> read_skeleton(const ByteSource& source) {
    try {
        return SkeletonReader(source).read();
    } catch (WireFailure& failure) {
        return SkeletonError{failure.offset, std::move(failure.reason)};
    }
}

}  // namespace onnxhub
