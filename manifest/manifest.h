// SPDX-License-Identifier: Apache-2.0
// The document ONNX_HUB_MANIFEST.json as a list of entries, read and written byte for byte.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "manifest/entry.h"
#include "manifest/json.h"

namespace onnxhub {

inline constexpr std::string_view manifest_file_name = "ONNX_HUB_MANIFEST.json";

/// An entry as a document holds it: its values, its very bytes, and the typed view if it has one.
struct ManifestEntry {
    JsonValue json;
    std::string text;                     ///< from '{' to '}', as in the document
    std::optional<Entry> entry;           ///< absent when the entry can't be used
    std::optional<EntryProblem> problem;  ///< then this says why
};

struct ManifestDocument {
    std::vector<ManifestEntry> entries;
    std::vector<DuplicateKey> duplicate_keys;
};

/// The text is no JSON, or its top level is no array of objects.
using ManifestResult = std::variant<ManifestDocument, JsonSyntaxError>;

/// Reads a whole document. An entry that can't be used is kept, with its problem.
ManifestResult parse_manifest(std::string_view text);

/// `entry` as it stands in a canonical document, from '{' to '}'.
std::string entry_text(const JsonValue& entry);

/// The document of these entry texts, in this order: what Python's json.dump(entries, f, indent=4)
/// writes, with no line break at the end.
std::string manifest_text(const std::vector<std::string>& entry_texts);

}  // namespace onnxhub
