// SPDX-License-Identifier: Apache-2.0
// Entries against the JSON Schema of the manifest, templates/schema/onnx-hub-manifest.schema.json.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/json.h"

namespace onnxhub {

struct SchemaProblem {
    int line = 0;         ///< 1-based line of the value, of its object when it is missing
    std::string field;    ///< "metadata.io_ports.inputs[0].shape[2]"
    std::string message;  ///< "metadata.model_sha must be 64 lower-case hexadecimal digits"

    bool operator==(const SchemaProblem&) const = default;
};

/// More problems of one entry than these are of no use to anybody: the check stops there.
inline constexpr std::size_t schema_problem_limit = 20;

struct SchemaNode;

/// The schema, read once. Checking takes time in proportion to the entry. Thread-safe once it is
/// made.
class ManifestSchema {
public:
    ManifestSchema();

    /// The schema whose definition "entry" `schema` holds. It may use these keywords of draft 7:
    /// $ref, type, required, properties, items, dependencies (lists of keys), enum of strings,
    /// minimum, minLength, minItems, and pattern for texts of a fixed length. Throws
    /// std::logic_error when it uses others, so that none is ignored.
    explicit ManifestSchema(std::string_view schema);
    ~ManifestSchema();

    /// In the order of the lines.
    std::vector<SchemaProblem> check(const JsonValue& entry) const;

private:
    std::vector<std::unique_ptr<SchemaNode>> nodes_;
    const SchemaNode* entry_ = nullptr;
};

}  // namespace onnxhub
