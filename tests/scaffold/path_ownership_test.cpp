// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/path_ownership.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "base/user_error.h"
#include "tests/support/memory_tree.h"
#include "tests/support/model_builder.h"

namespace onnxhub::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

ModelRow row_of(const std::string& model_path, const std::string& name, int line = 5,
                std::int64_t opset = 13) {
    ModelRow row;
    row.source_file = "x/README.md";
    row.line = line;
    row.name = name;
    row.model_path = model_path;
    row.opset_version = opset;
    return row;
}

/// The message of the UserError; "" when there is none.
std::string refusal_by(const std::function<void()>& check) {
    try {
        check();
        return "";
    } catch (const UserError& error) {
        return error.what();
    }
}

class RowToReplace : public testing::Test {
protected:
    std::string refusal(const PlaceClaim& claim) const {
        return refusal_by([&] { row_to_replace(rows, claim); });
    }

    const std::vector<ModelRow> rows = {row_of("x/a.onnx", "A"), row_of("x/two.onnx", "One", 6),
                                        row_of("x/two.onnx", "Two", 7)};
};

TEST_F(RowToReplace, IsThatOfTheSamePath) {
    EXPECT_FALSE(row_to_replace(rows, {"x/README.md", "x/new.onnx", "A", false}));
    const auto row = row_to_replace(rows, {"x/README.md", "x/a.onnx", {}, true});
    ASSERT_TRUE(row);
    EXPECT_EQ(row->name, "A");
    EXPECT_EQ(row_to_replace(rows, {"x/README.md", "x/two.onnx", "Two", true})->line, 7);
}

TEST_F(RowToReplace, ASecondNameIsOnlyTakenForTheSameBytes) {
    EXPECT_EQ(row_to_replace(rows, {"x/README.md", "x/a.onnx", "New", false})->name, "A");
    EXPECT_THAT(refusal({"x/README.md", "x/a.onnx", "New", true}),
                AllOf(HasSubstr("x/a.onnx: "), HasSubstr("\"A\"")));
}

TEST_F(RowToReplace, MustBeOneRow) {
    EXPECT_THAT(refusal({"x/README.md", "x/two.onnx", {}, false}), HasSubstr("x/README.md:6: "));
    EXPECT_THAT(refusal({"x/README.md", "x/two.onnx", "Three", false}),
                AllOf(HasSubstr("x/README.md:6: "), HasSubstr("\"Three\"")));
}

TEST_F(RowToReplace, AFileThatNoTableListsIsNotReplaced) {
    EXPECT_THAT(refusal({"x/README.md", "x/stray.onnx", {}, true}), HasSubstr("x/stray.onnx: "));
}

TEST_F(RowToReplace, OneReadmeListsAModel) {
    EXPECT_THAT(refusal({"y/README.md", "x/a.onnx", {}, false}), HasSubstr("--class x"));
    const std::vector<ModelRow> top = [] {
        ModelRow row = row_of("x/a.onnx", "A");
        row.source_file = "README.md";
        return std::vector{row};
    }();
    EXPECT_THAT(refusal_by([&] {
                    row_to_replace(top, {"y/README.md", "x/a.onnx", {}, false});
                }),
                HasSubstr("--class ."));
}

TEST_F(RowToReplace, PathsThatDifferInCaseAloneAreRefused) {
    EXPECT_THAT(refusal({"x/README.md", "x/A.onnx", {}, false}),
                AllOf(HasSubstr("x/A.onnx: "), HasSubstr("x/a.onnx")));
}

TEST(NameIsFree, UnlessAnotherModelHasItWithTheSameOpset) {
    const std::vector<ModelRow> rows = {row_of("x/a.onnx", "Net")};
    check_name_is_free(rows, "x/a.onnx", "Net", 13);  // its own
    check_name_is_free(rows, "x/b.onnx", "Net", 12);
    check_name_is_free(rows, "x/b.onnx", "Other", 13);
    EXPECT_THAT(refusal_by([&] { check_name_is_free(rows, "x/b.onnx", "nET", 13); }),
                AllOf(HasSubstr("x/README.md:5: "), HasSubstr("x/a.onnx")));
}

std::string model_with_weights(const std::string& location) {
    ModelBuilder builder;
    builder.input("x", {2}).external_initializer("w", {2}, location);
    return builder.node("Add", {"x", "w"}, {"y"}).output("y", {2}).bytes();
}

class FileOwner : public testing::Test {
protected:
    std::string refusal(const std::string& model_path, const std::string& path) const {
        return refusal_by([&] { check_file_is_own(tree, rows, model_path, path); });
    }

    MemoryTree tree;
    std::vector<ModelRow> rows = {row_of("x/a.onnx", "A"), row_of("x/b.onnx", "B")};
};

TEST_F(FileOwner, IsTheModelWhoseGraphNamesTheWeights) {
    tree.add("x/a.onnx", model_with_weights("w.bin")).add("x/w.bin", "aaaaaaaa");
    tree.add("x/b.onnx", model_with_weights("sub/../other.bin"));
    EXPECT_EQ(refusal("x/a.onnx", "x/w.bin"), "");
    EXPECT_THAT(refusal("x/b.onnx", "x/w.bin"), AllOf(HasSubstr("x/w.bin: "), HasSubstr("\"A\"")));
    EXPECT_EQ(refusal("x/b.onnx", "x/other.bin"), "") << "the path is cleaned";
    EXPECT_NE(refusal("x/a.onnx", "x/unknown.bin"), "");
}

TEST_F(FileOwner, IsTheModelThatTheManifestNamesWhereTheGraphIsAbsent) {
    tree.add("ONNX_HUB_MANIFEST.json",
             R"([{"model": "A", "model_path": "x/a.onnx", "onnx_version": "1.9",
                  "opset_version": 13, "metadata": {"external_data": [{"path": "x/w.bin",
                  "sha": ")" +
                 std::string(64, 'a') + R"(", "bytes": 8}]}}])");
    EXPECT_EQ(refusal("x/a.onnx", "x/w.bin"), "");
    EXPECT_THAT(refusal("x/b.onnx", "x/w.bin"), HasSubstr("\"A\""));
}

TEST_F(FileOwner, SharedWeightsBelongToNone) {
    for (const char* path : {"x/a.onnx", "x/b.onnx"}) tree.add(path, model_with_weights("w.bin"));
    EXPECT_THAT(refusal("x/a.onnx", "x/w.bin"), HasSubstr("\"B\""));
    EXPECT_THAT(refusal("x/b.onnx", "x/w.bin"), HasSubstr("\"A\""));
}

TEST_F(FileOwner, ArchivesBelongToTheirRowAndModelsToThemselves) {
    rows[0].archive_path = "x/a.tar.gz";
    EXPECT_EQ(refusal("x/a.onnx", "x/a.tar.gz"), "");
    EXPECT_THAT(refusal("x/b.onnx", "x/a.tar.gz"), HasSubstr("\"A\""));
    EXPECT_THAT(refusal("x/b.onnx", "x/a.onnx"), HasSubstr("\"A\""));
}

TEST_F(FileOwner, BrokenGraphsAndManifestsSayNothing) {
    tree.add("x/a.onnx", "no model").add("ONNX_HUB_MANIFEST.json", "[{]");
    EXPECT_NE(refusal("x/a.onnx", "x/w.bin"), "");
    rows[0].archive_path = "x/w.bin";
    EXPECT_EQ(refusal("x/a.onnx", "x/w.bin"), "");
}

}  // namespace
}  // namespace onnxhub::test
