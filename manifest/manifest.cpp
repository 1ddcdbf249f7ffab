// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "manifest/document_limits.h"

namespace onnxhub {
namespace {

constexpr std::string_view indent = "    ";

/// 1-based, in bytes.
int column_of(std::string_view text, std::size_t offset) {
    const std::size_t line_break = text.rfind('\n', offset);
    const std::size_t line_begin = line_break == text.npos ? 0 : line_break + 1;
    return static_cast<int>(offset - line_begin) + 1;
}

JsonSyntaxError not_an_array(std::string_view text, const JsonValue& root) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    return {root.line, column_of(text, begin),
            "the top level is " + std::string(json_type(root)) + ", not an array of entries"};
}

JsonSyntaxError too_many_entries(std::string_view text, const JsonArray& values,
                                 std::size_t limit) {
    const JsonValue& first = values[limit];
    return {
        first.line, first.end > 0 ? column_of(text, first.begin) : 1,
        "the manifest has more than " + std::to_string(limit) + " entries, the limit for its size"};
}

std::string text_of(std::string_view document, const JsonValue& value) {
    if (value.end <= value.begin) return "";
    return std::string(document.substr(value.begin, value.end - value.begin));
}

}  // namespace

ManifestResult parse_manifest(std::string_view text) {
    auto parsed = parse_json(text);
    if (auto* error = std::get_if<JsonSyntaxError>(&parsed)) return std::move(*error);
    auto& document = std::get<JsonDocument>(parsed);
    auto* values = std::get_if<JsonArray>(&document.root.data);
    if (!values) return not_an_array(text, document.root);

    const std::size_t limit = std::max(text.size() / manifest_bytes_of_entry, manifest_few_entries);
    if (values->size() > limit) return too_many_entries(text, *values, limit);

    ManifestDocument manifest;
    manifest.duplicate_keys = std::move(document.duplicate_keys);
    manifest.entries.reserve(values->size());
    for (JsonValue& value : *values) {
        std::string entry = text_of(text, value);
        manifest.entries.push_back(read_manifest_entry(std::move(value), std::move(entry)));
    }
    return manifest;
}

ManifestEntry read_manifest_entry(JsonValue json, std::string text) {
    ManifestEntry entry;
    entry.text = text.empty() ? entry_text(json) : std::move(text);
    auto parsed = parse_entry(json);
    if (auto* typed = std::get_if<Entry>(&parsed)) {
        entry.entry = std::move(*typed);
    } else {
        entry.problem = std::move(std::get<EntryProblem>(parsed));
    }
    entry.json = std::move(json);
    return entry;
}

std::string entry_text(const JsonValue& entry) {
    return json_text(entry, {.depth = 1});
}

std::string manifest_text(const std::vector<std::string>& entry_texts) {
    ManifestTextWriter writer(entry_texts.size());
    for (const std::string& entry : entry_texts) writer.add(entry);
    return writer.finish();
}

void ManifestTextWriter::add(std::string_view entry_text) {
    begin_entry();
    text_ += entry_text;
    end_entry();
}

void ManifestTextWriter::add(const Entry& entry) {
    begin_entry();
    append_entry_text(entry, text_);
    end_entry();
}

std::string ManifestTextWriter::take() {
    return std::exchange(text_, {});
}

std::string ManifestTextWriter::finish() {
    if (added_ == 0) return "[]";
    text_ += "\n]";
    return std::move(text_);
}

void ManifestTextWriter::begin_entry() {
    text_ += added_ == 0 ? "[\n" : ",\n";
    text_ += indent;
}

/// The first entries show how large the document becomes: growing it would need twice its memory.
void ManifestTextWriter::end_entry() {
    constexpr std::size_t sample = 1000;
    if (++added_ != sample || entry_count_ <= sample) return;
    const std::size_t per_entry = text_.size() / sample + 1;
    text_.reserve(per_entry * entry_count_ + per_entry * entry_count_ / 32);
}

}  // namespace onnxhub
