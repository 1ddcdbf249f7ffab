// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cassert>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "manifest/document_limits.h"
#include "manifest/json.h"
#include "manifest/json_error.h"

namespace onnxhub {
namespace {

/// The parser copies its iterators, so the position is stored outside of them.
class CountingIterator {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    explicit CountingIterator(const char** position) : position_(position) {}

    reference operator*() const { return **position_; }
    CountingIterator& operator++() {
        ++*position_;
        return *this;
    }
    bool operator==(const CountingIterator& other) const { return *position_ == *other.position_; }

private:
    const char** position_;
};

bool is_number_character(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/// The number of values in each array and object, in the order in which they begin. Counted before
/// anything is built: a hostile document allocates nothing, and others allocate what they need. For
/// invalid JSON the counts may be wrong, but never exceed the limit.
class ChildCounts {
public:
    explicit ChildCounts(std::string_view text) : limit_(json_value_limit_of(text.size())) {
        std::size_t at = 0;
        while (at < text.size() && excess_ == text.npos) {
            at = take_token(text, at);
        }
    }

    /// Offset of the first value beyond the limit, or npos.
    std::size_t excess() const { return excess_; }
    std::size_t limit() const { return limit_; }

    std::size_t value_count() const { return value_count_; }

    /// The count of the next array or object.
    std::size_t take_next() { return next_ < counts_.size() ? counts_[next_++] : 0; }

private:
    struct Open {
        std::size_t index;
        bool has_children;
    };

    /// Returns the offset after the token.
    std::size_t take_token(std::string_view text, std::size_t at) {
        switch (text[at]) {
            case ' ':
            case '\t':
            case '\r':
            case '\n':
            case ':':
                return at + 1;
            case ',':
                if (!open_.empty()) count_child(at);
                return at + 1;
            case '[':
            case '{':
                begin_child(at);
                if (open_.size() > json_depth_limit) return text.size();  // the parser rejects it
                open_.push_back({counts_.size(), false});
                counts_.push_back(0);
                return at + 1;
            case ']':
            case '}':
                if (!open_.empty()) open_.pop_back();
                return at + 1;
            case '"':
                begin_child(at);
                return end_of_string(text, at);
            default:
                begin_child(at);
                return at + 1;
        }
    }

    static std::size_t end_of_string(std::string_view text, std::size_t at) {
        for (++at; at < text.size() && text[at] != '"'; ++at) {
            if (text[at] == '\\') ++at;
        }
        return at + 1;
    }

    /// The first child has no comma before it.
    void begin_child(std::size_t at) {
        if (open_.empty() || open_.back().has_children) return;
        open_.back().has_children = true;
        count_child(at);
    }

    void count_child(std::size_t at) {
        if (++value_count_ > limit_) excess_ = at;
        ++counts_[open_.back().index];
    }

    const std::size_t limit_;
    std::vector<std::uint32_t> counts_;
    std::vector<Open> open_;
    std::size_t value_count_ = 1;  // the root
    std::size_t excess_ = std::string_view::npos;
    std::size_t next_ = 0;
};

/// Builds values from the parser's events. Every array and object is allocated once, at its final
/// size.
class DocumentBuilder {
public:
    DocumentBuilder(std::string_view text, const JsonPlace& place, const char* const& position,
                    ChildCounts& counts)
        : text_(text),
          position_(position),
          counts_(counts),
          depth_limit_(static_cast<std::size_t>(json_depth_limit - place.depth)),
          line_(place.line) {}

    bool null() { return add(nullptr, offset() - 1); }
    bool boolean(bool value) { return add(value, offset() - 1); }
    bool number_integer(std::int64_t) { return add_number(); }
    bool number_unsigned(std::uint64_t) { return add_number(); }
    bool number_float(double, const std::string&) { return add_number(); }
    // A copy, since the parser's buffer has spare capacity that the value would keep.
    bool string(const std::string& value) { return add(std::string(value), offset() - 1); }
    bool binary(const std::vector<std::uint8_t>&) { return false; }  // does not occur in JSON texts

    bool key(const std::string& key) {
        JsonMember& member = open_.back().members.emplace_back();
        member.key = std::string(key);
        member.line = line_at(offset() - 1);
        state_ = {JsonState::Last::key, offset()};
        return true;
    }

    bool start_object(std::size_t) { return start(true); }
    bool start_array(std::size_t) { return start(false); }

    bool end_object() {
        JsonObject members = std::move(open_.back().members);
        drop_repetitions(members);
        return end(std::move(members));
    }

    bool end_array() { return end(std::move(open_.back().values)); }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
        error_ = explain_json_error(text_, state_, position);
        return false;
    }

    const JsonSyntaxError& error() const { return error_; }

    JsonDocument take_document() {
        assert(open_.empty());
        std::stable_sort(duplicates_.begin(), duplicates_.end(),
                         [](const auto& a, const auto& b) { return a.line < b.line; });
        return {std::move(root_), std::move(duplicates_), counts_.value_count()};
    }

private:
    using Data = decltype(JsonValue::data);

    /// An array or object that has not ended yet.
    struct Open {
        bool is_object = false;
        JsonArray values;
        JsonObject members;
        int line = 0;
        std::size_t begin = 0;
    };

    std::size_t offset() const { return static_cast<std::size_t>(position_ - text_.data()); }

    /// Offsets only grow from call to call, so each byte is read once.
    int line_at(std::size_t at) {
        line_ +=
            static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                        text_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
        counted_ = at;
        return line_;
    }

    /// The destination of the next value. A member already exists by its key.
    JsonValue& next_place() {
        if (open_.empty()) return root_;
        Open& parent = open_.back();
        return parent.is_object ? parent.members.back().value : parent.values.emplace_back();
    }

    bool add(Data data, std::size_t at) {
        JsonValue& value = next_place();
        value.data = std::move(data);
        value.line = line_at(at);
        state_ = {last_of_value(), offset()};
        return true;
    }

    /// Where a value has ended, in the array or object that contains it.
    JsonState::Last last_of_value() const {
        if (open_.empty()) return JsonState::Last::root;
        return open_.back().is_object ? JsonState::Last::member : JsonState::Last::item;
    }

    /// The parser has read one byte beyond the number, unless the text ends there.
    bool add_number() {
        std::size_t end = offset();
        if (!is_number_character(text_[end - 1])) --end;
        std::size_t begin = end;
        while (begin > 0 && is_number_character(text_[begin - 1])) --begin;
        add(JsonNumber{std::string(text_.substr(begin, end - begin))}, begin);
        state_.number_begin = begin;
        return true;
    }

    bool start(bool is_object) {
        const std::size_t begin = offset() - 1;
        if (open_.size() == depth_limit_) {
            error_ = json_error_at(
                text_, begin, "more than " + std::to_string(json_depth_limit) + " levels deep");
            return false;
        }
        Open& open = open_.emplace_back();
        open.is_object = is_object;
        open.line = line_at(begin);
        open.begin = begin;
        const std::size_t count = counts_.take_next();
        if (is_object) {
            open.members.reserve(count);
        } else {
            open.values.reserve(count);
        }
        state_ = {is_object ? JsonState::Last::object_begin : JsonState::Last::array_begin,
                  offset()};
        return true;
    }

    bool end(Data data) {
        const Open ended = std::move(open_.back());
        open_.pop_back();
        JsonValue& value = next_place();
        value.data = std::move(data);
        value.line = ended.line;
        value.begin = static_cast<std::uint32_t>(ended.begin);
        value.end = static_cast<std::uint32_t>(offset());
        state_ = {last_of_value(), offset()};
        return true;
    }

    bool has_repetition(const JsonObject& members) {
        constexpr std::size_t few = 8;  // a linear search is faster than sorting
        if (members.size() > few) return sort_keys(members);
        for (std::size_t i = 1; i < members.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (members[i].key == members[j].key) return sort_keys(members);
            }
        }
        return false;
    }

    /// Sorts the indexes of the members by key into `order_`, stably. Returns whether any key
    /// occurs twice.
    bool sort_keys(const JsonObject& members) {
        order_.resize(members.size());
        for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<std::uint32_t>(i);
        std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
            const int comparison = members[a].key.compare(members[b].key);
            return comparison != 0 ? comparison < 0 : a < b;
        });
        return std::adjacent_find(order_.begin(), order_.end(),
                                  [&](std::uint32_t a, std::uint32_t b) {
                                      return members[a].key == members[b].key;
                                  }) != order_.end();
    }

    void drop_repetitions(JsonObject& members) {
        if (!has_repetition(members)) return;
        std::vector<bool> is_repetition(members.size());
        for (std::size_t i = 1, first = 0; i < order_.size(); ++i) {
            JsonMember& repeated = members[order_[i]];
            if (members[order_[first]].key != repeated.key) {
                first = i;
                continue;
            }
            is_repetition[order_[i]] = true;
            duplicates_.push_back({repeated.line, repeated.key});
            members[order_[first]].value = std::move(repeated.value);
            members[order_[first]].line = repeated.line;
        }
        std::size_t kept = 0;
        for (std::size_t i = 0; i < members.size(); ++i) {
            if (is_repetition[i]) continue;
            if (kept != i) members[kept] = std::move(members[i]);
            ++kept;
        }
        members.resize(kept);
        members.shrink_to_fit();
    }

    std::string_view text_;
    const char* const& position_;
    ChildCounts& counts_;
    const std::size_t depth_limit_;
    JsonValue root_;
    std::vector<Open> open_;
    std::vector<std::uint32_t> order_;  ///< a member, so that sort_keys() allocates only once
    int line_;
    std::size_t counted_ = 0;
    std::vector<DuplicateKey> duplicates_;
    JsonState state_;
    JsonSyntaxError error_;
};

/// Errors are at their line and column in `text`.
std::variant<JsonDocument, JsonSyntaxError> parse_text(std::string_view text,
                                                       const JsonPlace& place) {
    if (text.size() > json_size_limit) {
        return JsonSyntaxError{1, 1, "the document is larger than 1 GiB"};
    }
    // The parser would take a NUL for the end of the text.
    if (const std::size_t nul = text.find('\0'); nul != text.npos) {
        return json_error_at(text, nul, "NUL byte, which is not allowed in JSON");
    }
    if (text.find_first_not_of(" \t\r\n") == text.npos) {
        return json_error_at(text, text.size(), "the document is empty");
    }
    ChildCounts counts(text);
    if (counts.excess() != text.npos) {
        return json_error_at(text, counts.excess(),
                             "the document has more than " + std::to_string(counts.limit()) +
                                 " values, the limit for its size");
    }
    const char* position = text.data();
    const char* end = text.data() + text.size();
    DocumentBuilder builder(text, place, position, counts);
    const bool is_complete =
        nlohmann::json::sax_parse(CountingIterator(&position), CountingIterator(&end), &builder);
    if (!is_complete) return builder.error();
    return builder.take_document();
}

}  // namespace

std::size_t json_value_limit_of(std::size_t text_size) {
    return std::clamp(text_size / json_bytes_of_value, json_few_values, json_value_limit);
}

std::variant<JsonDocument, JsonSyntaxError> parse_json(std::string_view text,
                                                       const JsonPlace& place) {
    auto parsed = parse_text(text, place);
    if (auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
        if (error->line == 1) error->column += place.column - 1;
        error->line += place.line - 1;
    }
    return parsed;
}

}  // namespace onnxhub
