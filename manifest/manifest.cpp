// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest.h"

#include <cstddef>
#include <utility>

namespace onnxhub {
namespace {

constexpr std::string_view indent = "    ";

}  // namespace

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

std::string ManifestTextWriter::finish() {
    if (text_.empty()) return "[]";
    text_ += "\n]";
    return std::move(text_);
}

void ManifestTextWriter::begin_entry() {
    text_ += text_.empty() ? "[\n" : ",\n";
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
