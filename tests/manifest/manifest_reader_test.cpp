// SPDX-License-Identifier: Apache-2.0
// Manifests that have to be readable.
#include "manifest/manifest_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/user_error.h"

namespace onnxhub {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

template <class Read>
std::string refusal_of(const Read& read) {
    try {
        read();
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

TEST(ManifestReader, BrokenManifestIsAnErrorWithLineAndColumn) {
    const std::string text = "[\n    {\n        \"model\": \n    }\n]";
    EXPECT_THAT(refusal_of([&] { read_manifest(text, "hub.json"); }),
                AllOf(StartsWith("hub.json:4: "), HasSubstr("(column "), HasSubstr("); ")));
}

TEST(ManifestReader, CallerMayStateWhatToDo) {
    EXPECT_THAT(refusal_of([&] { read_manifest("{", "a hub", "report it"); }),
                AllOf(StartsWith("a hub:1: "), EndsWith("; report it")));
}

TEST(ManifestReader, EmptyListIsAManifest) {
    EXPECT_TRUE(read_manifest("[]", "hub.json").entries.empty());
}

}  // namespace
}  // namespace onnxhub
