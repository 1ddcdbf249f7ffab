// SPDX-License-Identifier: Apache-2.0
// The check of entries agrees with a complete JSON Schema validator on the same schema file.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#include <vector>

#include "validator/manifest_schema.h"

namespace onnxhub {
namespace {

using nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

std::string schema_text() {
    std::ifstream file(std::string(ONNXHUB_SOURCE) +
                       "/templates/schema/onnx-hub-manifest.schema.json");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

class FullValidator {
public:
    explicit FullValidator(json schema) {
        const json entry = schema.at("definitions").at("entry");
        schema.erase("items");
        schema.erase("type");
        schema.update(entry);
        valijson::SchemaParser(valijson::SchemaParser::kDraft7)
            .populateSchema(Adapter(schema), schema_);
    }

    bool accepts(const json& entry) {
        valijson::Validator validator;
        return validator.validate(schema_, Adapter(entry), nullptr);
    }

private:
    valijson::Schema schema_;
};

bool accepts(const ManifestSchema& schema, const json& entry) {
    const auto parsed = parse_json(entry.dump());
    return schema.check(std::get<JsonDocument>(parsed).root).empty();
}

json whole_entry() {
    const std::string sha(64, 'a');
    const json port = {{"name", "x"}, {"shape", {1, "N", nullptr}}, {"type", "tensor(float)"}};
    return {
        {"model", "m"},
        {"model_path", "m.onnx"},
        {"onnx_version", "1.9"},
        {"opset_version", 13},
        {"own", {{"x", 1}}},
        {"metadata",
         {{"model_sha", sha},
          {"model_bytes", 7},
          {"tags", {"a", "b"}},
          {"io_ports", {{"inputs", json::array({port, port})}, {"outputs", json::array({port})}}},
          {"extra_ports", {{"features", json::array({{{"name", "f"}, {"shape", {3}}}})}}},
          {"model_with_data_path", "m.tar.gz"},
          {"model_with_data_sha", sha},
          {"model_with_data_bytes", 9},
          {"external_data", json::array({{{"path", "w"}, {"sha", sha}, {"bytes", 1}}})},
          {"sources", {"https://x.example/m.onnx"}},
          {"license", "MIT"},
          {"parameters", 5},
          {"opsets", {{"ai.onnx", 13}, {"x", 1}}}}}};
}

/// All values of the document, itself too.
void collect(json& value, std::vector<json*>& all) {
    all.push_back(&value);
    if (!value.is_structured()) return;
    for (json& inner : value) collect(inner, all);
}

class Damage {
public:
    explicit Damage(unsigned seed) : random_(seed) {}

    void apply(json& entry) {
        std::vector<json*> all;
        collect(entry, all);
        json& victim = *all[below(all.size())];
        if (victim.is_object() && !victim.empty() && below(2) == 0) {
            victim.erase(
                std::next(victim.begin(), static_cast<std::ptrdiff_t>(below(victim.size()))));
        } else {
            victim = values()[below(values().size())];
        }
    }

private:
    static const std::vector<json>& values() {
        static const std::vector<json> all = {
            nullptr,
            true,
            0,
            1,
            -1,
            -0.5,
            1.0,
            1e30,
            INT64_MAX,
            INT64_MIN,
            "",
            "x",
            " ",
            "é",
            std::string(63, 'a'),
            std::string(64, 'a'),
            std::string(64, 'A'),
            std::string(63, 'a') + "\n",
            std::string(65, 'a'),
            json::array(),
            json::object(),
            json::array({1}),
            json::array({"a"}),
            json::array({nullptr, 1.5}),
            json{{"name", "x"}, {"shape", json::array()}, {"type", "t"}}};
        return all;
    }

    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }

    std::mt19937 random_;
};

TEST(SchemaAgreement, BothAcceptAWholeEntry) {
    const ManifestSchema schema;
    FullValidator full(json::parse(schema_text()));
    EXPECT_TRUE(full.accepts(whole_entry()));
    EXPECT_TRUE(accepts(schema, whole_entry()));
}

TEST(SchemaAgreement, BothRefuseTheSameDamagedEntries) {
    const ManifestSchema schema;
    FullValidator full(json::parse(schema_text()));
    std::size_t accepted = 0;
    constexpr unsigned cases = 600;
    for (unsigned seed = 0; seed < cases; ++seed) {
        json entry = whole_entry();
        Damage damage(seed);
        for (unsigned i = 0; i <= seed % 3; ++i) damage.apply(entry);
        ASSERT_EQ(accepts(schema, entry), full.accepts(entry)) << seed << ": " << entry.dump();
        accepted += full.accepts(entry) ? 1 : 0;
    }
    EXPECT_GT(accepted, cases / 50);
    EXPECT_LT(accepted, cases / 2);
}

TEST(SchemaAgreement, KeywordsThatAreNotKnownAreRefusedNotIgnored) {
    const auto with = [](const std::string& keyword) {
        return R"({"definitions": {"entry": {"type": "object", )" + keyword + "}}}";
    };
    EXPECT_NO_THROW(ManifestSchema{with(R"("title": "x")")});
    for (const char* keyword :
         {R"("maxLength": 3)", R"("additionalProperties": false)", R"("oneOf": [])",
          R"("pattern": "a|b")", R"("pattern": "^a*$")", R"("pattern": "abc")", R"("type": "text")",
          R"("properties": {"a": {"$ref": "other.json"}})",
          R"("properties": {"a": {"$ref": "#/definitions/b"}})", R"("items": [])"}) {
        EXPECT_THROW(ManifestSchema{with(keyword)}, std::logic_error) << keyword;
    }
}

TEST(SchemaAgreement, FurtherKeywordsMeanWhatTheyShould) {
    const std::string text = R"({"definitions": {"entry": {"type": "object",
        "dependencies": {"a": ["b"]},
        "properties": {"n": {"type": "number", "minimum": 0.5, "errorMessage": "is small"},
                       "t": {"type": "string", "minLength": 2, "errorMessage": "is short"},
                       "l": {"type": "array", "minItems": 1, "errorMessage": "is empty"},
                       "e": {"enum": ["x", "y"], "errorMessage": "is another"},
                       "p": {"type": "string", "pattern": "^v[0-9]{2}-[a-c_]$",
                             "errorMessage": "is odd"}}}}})";
    const ManifestSchema schema(text);
    FullValidator full(json::parse(text));
    for (const char* entry :
         {R"({})", R"({"a": 1})", R"({"a": 1, "b": 1})", R"({"b": 1})", R"({"n": 0.5})",
          R"({"n": 0})", R"({"n": 3})", R"({"t": "é"})", R"({"t": "éa"})", R"({"l": []})",
          R"({"l": [1]})", R"({"e": "x"})", R"({"e": "z"})", R"({"p": "v12-_"})",
          R"({"p": "v12-d"})", R"({"p": "v1-a"})", R"({"p": "xv12-a"})"}) {
        EXPECT_EQ(accepts(schema, json::parse(entry)), full.accepts(json::parse(entry))) << entry;
    }
}

}  // namespace
}  // namespace onnxhub
