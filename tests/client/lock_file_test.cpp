// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/lock_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/environment_error.h"

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

LockFile sample() {
    LockFile lock;
    lock.hub = "onnx/models:main";
    lock.commit = std::string(40, 'a');
    WantedModel model{"MNIST", 12, {}, false};
    model.files.push_back(
        {{"v/m.onnx", sha256_of("m"), 1, true}, {"https://user:secret@host.example/v/m.onnx"}, {}});
    model.files.push_back({{"v/m.data", sha256_of("w"), 2, false}, {"https://h/v/m.data"}, {}});
    lock.models.push_back(model);
    return lock;
}

TEST(LockFileTest, GivesBackWhatWasLocked) {
    const LockFile lock = parse_lock_file(to_text(sample()), "onnxhub.lock");
    EXPECT_EQ(lock.hub, "onnx/models:main");
    EXPECT_EQ(lock.commit, std::string(40, 'a'));
    ASSERT_THAT(lock.models, SizeIs(1));
    EXPECT_EQ(lock.models[0].model, "MNIST");
    EXPECT_EQ(lock.models[0].opset, 12);
    ASSERT_THAT(lock.models[0].files, SizeIs(2));
    const WantedFile& model = lock.models[0].files[0];
    EXPECT_EQ(model.key.hub_path, "v/m.onnx");
    EXPECT_EQ(model.key.sha, sha256_of("m"));
    EXPECT_EQ(model.key.size_bytes, 1u);
    EXPECT_TRUE(model.key.has_prefix);
    EXPECT_FALSE(lock.models[0].files[1].key.has_prefix);
    EXPECT_THAT(model.locked_urls, ElementsAre("https://host.example/v/m.onnx"));
}

TEST(LockFileTest, HoldsNoPasswordsAndIsReproducible) {
    EXPECT_THAT(to_text(sample()), Not(HasSubstr("secret")));
    EXPECT_EQ(to_text(sample()), to_text(sample()));
}

std::string error(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == text.npos) return "no " + from;
    text.replace(at, from.size(), to);
    try {
        parse_lock_file(text, "onnxhub.lock");
    } catch (const EnvironmentError& error) {
        return error.what();
    }
    return "";
}

TEST(LockFileTest, WhatIsNoneIsRefused) {
    const std::string text = to_text(sample());
    EXPECT_THAT(error(text, "{", "["), HasSubstr("onnxhub.lock: is no JSON"));
    EXPECT_THAT(error(text, "\"version\": 1", "\"version\": 2"), HasSubstr("version"));
    EXPECT_THAT(error(text, "\"v/m.onnx\"", "\"../m.onnx\""), HasSubstr("leads out"));
    EXPECT_THAT(error(text, "\"v/m.onnx\"", "7"), HasSubstr("\"path\" is no text"));
    EXPECT_THAT(error(text, to_hex(sha256_of("m")), "00"), HasSubstr("hexadecimal"));
    EXPECT_THAT(error(text, "\"bytes\": 1", "\"bytes\": -1"), HasSubstr("\"bytes\" is no count"));
    EXPECT_THAT(error(text, "\"models\"", "\"model\""), HasSubstr("lacks \"models\""));
    EXPECT_THAT(error(text, "\"hub\"", "\"hup\""), HasSubstr("lacks \"hub\""));
    EXPECT_THAT(error("[]", "[]", "[1]"), HasSubstr("lacks \"version\""));
    EXPECT_THAT(error("1", "1", "null"), HasSubstr("lacks \"version\""));
}

}  // namespace
}  // namespace onnxhub
