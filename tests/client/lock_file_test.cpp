// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/lock_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

LockFile sample() {
    LockFile lock;
    lock.hub = lock.address = "onnx/models:main";
    lock.commit = std::string(40, 'a');
    LockedModel locked{{"MNIST", 12, {}, false}, {}, lock.commit};
    WantedModel& model = locked.wanted;
    model.files.push_back(
        {{"v/m.onnx", sha256_of("m"), 1, true}, {"https://user:secret@host.example/v/m.onnx"}, {}});
    model.files.push_back({{"v/m.data", sha256_of("w"), 2, false}, {"https://h/v/m.data"}, {}});
    lock.models.push_back(locked);
    return lock;
}

TEST(LockFileTest, GivesBackWhatWasLocked) {
    const LockFile lock = parse_lock_file(to_text(sample()), "onnxhub.lock");
    EXPECT_EQ(lock.hub, "onnx/models:main");
    EXPECT_EQ(lock.commit, std::string(40, 'a'));
    ASSERT_THAT(lock.models, SizeIs(1));
    EXPECT_EQ(lock.address, "onnx/models:main");
    EXPECT_EQ(lock.models[0].wanted.model, "MNIST");
    EXPECT_EQ(lock.models[0].wanted.opset, 12);
    EXPECT_EQ(lock.models[0].commit, std::string(40, 'a'));
    ASSERT_THAT(lock.models[0].wanted.files, SizeIs(2));
    const WantedFile& model = lock.models[0].wanted.files[0];
    EXPECT_EQ(model.key.hub_path, "v/m.onnx");
    EXPECT_EQ(model.key.sha, sha256_of("m"));
    EXPECT_EQ(model.key.size_bytes, 1u);
    EXPECT_TRUE(model.key.has_prefix);
    EXPECT_FALSE(lock.models[0].wanted.files[1].key.has_prefix);
    EXPECT_THAT(model.locked_urls, ElementsAre("https://host.example/v/m.onnx"));
}

TEST(LockFileTest, HoldsNoPasswordsAndIsReproducible) {
    EXPECT_THAT(to_text(sample()), Not(HasSubstr("secret")));
    EXPECT_EQ(to_text(sample()), to_text(sample()));
    EXPECT_EQ(to_text(parse_lock_file(to_text(sample()), "l")),
              to_text(parse_lock_file(to_text(parse_lock_file(to_text(sample()), "l")), "l")));
}

TEST(LockFileTest, SaysWhetherAllModelsArePinned) {
    LockFile lock = sample();
    EXPECT_THAT(to_text(lock), HasSubstr("\"pinned\": true"));
    lock.models[0].commit.reset();
    EXPECT_THAT(to_text(lock), HasSubstr("\"pinned\": false"));
    EXPECT_EQ(parse_lock_file(to_text(lock), "l").models[0].commit, std::nullopt);
    lock.models[0].commit = std::string(40, 'b');
    EXPECT_EQ(parse_lock_file(to_text(lock), "l").models[0].commit, std::string(40, 'b'));
    lock.commit.reset();
    EXPECT_EQ(parse_lock_file(to_text(lock), "l").models[0].commit, std::string(40, 'b'));
}

TEST(LockFileTest, KeepsTheNameOfTheHubAndItsAddressForThoseWithoutTheName) {
    LockFile lock = sample();
    lock.hub = "company";
    lock.address = "https://hub.example/models";
    const LockFile read = parse_lock_file(to_text(lock), "l");
    EXPECT_EQ(hub_of(read, {}), "https://hub.example/models");
    UserConfig config;
    config.hubs["company"].spec = "https://hub.example/models";
    EXPECT_EQ(hub_of(read, config), "company");
}

TEST(LockFileTest, KeepsTheConstraintsOfAModel) {
    LockFile lock = sample();
    EXPECT_THAT(to_text(lock), Not(HasSubstr("constraints")));
    lock.models[0].constraint = {{}, 12, 7};
    const LockFile read = parse_lock_file(to_text(lock), "l");
    EXPECT_EQ(read.models[0].constraint.opset, std::nullopt);
    EXPECT_EQ(read.models[0].constraint.max_opset, 12);
    EXPECT_EQ(read.models[0].constraint.max_ir, 7);
}

TEST(LockFileTest, AModelTakesThePlaceOfTheSameOne) {
    LockFile lock = sample();
    put_model(lock, {{"mnist", 13, {}, false}, {}, {}});
    put_model(lock, {{"MNIST", 13, {}, true}, {}, {}});
    ASSERT_THAT(lock.models, SizeIs(2));
    EXPECT_EQ(lock.models[0].wanted.opset, 13);
    EXPECT_TRUE(remove_model(lock, "Mnist"));
    EXPECT_THAT(lock.models, SizeIs(0));
    EXPECT_FALSE(remove_model(lock, "Mnist"));
}

/// Looking at each pair of keys would take a quarter of an hour, longer than a test may last.
TEST(LockFileTest, ManyKeysTakeLinearTime) {
    std::string text = "{";
    for (int i = 0; text.size() < 5'000'000; ++i) text += "\"k" + std::to_string(i) + "\":1,\n";
    text += to_text(sample()).substr(1);
    EXPECT_THAT(parse_lock_file(text, "l").models, SizeIs(1));
}

std::string error(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == text.npos) return "no " + from;
    text.replace(at, from.size(), to);
    try {
        parse_lock_file(text, "onnxhub.lock");
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

TEST(LockFileTest, WhatIsNoneIsRefused) {
    const std::string text = to_text(sample());
    EXPECT_THAT(error(text, "{", "["), HasSubstr("onnxhub.lock:2: is not JSON"));
    EXPECT_THAT(error(text, "\"version\": 1", "\"version\": 2"), HasSubstr("version"));
    EXPECT_THAT(error(text, "\"v/m.onnx\"", "\"../m.onnx\""), HasSubstr("points outside"));
    EXPECT_THAT(error(text, "\"v/m.onnx\"", "7"),
                testing::MatchesRegex("onnxhub.lock:[0-9]+: \"path\" is not a string; .*"));
    EXPECT_THAT(error(text, "\"hub\"", "\"version\""), HasSubstr("\"version\" occurs twice"));
    EXPECT_THAT(error(text, std::string(40, 'a'), "main"), HasSubstr("\"commit\" is not 40"));
    EXPECT_THAT(error(text, to_hex(sha256_of("m")), "00"), HasSubstr("hexadecimal"));
    EXPECT_THAT(error(text, "\"bytes\": 1", "\"bytes\": -1"),
                HasSubstr("\"bytes\" is not a number of 0 or more"));
    EXPECT_THAT(error(text, "\"models\"", "\"model\""), HasSubstr("lacks \"models\""));
    EXPECT_THAT(error(text, "\"hub\"", "\"hup\""), HasSubstr("lacks \"hub\""));
    EXPECT_THAT(error("[]", "[]", "[1]"), HasSubstr("onnxhub.lock:1: is not a JSON object"));
    EXPECT_THAT(error("1", "1", "null"), HasSubstr("is not a JSON object"));
    EXPECT_THAT(error(text, "\"bytes\": 1", "\"bytes\": null"),
                HasSubstr("\"bytes\" is null, which only a file with \"elsewhere\" may have"));
    EXPECT_THAT(error(text, "\"bytes\": 1", "\"bytes\": 1, \"elsewhere\": [1]"),
                HasSubstr("\"elsewhere\" contains a value that is not a string"));
}

}  // namespace
}  // namespace onnxhub
