// SPDX-License-Identifier: Apache-2.0
// Which models of a hub are meant: the rules of list_models() and get_model_info().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "manifest/manifest.h"

namespace onnxhub {

/// Only what is set counts.
struct ModelFilter {
    std::optional<std::string> model;    ///< the whole name, compared without case
    std::vector<std::string> tags = {};  ///< any of them, compared without case
    std::optional<std::int64_t> opset;
    std::optional<std::uint64_t> max_bytes;  ///< of the model and the weights beside it
    std::optional<std::string> port_type;    ///< of any port: "float" or "tensor(float)"
};

/// Entries that can be used and match, in the order of the manifest.
std::vector<const ManifestEntry*> list_models(const ManifestDocument& document,
                                              const ModelFilter& filter);

/// Bytes of the model and of the weights beside it, which a load brings together; nothing when the
/// entry does not state the model's.
std::optional<std::uint64_t> stated_bytes(const Entry& entry);

/// Which version of a model is wanted. Without any, the one with the largest opset.
struct VersionConstraint {
    std::optional<std::int64_t> opset;
    std::optional<std::int64_t> max_opset;
    std::optional<std::int64_t> max_ir;  ///< by the IR version of the entry's ONNX release
};

struct ModelNotFound {
    std::string message;  ///< one clause
    std::string hint;     ///< what there is instead
};

/// The entry of `model` (compared without case) that the constraint means. Unknown names are told
/// with near ones, unknown opsets with those there are, and names of several files with their
/// paths.
std::variant<const ManifestEntry*, ModelNotFound> get_model_info(
    const ManifestDocument& document, const std::string& model,
    const VersionConstraint& constraint);

}  // namespace onnxhub
