// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "base/byte_source.h"
#include "base/parallel.h"
#include "manifest/document_limits.h"
#include "manifest/entry_keys.h"
#include "manifest/manifest.h"
#include "manifest/manifest_stream.h"

namespace onnxhub {
namespace {

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

/// Scalars have no range in the document.
TextSlice text_of(const CommonText& document, const JsonValue& value) {
    if (value.end <= value.begin) return TextSlice(entry_text(value));
    return {document, value.begin, value.end - value.begin};
}

std::string string_member(const JsonValue& json, std::string_view key) {
    const JsonValue* value = json.find(key);
    return value && value->string() ? *value->string() : "";
}

void read_name(const JsonValue& json, EntryProblem& problem) {
    const JsonValue* opset = json.find(key::opset_version);
    problem.model = string_member(json, key::model);
    problem.model_path = string_member(json, key::model_path);
    problem.opset_version = opset ? opset->integer().value_or(0) : 0;
}

std::size_t entry_limit_of(std::size_t text_size) {
    return std::max(text_size / manifest_bytes_of_entry, manifest_few_entries);
}

/// Reads all values of the document at once, which takes ten times its memory. Explains what is
/// wrong with it.
ManifestResult parse_whole(const CommonText& text) {
    auto parsed = parse_json(*text);
    if (auto* error = std::get_if<JsonSyntaxError>(&parsed)) return std::move(*error);
    auto& document = std::get<JsonDocument>(parsed);
    const auto* values = std::get_if<JsonArray>(&document.root.data);
    if (!values) return not_an_array(*text, document.root);
    const std::size_t limit = entry_limit_of(text->size());
    if (values->size() > limit) return too_many_entries(*text, *values, limit);

    ManifestDocument manifest;
    manifest.duplicate_keys = std::move(document.duplicate_keys);
    manifest.entries.reserve(values->size());
    for (const JsonValue& value : *values) {
        manifest.entries.push_back(read_manifest_entry(value, text_of(text, value), value.line));
    }
    return manifest;
}

/// Reads each entry of a document by itself, many at the same time. Gives up when anything in it
/// is wrong.
class EntryWiseParser {
public:
    explicit EntryWiseParser(const CommonText& text)
        : text_(text), value_limit_(json_value_limit_of(text->size())) {}

    std::optional<ManifestDocument> parse(unsigned jobs) {
        if (text_->size() > json_size_limit || !find_entries()) return std::nullopt;
        ManifestDocument manifest;
        manifest.entries.resize(places_.size());
        std::vector<std::vector<DuplicateKey>> repeated(block_count());
        for_each_index(block_count(), jobs, [&](std::size_t block) {
            const std::size_t end = std::min(places_.size(), (block + 1) * entries_of_block);
            for (std::size_t i = block * entries_of_block; i < end && !has_failed_; ++i) {
                has_failed_ = !read(places_[i], manifest.entries[i], repeated[block]);
            }
        });
        if (has_failed_) return std::nullopt;
        for (std::vector<DuplicateKey>& keys : repeated) {
            std::ranges::move(keys, std::back_inserter(manifest.duplicate_keys));
        }
        return manifest;
    }

private:
    static constexpr std::size_t entries_of_block = 64;

    struct EntryPlace {
        std::uint32_t offset = 0;
        std::uint32_t size = 0;
        int line = 0;
    };

    std::size_t block_count() const {
        return (places_.size() + entries_of_block - 1) / entries_of_block;
    }

    bool find_entries() {
        const std::size_t limit = entry_limit_of(text_->size());
        const auto source = view_source(*text_);
        ManifestStream stream(*source);
        while (const auto raw = stream.next()) {
            if (places_.size() == limit) return false;
            places_.push_back({static_cast<std::uint32_t>(raw->offset),
                               static_cast<std::uint32_t>(raw->text.size()), raw->line});
        }
        return !stream.error();
    }

    bool read(const EntryPlace& place, ManifestEntry& entry, std::vector<DuplicateKey>& repeated) {
        TextSlice slice(text_, place.offset, place.size);
        auto parsed = parse_json(slice, {.line = place.line, .depth = 1});
        auto* document = std::get_if<JsonDocument>(&parsed);
        if (!document) return false;
        value_count_ += document->value_count;
        if (value_count_ > value_limit_) return false;
        std::ranges::move(document->duplicate_keys, std::back_inserter(repeated));
        const bool is_scalar = !document->root.object() && !document->root.array();
        if (is_scalar) slice = TextSlice(entry_text(document->root));
        entry = read_manifest_entry(document->root, std::move(slice), place.line);
        return true;
    }

    const CommonText& text_;
    const std::size_t value_limit_;
    std::vector<EntryPlace> places_;
    std::atomic<std::size_t> value_count_{1};  // the array
    std::atomic<bool> has_failed_{false};
};

}  // namespace

JsonValue ManifestEntry::json() const {
    auto parsed = parse_json(text, {.line = line, .depth = 1});
    return std::get<JsonDocument>(std::move(parsed)).root;
}

ManifestResult parse_manifest(const CommonText& text, unsigned jobs) {
    if (auto manifest = EntryWiseParser(text).parse(jobs)) return std::move(*manifest);
    return parse_whole(text);
}

ManifestResult parse_manifest(std::string text, unsigned jobs) {
    return parse_manifest(std::make_shared<const std::string>(std::move(text)), jobs);
}

ManifestEntry read_manifest_entry(const JsonValue& json, TextSlice text, int line) {
    ManifestEntry entry;
    entry.text = std::move(text);
    entry.line = line;
    auto parsed = parse_entry(json);
    if (auto* typed = std::get_if<Entry>(&parsed)) {
        entry.entry = std::move(*typed);
    } else {
        entry.problem = std::move(std::get<EntryProblem>(parsed));
        read_name(json, *entry.problem);
    }
    return entry;
}

}  // namespace onnxhub
