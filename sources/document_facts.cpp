// SPDX-License-Identifier: Apache-2.0
#include "sources/document_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Without blanks at the ends, and with one space for each run of blanks.
std::string single_spaced(std::string_view text) {
    std::string result;
    bool has_gap = false;
    for (const char c : text) {
        if (is_blank(c)) {
            has_gap = !result.empty();
            continue;
        }
        if (std::exchange(has_gap, false)) result += ' ';
        result += c;
    }
    return result;
}

bool has_control_character(std::string_view text) {
    return std::ranges::any_of(
        text, [](char c) { return (c >= '\0' && c < ' ' && !is_blank(c)) || c == '\x7f'; });
}

/// Takes values of one document.
class ValueReader {
public:
    ValueReader(const std::string& file, Diagnostics& diagnostics)
        : file_(file), diagnostics_(diagnostics) {}

    /// Nothing for an empty text, and for a value that is reported.
    std::optional<StatedValue> text(Fact fact, const DocumentValue& value) const {
        if (value.is_null()) return std::nullopt;
        if (!value.is_scalar()) {
            return refuse(fact, value,
                          value.is_list() ? "is a list, not a text" : "is a mapping, not a text");
        }
        if (value.text().size() > fact_size_limit) {
            return refuse(fact, value, fmt::format("is longer than {} bytes", fact_size_limit));
        }
        if (has_control_character(value.text())) {
            return refuse(fact, value, "has a control character");
        }
        StatedValue stated{single_spaced(value.text()), value.line()};
        return stated.text.empty() ? std::nullopt : std::optional(std::move(stated));
    }

    /// A text or a list of texts.
    std::vector<StatedValue> texts(Fact fact, const DocumentValue& value) const {
        std::vector<StatedValue> all;
        const auto take = [&](const DocumentValue& one) {
            if (auto stated = text(fact, one)) all.push_back(std::move(*stated));
        };
        if (!value.is_list()) {
            take(value);
            return all;
        }
        for (auto item = value.first(); item; item = item->next()) {
            if (all.size() == source_list_limit) {
                refuse(fact, *item, fmt::format("has over {} values", source_list_limit));
                break;
            }
            take(*item);
        }
        return all;
    }

    /// Makes a path that is relative to the document one from the hub's root; false for one that
    /// is reported.
    bool resolve_path(StatedValue& value) const {
        auto path = clean_hub_path(parent_folder(file_), value.text);
        if (const auto* unsafe = std::get_if<UnsafePath>(&path)) {
            diagnostics_.report({Severity::error, rule_id::fact_invalid, file_, value.line,
                                 fmt::format("the path \"{}\" of test data can't be used: it {}",
                                             value.text, unsafe->reason),
                                 "write a path relative to this file"});
            return false;
        }
        value.text = std::get<std::string>(std::move(path));
        return true;
    }

private:
    std::nullopt_t refuse(Fact fact, const DocumentValue& value, std::string_view problem) const {
        diagnostics_.report({Severity::error, rule_id::fact_invalid, file_, value.line(),
                             fmt::format("the {} {}", name_of(fact), problem),
                             "correct it, or the path of the fact in the [[source]]"});
        return std::nullopt;
    }

    const std::string& file_;
    Diagnostics& diagnostics_;
};

}  // namespace

FactPaths::FactPaths(const SourceSettings& source) {
    for (const auto& [fact, text] : source.facts) {
        auto path = parse_document_path(text, Wildcards::refused);
        if (const auto* bad = std::get_if<BadDocumentPath>(&path)) {
            throw UserError(fmt::format("\"{}\": {}; correct the path", text, bad->message));
        }
        facts_.push_back(fact);
        paths_.push_back(std::get<DocumentPath>(std::move(path)));
    }
}

bool FactPaths::has(const DocumentValue& value, Fact fact) const {
    const auto found = std::ranges::find(facts_, fact);
    if (found == facts_.end()) return false;
    return value.find(paths_[static_cast<std::size_t>(found - facts_.begin())]).has_value();
}

DocumentFacts FactPaths::read(const DocumentValue& root, const std::string& file,
                              Diagnostics& diagnostics) const {
    const ValueReader reader(file, diagnostics);
    DocumentFacts facts;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
        const auto value = root.find(paths_[i]);
        if (!value) continue;
        if (facts_[i] == Fact::url) {
            facts.urls = reader.texts(Fact::url, *value);
        } else if (facts_[i] == Fact::tags) {
            for (StatedValue& tag : reader.texts(Fact::tags, *value)) {
                facts.tags.push_back(std::move(tag.text));
            }
        } else if (auto stated = reader.text(facts_[i], *value)) {
            if (facts_[i] == Fact::path) {
                facts.path = std::move(stated);
            } else if (facts_[i] != Fact::test_data || reader.resolve_path(*stated)) {
                facts.values.emplace(facts_[i], std::move(*stated));
            }
        }
    }
    return facts;
}

}  // namespace onnxhub
