// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <utility>
#include <vector>

#include "base/toml_problem.h"
#include "base/utf8.h"
#include "sources/document_builder.h"
#include "sources/document_formats.h"
#include "sources/toml_reader.h"

namespace onnxhub {
namespace {

/// Gives the text between two places, whose columns count characters.
class SourceText {
public:
    explicit SourceText(std::string_view text) : text_(text) {
        lines_.push_back(0);
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\n') lines_.push_back(i + 1);
        }
    }

    std::string_view between(toml::source_position begin, toml::source_position end) const {
        const std::size_t first = offset_of(begin);
        return text_.substr(first, offset_of(end) - first);
    }

private:
    std::size_t offset_of(toml::source_position place) const {
        std::size_t at = lines_.at(place.line - 1);
        for (auto column = place.column; column > 1 && at < text_.size(); --column) {
            char32_t ignored;
            at += std::max<std::size_t>(decode_utf8(text_.substr(at), ignored), 1);
        }
        return at;
    }

    std::string_view text_;
    std::vector<std::size_t> lines_;
};

class TomlConverter {
public:
    explicit TomlConverter(std::string_view text)
        : source_(text), builder_(text.size(), DocumentBuilder::MergeKeys::plain) {}

    Document convert(const toml::table& root) {
        add(root);
        return builder_.finish();
    }

private:
    void add(const toml::node& node) {
        const int line = TomlReader::line_of(node);
        if (const toml::table* table = node.as_table()) {
            builder_.begin_mapping(line);
            add_members(*table);
            builder_.end();
        } else if (const toml::array* array = node.as_array()) {
            builder_.begin_list(line);
            for (const toml::node& element : *array) add(element);
            builder_.end();
        } else {
            builder_.scalar(scalar_text(node), line);
        }
    }

    /// In the order of the document: toml++ sorts them by key.
    void add_members(const toml::table& table) {
        std::vector<std::pair<const toml::key*, const toml::node*>> members;
        for (const auto& [key, value] : table) members.emplace_back(&key, &value);
        std::ranges::stable_sort(members, {}, [](const auto& member) {
            const toml::source_position& place = member.first->source().begin;
            return std::pair(place.line, place.column);
        });
        for (const auto& [key, value] : members) {
            builder_.key(key->str(), static_cast<int>(key->source().begin.line));
            add(*value);
        }
    }

    std::string scalar_text(const toml::node& node) const {
        if (const auto* text = node.as_string()) return text->get();
        if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
        if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
        return std::string(source_.between(node.source().begin, node.source().end));
    }

    SourceText source_;
    DocumentBuilder builder_;
};

}  // namespace

Document parse_toml_document(std::string_view text) {
    if (has_too_many_dots(text)) {
        throw DocumentFailure{
            {0, fmt::format("has over {} dots", toml_dot_limit), "split it into smaller files"}};
    }
    try {
        return TomlConverter(text).convert(toml::parse(text));
    } catch (const toml::parse_error& error) {
        const toml::source_position& place = error.source().begin;
        throw DocumentFailure{{static_cast<int>(place.line),
                               fmt::format("is not TOML at column {}: {}", place.column,
                                           toml_problem(error.description())),
                               "correct the line, see https://toml.io"}};
    }
}

}  // namespace onnxhub
