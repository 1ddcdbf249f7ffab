// SPDX-License-Identifier: Apache-2.0
#include "validator/manifest_schema.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/escaping.h"
#include "embedded/manifest_schema_json.h"
#include "manifest/diagnostic.h"

namespace onnxhub {
namespace {

constexpr std::size_t quoted_limit = 60;  // bytes of a value in a message

/// Types of JSON Schema, as bits; each integer is also a number.
enum SchemaType : unsigned {
    type_null = 1,
    type_boolean = 2,
    type_integer = 4,
    type_number = 8,
    type_string = 16,
    type_array = 32,
    type_object = 64,
};

constexpr std::array<std::pair<std::string_view, unsigned>, 7> type_names{{
    {"null", type_null},
    {"boolean", type_boolean},
    {"integer", type_integer},
    {"number", type_integer | type_number},
    {"string", type_string},
    {"array", type_array},
    {"object", type_object},
}};

/// The bytes that are allowed at one position of a text.
using CharacterClass = std::array<bool, 256>;

/// A whole number as readers of JSON hold it: in 64 bits, with a sign.
bool is_integer(const std::string& number) {
    const char* end = number.data() + number.size();
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(number.data(), end, value);
    return error == std::errc() && stop == end;
}

unsigned type_of(const JsonValue& value) {
    if (const auto* number = std::get_if<JsonNumber>(&value.data)) {
        return is_integer(number->text) ? type_integer : type_number;
    }
    static constexpr unsigned types[] = {type_null,   type_boolean, type_number,
                                         type_string, type_array,   type_object};
    return types[value.data.index()];
}

double number_of(const JsonNumber& number) {
    double value = 0;
    std::from_chars(number.text.data(), number.text.data() + number.text.size(), value);
    return value;
}

/// Characters as JSON Schema counts them.
std::size_t length_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

/// Requirements for one place of the document.
struct SchemaNode {
    struct Property {
        std::string key;
        const SchemaNode* schema;
    };
    struct Dependency {
        std::string key;
        std::vector<std::string> needed;
    };

    unsigned types = ~0u;
    std::vector<std::string> required;
    std::vector<Property> properties;
    std::vector<Dependency> dependencies;
    std::vector<std::string> allowed_texts;  ///< empty: any
    const SchemaNode* items = nullptr;
    std::optional<double> minimum;
    std::size_t min_length = 0;  ///< characters
    std::size_t min_items = 0;
    std::optional<std::vector<CharacterClass>> pattern;
    std::string error_message;  ///< "must be an object"
};

namespace {

[[noreturn]] void refuse(const std::string& what) {
    throw std::logic_error("the schema of the manifest uses " + what);
}

const std::string& text_in(const JsonValue& json) {
    if (!json.string()) refuse("a value that is not a string");
    return *json.string();
}

std::size_t count_in(const JsonValue& json) {
    const auto number = json.integer();
    if (!number || *number < 0) refuse("a value that is not a count");
    return static_cast<std::size_t>(*number);
}

std::vector<std::string> texts_in(const JsonValue& json) {
    if (!json.array()) refuse("a value that is not a list of strings");
    std::vector<std::string> texts;
    for (const JsonValue& item : *json.array()) texts.push_back(text_in(item));
    return texts;
}

const JsonObject& members_of(const JsonValue& json) {
    if (!json.object()) refuse("a value that is not an object");
    return *json.object();
}

/// Reads "^[0-9a-f]{64}$": classes and single characters, each with an optional count.
class PatternReader {
public:
    explicit PatternReader(const std::string& pattern) : pattern_(pattern), rest_(pattern) {
        if (!rest_.starts_with('^') || !rest_.ends_with('$')) fail();
        rest_.remove_prefix(1);
        rest_.remove_suffix(1);
    }

    std::vector<CharacterClass> read() {
        std::vector<CharacterClass> classes;
        while (!rest_.empty()) {
            const CharacterClass next = rest_.front() == '[' ? read_class() : read_character();
            classes.insert(classes.end(), read_count(), next);
        }
        return classes;
    }

private:
    [[noreturn]] void fail() const { refuse("the pattern " + pattern_); }

    char take() {
        if (rest_.empty()) fail();
        const char c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    CharacterClass read_character() {
        const char c = take();
        if (std::string_view("\\.*+?()|{}^$]").find(c) != std::string_view::npos) fail();
        CharacterClass one{};
        one[static_cast<unsigned char>(c)] = true;
        return one;
    }

    CharacterClass read_class() {
        take();
        CharacterClass members{};
        for (char first = take(); first != ']'; first = take()) {
            if (first == '\\' || first == '^' || first == '[') fail();
            char last = first;
            if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
                take();
                last = take();
            }
            for (int c = static_cast<unsigned char>(first); c <= static_cast<unsigned char>(last);
                 ++c) {
                members[static_cast<std::size_t>(c)] = true;
            }
        }
        return members;
    }

    std::size_t read_count() {
        if (!rest_.starts_with('{')) return 1;
        std::size_t count = 0;
        const char* end = rest_.data() + rest_.size();
        const auto [stop, error] = std::from_chars(rest_.data() + 1, end, count);
        constexpr std::size_t most = 1000;
        if (error != std::errc() || stop == end || *stop != '}' || count > most) fail();
        rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()) + 1);
        return count;
    }

    const std::string& pattern_;
    std::string_view rest_;
};

/// Makes nodes from the schema. Each definition becomes one node, regardless of references to it.
class SchemaReader {
public:
    SchemaReader(const JsonValue& root, std::vector<std::unique_ptr<SchemaNode>>& nodes)
        : root_(root), nodes_(nodes) {}

    const SchemaNode* definition(const std::string& name) {
        if (const auto known = definitions_.find(name); known != definitions_.end()) {
            return known->second;
        }
        const JsonValue* definitions = root_.find("definitions");
        const JsonValue* json = definitions ? definitions->find(name) : nullptr;
        if (!json) refuse("the definition " + name + ", which it lacks");
        SchemaNode& node = add_node();
        definitions_[name] = &node;  // first, because its own text may refer to it
        read_into(*json, node);
        return &node;
    }

private:
    SchemaNode& add_node() { return *nodes_.emplace_back(std::make_unique<SchemaNode>()); }

    const SchemaNode* read(const JsonValue& json) {
        if (const JsonValue* reference = json.find("$ref")) {
            constexpr std::string_view prefix = "#/definitions/";
            const std::string& text = text_in(*reference);
            if (!text.starts_with(prefix)) refuse("the reference " + text);
            return definition(text.substr(prefix.size()));
        }
        SchemaNode& node = add_node();
        read_into(json, node);
        return &node;
    }

    void read_into(const JsonValue& json, SchemaNode& node) {
        for (const auto& [keyword, value, line] : members_of(json)) {
            if (keyword == "title" || keyword == "description") continue;
            read_keyword(keyword, value, node);
        }
    }

    void read_keyword(const std::string& keyword, const JsonValue& value, SchemaNode& node) {
        if (keyword == "type") {
            node.types = types_in(value);
        } else if (keyword == "errorMessage") {
            node.error_message = text_in(value);
        } else if (keyword == "required") {
            node.required = texts_in(value);
        } else if (keyword == "properties") {
            for (const auto& [key, schema, line] : members_of(value)) {
                node.properties.push_back({key, read(schema)});
            }
        } else if (keyword == "dependencies") {
            for (const auto& [key, needed, line] : members_of(value)) {
                node.dependencies.push_back({key, texts_in(needed)});
            }
        } else if (keyword == "items") {
            node.items = read(value);
        } else if (keyword == "enum") {
            node.allowed_texts = texts_in(value);
        } else {
            read_limit(keyword, value, node);
        }
    }

    void read_limit(const std::string& keyword, const JsonValue& value, SchemaNode& node) {
        if (keyword == "minimum") {
            const auto* number = std::get_if<JsonNumber>(&value.data);
            if (!number) refuse("a minimum that is not a number");
            node.minimum = number_of(*number);
        } else if (keyword == "minLength") {
            node.min_length = count_in(value);
        } else if (keyword == "minItems") {
            node.min_items = count_in(value);
        } else if (keyword == "pattern") {
            node.pattern = PatternReader(text_in(value)).read();
        } else {
            refuse("the keyword " + keyword);
        }
    }

    static unsigned types_in(const JsonValue& value) {
        const std::vector<std::string> names =
            value.string() ? std::vector{*value.string()} : texts_in(value);
        unsigned types = 0;
        for (const std::string& name : names) {
            const auto* known =
                std::ranges::find(type_names, name, &std::pair<std::string_view, unsigned>::first);
            if (known == type_names.end()) refuse("the type " + name);
            types |= known->second;
        }
        return types;
    }

    const JsonValue& root_;
    std::vector<std::unique_ptr<SchemaNode>>& nodes_;
    std::map<std::string, const SchemaNode*> definitions_;
};

/// A place in the entry. Its name is made only for messages.
struct Spot {
    const JsonValue& value;
    const SchemaNode& schema;
    const Spot* parent = nullptr;  ///< null: the entry
    std::string_view key = {};     ///< of a member
    std::size_t index = 0;         ///< of an item

    std::string field() const {
        if (!parent) return {};
        const std::string before = parent->field();
        if (key.empty()) return before + "[" + std::to_string(index) + "]";
        return before.empty() ? std::string(key) : before + "." + std::string(key);
    }
};

std::string quoted(const JsonValue& value) {
    if (value.array() || value.object()) return std::string(json_type(value));
    // An escape has up to six characters per byte; longer texts are cut anyway.
    JsonValue shown = value;
    if (auto* text = std::get_if<std::string>(&shown.data)) {
        text->resize(std::min(text->size(), 4 * quoted_limit));
    }
    std::string text = printable(json_text(shown));
    if (text.size() > quoted_limit) text = text.substr(0, quoted_limit) + "…";
    return text;
}

/// Visits an entry until there are enough problems.
class Checker {
public:
    std::vector<SchemaProblem> check(const Spot& entry) {
        visit(entry);
        std::ranges::stable_sort(problems_, {}, &SchemaProblem::line);
        return std::move(problems_);
    }

private:
    bool has_enough() const { return problems_.size() >= schema_problem_limit; }

    void visit(const Spot& spot) {
        if (has_enough()) return;
        if ((type_of(spot.value) & spot.schema.types) == 0 || !is_within_limits(spot)) {
            report(spot);
        } else if (spot.value.object()) {
            visit_members(spot);
        } else if (const JsonArray* array = spot.value.array(); array && spot.schema.items) {
            for (std::size_t i = 0; i < array->size() && !has_enough(); ++i) {
                visit({(*array)[i], *spot.schema.items, &spot, {}, i});
            }
        }
    }

    void visit_members(const Spot& spot) {
        for (const SchemaNode::Property& property : spot.schema.properties) {
            if (const JsonValue* value = spot.value.find(property.key)) {
                visit({*value, *property.schema, &spot, property.key});
            }
        }
        for (const std::string& key : spot.schema.required) require(spot, key);
        for (const SchemaNode::Dependency& dependency : spot.schema.dependencies) {
            if (!spot.value.find(dependency.key)) continue;
            for (const std::string& key : dependency.needed) require(spot, key);
        }
    }

    void require(const Spot& spot, const std::string& key) {
        if (has_enough() || spot.value.find(key)) return;
        const std::string before = spot.field();
        const std::string field = before.empty() ? key : before + "." + key;
        add({spot.value.line, field, field + " is missing"});
    }

    static bool is_within_limits(const Spot& spot) {
        const SchemaNode& schema = spot.schema;
        if (const std::string* text = spot.value.string()) {
            return (schema.allowed_texts.empty() ||
                    std::ranges::count(schema.allowed_texts, *text) > 0) &&
                   (schema.min_length == 0 || length_of(*text) >= schema.min_length) &&
                   (!schema.pattern || matches(*schema.pattern, *text));
        }
        if (const auto* number = std::get_if<JsonNumber>(&spot.value.data)) {
            return !schema.minimum || number_of(*number) >= *schema.minimum;
        }
        const JsonArray* array = spot.value.array();
        return !array || array->size() >= schema.min_items;
    }

    static bool matches(const std::vector<CharacterClass>& pattern, std::string_view text) {
        return text.size() == pattern.size() &&
               std::ranges::equal(text, pattern, [](char c, const CharacterClass& members) {
                   return members[static_cast<unsigned char>(c)];
               });
    }

    void report(const Spot& spot) {
        const std::string field = spot.field();
        add({spot.value.line, field,
             (field.empty() ? "the entry" : field) + " " + spot.schema.error_message + ", not " +
                 quoted(spot.value)});
    }

    void add(SchemaProblem problem) {
        if (std::ranges::count(problems_, problem) == 0) problems_.push_back(std::move(problem));
    }

    std::vector<SchemaProblem> problems_;
};

}  // namespace

ManifestSchema::ManifestSchema() : ManifestSchema(embedded::manifest_schema_json) {}

ManifestSchema::ManifestSchema(std::string_view schema) {
    const auto parsed = parse_json(schema);
    const auto* document = std::get_if<JsonDocument>(&parsed);
    if (!document) refuse("a text that is not JSON");
    entry_ = SchemaReader(document->root, nodes_).definition("entry");
}

ManifestSchema::~ManifestSchema() = default;

std::vector<SchemaProblem> ManifestSchema::check(const JsonValue& entry) const {
    return Checker().check({entry, *entry_});
}

}  // namespace onnxhub
