// SPDX-License-Identifier: Apache-2.0
// The document ONNX_HUB_MANIFEST.json as a list of entries, read and written byte for byte.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "manifest/entry.h"
#include "manifest/json.h"

namespace onnxhub {

inline constexpr std::string_view manifest_file_name = "ONNX_HUB_MANIFEST.json";

/// An entry of a document: its values, its exact bytes, and the typed view if it is valid.
struct ManifestEntry {
    JsonValue json;
    std::string text;                     ///< from '{' to '}', as in the document
    std::optional<Entry> entry;           ///< absent when the entry cannot be used
    std::optional<EntryProblem> problem;  ///< the reason, when `entry` is absent
};

struct ManifestDocument {
    std::vector<ManifestEntry> entries;
    std::vector<DuplicateKey> duplicate_keys;
};

/// A JsonSyntaxError when the text is not JSON or its top level is not an array.
using ManifestResult = std::variant<ManifestDocument, JsonSyntaxError>;

/// Reads a whole document. Invalid entries are kept with their problem.
ManifestResult parse_manifest(std::string_view text);

/// An entry with its typed view. `text` is how the document writes `json`; empty: canonical.
ManifestEntry read_manifest_entry(JsonValue json, std::string text);

/// `entry` as written in a canonical document, from '{' to '}'.
std::string entry_text(const JsonValue& entry);

/// The document with these entry texts, in this order: what Python's json.dump(entries, f,
/// indent=4) writes, with no line break at the end.
std::string manifest_text(const std::vector<std::string>& entry_texts);

/// The same, entry by entry.
class ManifestTextWriter {
public:
    explicit ManifestTextWriter(std::size_t entry_count) : entry_count_(entry_count) {}

    void add(std::string_view entry_text);
    void add(const Entry& entry);  ///< entry_text(to_json(entry))

    /// The text so far that neither this function nor finish() has returned.
    std::string take();

    std::string finish();

private:
    void begin_entry();
    void end_entry();

    std::size_t entry_count_;  ///< as announced
    std::size_t added_ = 0;
    std::string text_;
};

}  // namespace onnxhub
