// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest_repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <variant>

#include "manifest/manifest.h"

namespace onnxhub {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string hint_for(const std::string& text) {
    const ManifestResult result = parse_manifest(text);
    const auto* error = std::get_if<JsonSyntaxError>(&result);
    return error ? repair_hint(text, *error, "hub/ONNX_HUB_MANIFEST.json") : "";
}

TEST(ManifestRepair, ConflictsAreMergedByEntries) {
    for (const char* marker : {"<<<<<<< HEAD", "=======", ">>>>>>> feature", "||||||| base"}) {
        EXPECT_THAT(hint_for("[\n" + std::string(marker) + "\n]"),
                    HasSubstr("git checkout --merge -- hub/ONNX_HUB_MANIFEST.json"))
            << marker;
    }
}

TEST(ManifestRepair, ASideIsTakenInAllConflicts) {
    for (const char* marker : {"<<<<<<< ours", ">>>>>>> theirs", "<<<<<<< HEAD"}) {
        EXPECT_THAT(hint_for("[\n" + std::string(marker) + "\n]"),
                    HasSubstr("take one side with `git checkout --theirs -- "
                              "hub/ONNX_HUB_MANIFEST.json`"));
    }
    // These are the markers of the merge driver, so another run of it would not help.
    EXPECT_THAT(hint_for("[\n<<<<<<< ours\n]"), Not(HasSubstr("merge-driver")));
}

TEST(ManifestRepair, NothingIsDeleted) {
    for (const char* text : {"", "[", "[{]", "{}", "[\n<<<<<<< HEAD\n]", "[1,\n\n2,]"}) {
        EXPECT_THAT(hint_for(text), AllOf(Not(HasSubstr("remove")), Not(HasSubstr("delete")),
                                          HasSubstr("git checkout")))
            << text;
    }
}

}  // namespace
}  // namespace onnxhub
