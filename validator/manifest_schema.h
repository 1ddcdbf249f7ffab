// SPDX-License-Identifier: Apache-2.0
// Checks entries with the manifest's schema, templates/schema/onnx-hub-manifest.schema.json.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/json.h"

namespace onnxhub {

struct SchemaProblem {
    int line = 0;         ///< 1-based line of the value; if it is missing, of its object
    std::string field;    ///< "metadata.io_ports.inputs[0].shape[2]"
    std::string message;  ///< "metadata.model_sha must be 64 lower-case hexadecimal digits"

    bool operator==(const SchemaProblem&) const = default;
};

/// The check of an entry stops after this number of problems.
inline constexpr std::size_t schema_problem_limit = 20;

struct SchemaNode;

/// The schema, read once. The time of a check is proportional to the entry. Thread-safe after
/// construction.
class ManifestSchema {
public:
    ManifestSchema();

    /// Uses the definition "entry" of `schema`. The schema may use these keywords of draft 7:
    /// $ref, type, required, properties, items, dependencies (lists of keys), enum of strings,
    /// minimum, minLength, minItems, and pattern for texts of a fixed length. Throws
    /// std::logic_error for other keywords, so that none is ignored.
    explicit ManifestSchema(std::string_view schema);
    ~ManifestSchema();

    /// Sorted by line.
    std::vector<SchemaProblem> check(const JsonValue& entry) const;

private:
    std::vector<std::unique_ptr<SchemaNode>> nodes_;
    const SchemaNode* entry_ = nullptr;
};

}  // namespace onnxhub
