// SPDX-License-Identifier: Apache-2.0
// The document ONNX_HUB_MANIFEST.json as a list of entries, read and written byte for byte.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/boxed.h"
#include "base/shared.h"
#include "base/text_slice.h"
#include "manifest/entry.h"
#include "manifest/json.h"

namespace onnxhub {

inline constexpr std::string_view manifest_file_name = "ONNX_HUB_MANIFEST.json";

/// An entry of a document: its exact bytes, and the typed view if it is valid.
struct ManifestEntry {
    TextSlice text;               ///< from '{' to '}', as in the document
    int line = 0;                 ///< 1-based, of its first byte
    Shared<Entry> entry;          ///< absent when the entry cannot be used
    Boxed<EntryProblem> problem;  ///< the reason, when `entry` is absent

    /// Its values. They are read from `text` each time, since they take many times its memory.
    /// Lines are those in the document.
    JsonValue json() const;
};

struct ManifestDocument {
    std::vector<ManifestEntry> entries;  ///< their texts are slices of the document
    std::vector<DuplicateKey> duplicate_keys;
};

/// A JsonSyntaxError when the text is not JSON or its top level is not an array.
using ManifestResult = std::variant<ManifestDocument, JsonSyntaxError>;

/// Reads a whole document, in up to `jobs` threads (0: one for each core). Invalid entries are kept
/// with their problem.
ManifestResult parse_manifest(const CommonText& text, unsigned jobs = 0);
ManifestResult parse_manifest(std::string text, unsigned jobs = 0);

/// An entry that begins in `line` of its document. `json` are the values of `text`.
ManifestEntry read_manifest_entry(const JsonValue& json, TextSlice text, int line = 1);

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

    std::string finish();

private:
    void begin_entry();
    void end_entry();

    std::size_t entry_count_;  ///< as announced
    std::size_t added_ = 0;
    std::string text_;
};

}  // namespace onnxhub
