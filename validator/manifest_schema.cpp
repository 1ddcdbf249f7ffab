// SPDX-License-Identifier: Apache-2.0
#include "validator/manifest_schema.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "embedded/manifest_schema_json.h"
#include "manifest/diagnostic.h"

namespace onnxhub {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;
using nlohmann::json;

constexpr std::size_t quoted_limit = 60;  // bytes of a value in a message

json to_nlohmann(const JsonValue& value) {
    if (const auto* text = value.string()) return *text;
    if (const auto* truth = std::get_if<bool>(&value.data)) return *truth;
    if (const auto* number = std::get_if<JsonNumber>(&value.data)) {
        json parsed = json::parse(number->text, nullptr, false);
        return parsed.is_discarded() ? json(number->text) : parsed;
    }
    if (const auto* array = value.array()) {
        json items = json::array();
        for (const JsonValue& item : *array) items.push_back(to_nlohmann(item));
        return items;
    }
    if (const auto* object = value.object()) {
        json members = json::object();
        for (const JsonMember& member : *object) members[member.key] = to_nlohmann(member.value);
        return members;
    }
    return nullptr;
}

/// A place in the entry and what the schema says about it.
struct Spot {
    const JsonValue* value = nullptr;
    const json* schema = nullptr;
    std::string field;
    int line = 0;
};

/// Follows the steps valijson gives: `<root>`, `["metadata"]` or `[metadata]`, `[0]`.
class Walker {
public:
    Walker(const json& schema, const JsonValue& entry) : root_(schema) {
        spot_ = {&entry, resolve(&schema.at("definitions").at("entry")), "", entry.line};
    }

    void step(std::string_view text) {
        if (!text.starts_with('[') || !text.ends_with(']')) return;
        text = text.substr(1, text.size() - 2);
        if (text.starts_with('"') && text.ends_with('"') && text.size() >= 2) {
            text = text.substr(1, text.size() - 2);
        }
        if (spot_.value && spot_.value->array()) {
            step_to_item(text);
        } else {
            step_to_member(text);
        }
    }

    const Spot& spot() const { return spot_; }

private:
    void step_to_item(std::string_view text) {
        const std::size_t index = std::strtoul(std::string(text).c_str(), nullptr, 10);
        const JsonArray& array = *spot_.value->array();
        spot_.value = index < array.size() ? &array[index] : nullptr;
        spot_.schema = below("items");
        spot_.field += "[" + std::to_string(index) + "]";
        if (spot_.value) spot_.line = spot_.value->line;
    }

    void step_to_member(std::string_view key) {
        spot_.value = spot_.value ? spot_.value->find(key) : nullptr;
        const json* properties = below("properties");
        spot_.schema = properties && properties->contains(key)
                           ? resolve(&(*properties)[std::string(key)])
                           : nullptr;
        spot_.field += (spot_.field.empty() ? "" : ".") + std::string(key);
        if (spot_.value) spot_.line = spot_.value->line;
    }

    const json* below(const char* keyword) const {
        if (!spot_.schema || !spot_.schema->contains(keyword)) return nullptr;
        return resolve(&(*spot_.schema)[keyword]);
    }

    const json* resolve(const json* schema) const {
        if (!schema->is_object() || !schema->contains("$ref")) return schema;
        const std::string reference = schema->at("$ref").get<std::string>().substr(1);
        return &root_.at(json::json_pointer(reference));
    }

    const json& root_;
    Spot spot_;
};

std::string quoted(const JsonValue& value) {
    if (value.array() || value.object()) return std::string(json_type(value));
    std::string text = printable(json_text(value));
    if (text.size() > quoted_limit) text = text.substr(0, quoted_limit) + "…";
    return text;
}

/// "Missing required property 'model'." → "model"
std::optional<std::string> missing_property(const std::string& description) {
    for (const std::string_view prefix : {"Missing required property '", "Missing dependency '"}) {
        if (!description.starts_with(prefix)) continue;
        const std::size_t end = description.rfind('\'');
        return description.substr(prefix.size(), end - prefix.size());
    }
    return std::nullopt;
}

SchemaProblem problem_at(const Spot& spot, const std::string& description) {
    if (const auto key = missing_property(description)) {
        const std::string field = spot.field.empty() ? *key : spot.field + "." + *key;
        return {spot.line, field, field + " is missing"};
    }
    const std::string name = spot.field.empty() ? "the entry" : spot.field;
    if (!spot.schema || !spot.value || !spot.schema->contains("errorMessage")) {
        return {spot.line, spot.field, name + ": " + description};
    }
    return {spot.line, spot.field,
            name + " " + spot.schema->at("errorMessage").get<std::string>() + ", not " +
                quoted(*spot.value)};
}

/// Errors that only say that something below them is wrong.
bool is_consequence(const std::string& description) {
    return description.starts_with("Failed to validate");
}

}  // namespace

struct ManifestSchema::Parsed {
    json text;
    valijson::Schema entry;
};

ManifestSchema::ManifestSchema() : parsed_(std::make_unique<Parsed>()) {
    parsed_->text = json::parse(embedded::manifest_schema_json);
    json entry = parsed_->text;  // the definitions, with the entry's as what is meant
    entry.erase("items");
    entry.erase("type");
    entry.update(parsed_->text.at("definitions").at("entry"));
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(Adapter(entry), parsed_->entry);
}

ManifestSchema::~ManifestSchema() = default;

std::vector<SchemaProblem> ManifestSchema::check(const JsonValue& entry) const {
    const json document = to_nlohmann(entry);
    const Adapter adapter(document);
    valijson::Validator validator;
    if (validator.validate(parsed_->entry, adapter, nullptr)) return {};

    valijson::ValidationResults results;
    validator.validate(parsed_->entry, adapter, &results);
    std::vector<SchemaProblem> problems;
    valijson::ValidationResults::Error error;
    while (results.popError(error) && problems.size() < schema_problem_limit) {
        if (is_consequence(error.description)) continue;
        Walker walker(parsed_->text, entry);
        for (const std::string& step : error.context) walker.step(step);
        SchemaProblem problem = problem_at(walker.spot(), error.description);
        if (std::ranges::count(problems, problem) == 0) problems.push_back(std::move(problem));
    }
    std::ranges::stable_sort(problems, {}, &SchemaProblem::line);
    return problems;
}

}  // namespace onnxhub
