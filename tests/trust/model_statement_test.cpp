// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "trust/model_statement.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

using Json = nlohmann::ordered_json;

ModelStatement sample_statement() {
    return {"model",
            {{"b.onnx", sha256_of("b"), 0, 0}, {"a/weights.bin", sha256_of("a"), 0, 0}},
            {},
            {".git", "model.sig"}};
}

Json sample_json() {
    return Json::parse(model_statement_text(sample_statement()));
}

Json with_resources(const Json& resources, Json serialization) {
    std::vector<SignedResource> digests;
    for (const Json& resource : resources) {
        digests.push_back({"", *parse_sha256(resource.at("digest").get<std::string>()), 0, 0});
    }
    Json root = sample_json();
    root["predicate"]["resources"] = resources;
    root["predicate"]["serialization"] = std::move(serialization);
    root["subject"][0]["digest"]["sha256"] = to_hex(digest_of(digests));
    return root;
}

Json resource(const std::string& name) {
    return {{"name", name}, {"algorithm", "sha256"}, {"digest", to_hex(sha256_of(name))}};
}

Json files_method() {
    return {{"method", "files"}, {"hash_type", "sha256"}, {"allow_symlinks", false}};
}

Json shards_method(std::int64_t size) {
    return {{"method", "shards"}, {"hash_type", "sha256"}, {"shard_size", size}};
}

std::string refusal_of_statement(const std::string& text, RefusalKind kind) {
    try {
        parse_model_statement(text);
    } catch (const Refused& error) {
        EXPECT_EQ(error.kind, kind) << error.what();
        return error.what();
    }
    ADD_FAILURE() << "accepted: " << text;
    return "";
}

TEST(ModelStatement, IsSortedByCodePointsAndReadAgain) {
    const ModelStatement again = parse_model_statement(model_statement_text(sample_statement()));
    EXPECT_EQ(again.name, "model");
    ASSERT_EQ(again.resources.size(), 2u);
    EXPECT_EQ(again.resources[0].path, "a/weights.bin");
    EXPECT_EQ(again.resources[1].digest, sha256_of("b"));
    EXPECT_EQ(again.ignored_paths, (std::vector<std::string>{".git", "model.sig"}));
    EXPECT_FALSE(again.shard_size);
    const std::string digests =
        std::string(reinterpret_cast<const char*>(sha256_of("a").bytes.data()), 32);
    EXPECT_EQ(sample_json()["subject"][0]["digest"]["sha256"],
              to_hex(sha256_of(
                  digests +
                  std::string(reinterpret_cast<const char*>(sha256_of("b").bytes.data()), 32))));
}

TEST(ModelStatement, AnyOrderIsReadInTheListedOne) {
    const Json root = with_resources({resource("b"), resource("a")}, files_method());
    const ModelStatement statement = parse_model_statement(root.dump());
    EXPECT_EQ(statement.resources[0].path, "b");
}

TEST(ModelStatement, OtherVersionsAndMethodsAreUnsupported) {
    const std::function<void(Json&)> changes[] = {
        [](Json& root) { root["_type"] = "https://in-toto.io/Statement/v0.1"; },
        [](Json& root) { root["predicateType"] = "https://model_signing/signature/v2.0"; },
        [](Json& root) { root["predicateType"] = "https://model_signing/Digests/v0.1"; },
        [](Json& root) { root["predicate"]["serialization"]["method"] = "gpu"; },
        [](Json& root) { root["predicate"]["serialization"]["hash_type"] = "blake3"; },
        [](Json& root) { root["predicate"]["serialization"]["allow_symlinks"] = true; },
        [](Json& root) { root["predicate"]["resources"][0]["algorithm"] = "blake2b"; },
    };
    for (const auto& change : changes) {
        Json root = sample_json();
        change(root);
        refusal_of_statement(root.dump(), RefusalKind::unsupported);
    }
}

TEST(ModelStatement, MembersOfNewerVersionsAreIgnored) {
    Json root = sample_json();
    root["predicate"]["model_card"] = "x";
    EXPECT_EQ(parse_model_statement(root.dump()).resources.size(), 2u);
}

TEST(ModelStatement, ContradictionsAreRefused) {
    const std::function<void(Json&)> changes[] = {
        [](Json& root) { root["subject"][0]["digest"]["sha256"] = std::string(64, '0'); },
        [](Json& root) { root["subject"] = Json::array(); },
        [](Json& root) { root["subject"].push_back(root["subject"][0]); },
        [](Json& root) { root["subject"][0].erase("name"); },
        [](Json& root) { root["predicate"]["resources"] = Json::array(); },
        [](Json& root) { root["predicate"]["resources"][0]["digest"] = "00"; },
        [](Json& root) { root["predicate"]["resources"][0].erase("name"); },
        [](Json& root) { root["predicate"]["serialization"].erase("method"); },
        [](Json& root) { root["predicate"]["serialization"]["ignore_paths"] = "x"; },
        [](Json& root) { root["predicate"]["serialization"]["ignore_paths"] = {1}; },
        [](Json& root) { root["predicate"]["serialization"]["allow_symlinks"] = 0; },
        [](Json& root) { root.erase("predicate"); },
    };
    for (const auto& change : changes) {
        Json root = sample_json();
        change(root);
        refusal_of_statement(root.dump(), RefusalKind::statement);
    }
    refusal_of_statement("[]", RefusalKind::malformed);
    refusal_of_statement("{\"a\": 1, \"a\": 2}", RefusalKind::malformed);
}

TEST(ModelStatement, PathsThatLeaveTheFolderAreRefused) {
    for (const char* path : {"../x", "/etc/passwd", "a/../../x", "", ".", "a/", "a//b", "a\\b",
                             "a\nb", "C:/x", ".git/config"}) {
        const Json root = with_resources(Json::array({resource(path)}), files_method());
        refusal_of_statement(root.dump(), RefusalKind::statement);
    }
    const Json long_path =
        with_resources(Json::array({resource(std::string(5000, 'x'))}), files_method());
    refusal_of_statement(long_path.dump(), RefusalKind::statement);
}

TEST(ModelStatement, FilesAreListedOnce) {
    const Json root = with_resources({resource("a"), resource("b"), resource("a")}, files_method());
    EXPECT_EQ(refusal_of_statement(root.dump(), RefusalKind::statement),
              "the signed statement lists \"a\" twice");
}

TEST(ModelStatement, ShardsCoverEachFileWithoutGaps) {
    const Json good = with_resources(
        {resource("a:0:10"), resource("a:10:13"), resource("d/b:c:0:4")}, shards_method(10));
    const ModelStatement statement = parse_model_statement(good.dump());
    EXPECT_EQ(statement.shard_size, 10u);
    EXPECT_EQ(statement.resources[2].path, "d/b:c");
    EXPECT_EQ(statement.resources[2].end, 4u);
    for (const std::vector<std::string>& names :
         std::vector<std::vector<std::string>>{{"a:1:10"},
                                               {"a:0:11"},
                                               {"a:0:10", "a:11:13"},
                                               {"a:0:5", "a:5:10"},
                                               {"a:0:10", "a:0:10"},
                                               {"a:0:10", "a:5:15"},
                                               {"a:0:0"},
                                               {"a:5:0"},
                                               {"a"},
                                               {"a:0"},
                                               {":0:5"},
                                               {"a:x:5"},
                                               {"a:-1:5"},
                                               {"a:0:99999999999999999999999"}}) {
        Json resources = Json::array();
        for (const std::string& name : names) resources.push_back(resource(name));
        refusal_of_statement(with_resources(resources, shards_method(10)).dump(),
                             RefusalKind::statement);
    }
    refusal_of_statement(with_resources(Json::array({resource("a:0:4")}), shards_method(0)).dump(),
                         RefusalKind::statement);
}

TEST(ModelStatement, CountsHaveLimits) {
    ModelStatement statement;
    for (std::size_t i = 0; i <= resource_limit; ++i) {
        statement.resources.push_back({std::to_string(i), {}, 0, 0});
    }
    refusal_of_statement(model_statement_text(statement), RefusalKind::statement);
    statement.resources.pop_back();
    EXPECT_EQ(parse_model_statement(model_statement_text(statement)).resources.size(),
              resource_limit);
    statement.resources.resize(1);
    statement.ignored_paths.assign(ignored_path_limit + 1, "x");
    refusal_of_statement(model_statement_text(statement), RefusalKind::statement);
}

}  // namespace
}  // namespace onnxhub
