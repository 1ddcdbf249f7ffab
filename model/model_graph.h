// SPDX-License-Identifier: Apache-2.0
// What a model's graph says of itself, read from its skeleton.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "manifest/entry.h"
#include "model/onnx_skeleton.h"
#include "model/shape_inference.h"

namespace onnxhub {

struct ModelGraph {
    std::int64_t ir_version = 0;
    std::map<std::string, std::int64_t> opsets;  ///< by domain; the default domain is ""
    std::string producer_name;
    std::string producer_version;
    std::string domain;
    std::int64_t model_version = 0;
    std::string graph_name;
    IoPorts ports;  ///< as spec'd in docs/manifest.md, with inferred shapes
    /// Of the tensors asked for that the main graph has: nothing where the shape is not known.
    std::map<std::string, std::optional<Shape>> tensors;
    std::vector<std::string> absent_tensors;         ///< those asked for that it does not have
    std::uint64_t node_count = 0;                    ///< in subgraphs too
    std::map<std::string, std::uint64_t> op_counts;  ///< by "domain.op" or "op" of the default one
    std::uint64_t parameter_count = 0;               ///< elements of initializers and Constants
    std::vector<std::string> external_locations;
    std::optional<InferenceFailure> inference_failure;
    bool has_invalid_names = false;  ///< names that are not UTF-8, written with U+FFFD
    bool is_cut_at_depth = false;
    /// What the model says that can't be true, one clause each, bounded in number and length: "the
    /// input \"x\" occurs twice".
    std::vector<std::string> contradictions;
    bool has_contradictory_ports = false;  ///< no reader can use `ports`, no manifest has them
};

/// Reads the graph; asks `inference` (null: never) only when an output has a dimension without a
/// number or one of `tensors` is wanted. `tensors` are names of tensors inside the graph.
std::variant<ModelGraph, SkeletonError> read_model_graph(const ByteSource& source,
                                                         ShapeInference* inference,
                                                         const std::vector<std::string>& tensors);

/// Of all that describes the model but its weights: the values of its initializers and where they
/// are stored, doc strings and metadata. Nothing when it is not an ONNX model. Throws UserError
/// when the source can't be read.
std::optional<Sha256> digest_without_weights(const ByteSource& source);

}  // namespace onnxhub
