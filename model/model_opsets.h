// SPDX-License-Identifier: Apache-2.0
// The opsets that a model imports, read without its graph.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include "base/byte_source.h"
#include "model/onnx_skeleton.h"

namespace onnxhub {

struct ModelOpsets {
    std::int64_t ir_version = 0;
    std::map<std::string, std::int64_t> versions;  ///< by domain; the default domain is ""
    std::string first_domain;                      ///< of `versions`, in the order of the file
};

/// Reads the fields of the model and steps over its graph and functions. As ONNX's writers order
/// them, the opsets follow the graph: two reads of some bytes. Throws UserError when the source
/// cannot be read.
std::variant<ModelOpsets, SkeletonError> read_model_opsets(const ByteSource& source);

}  // namespace onnxhub
