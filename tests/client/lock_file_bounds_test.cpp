// SPDX-License-Identifier: Apache-2.0
// Lock files with very many keys. With a linear search for each key, the tests would take minutes.
#include <gtest/gtest.h>

#include <string>

#include "hosting/client/lock_file.h"

namespace onnxhub {
namespace {

TEST(LockFileBounds, ManyUnknownKeysAreReadInOnePass) {
    std::string text = R"({"version": 1, "hub": "owner/name", "commit": null)";
    for (int i = 0; i < 30'000; ++i) text += ",\"k" + std::to_string(i) + "\":1";
    const LockFile lock = parse_lock_file(text + R"(, "models": []})", "onnxhub.lock");
    EXPECT_EQ(lock.hub, "owner/name");
    EXPECT_TRUE(lock.models.empty());
}

}  // namespace
}  // namespace onnxhub
