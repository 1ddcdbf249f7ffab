// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_add.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"
#include "tests/scaffold/scaffolded_hub.h"
#include "tests/support/archive_builder.h"
#include "tests/support/hub_folder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class AddModel : public testing::Test {
protected:
    /// Adds and keeps; returns the model's path.
    std::string add(const AddRequest& request) {
        FileTransaction change(place.hub);
        std::string path = add_model(request, checker, nullptr, change);
        change.keep();
        written = change.written();
        return path;
    }

    AddRequest request_for(const fs::path& model, const std::string& folder) const {
        AddRequest request;
        request.model = model;
        request.folder = folder;
        return request;
    }

    /// The message of the UserError, after which the hub is as it was.
    std::string refusal(const AddRequest& request) {
        const auto before = content_of(place.hub);
        std::string reason;
        try {
            FileTransaction change(place.hub);
            add_model(request, checker, nullptr, change);
            ADD_FAILURE() << "was added";
        } catch (const UserError& error) {
            reason = error.what();
        }
        EXPECT_TRUE(content_of(place.hub) == before) << reason;
        return reason;
    }

    std::string readme(const std::string& folder) const {
        return read_file(place.hub / folder / "README.md");
    }

    ScaffoldedHub place;
    FixedVerdict checker;
    std::vector<std::string> written;
};

TEST_F(AddModel, WritesTheModelItsRowAndItsFoldersRow) {
    AddRequest request = request_for(place.model("net.onnx"), "computer_vision/small");
    request.description = "Small ones";
    EXPECT_EQ(add(request), "computer_vision/small/model/net.onnx");
    EXPECT_THAT(written, ElementsAre("computer_vision/small/model/net.onnx",
                                     "computer_vision/small/README.md", "README.md"));
    EXPECT_EQ(read_file(place.hub / "computer_vision/small/model/net.onnx"),
              ScaffoldedHub::model_bytes());
    EXPECT_THAT(readme("computer_vision/small"),
                AllOf(HasSubstr("# Small\n"), HasSubstr("| net | [1 kB](model/net.onnx) | |")));
    EXPECT_THAT(readme("."), HasSubstr("| [Small](computer_vision/small) | Small ones |\n"));
}

TEST_F(AddModel, IsIdempotent) {
    const AddRequest request = request_for(place.model("net.onnx"), "a");
    add(request);
    const auto before = content_of(place.hub);
    add(request);
    EXPECT_THAT(written, testing::IsEmpty());
    EXPECT_TRUE(content_of(place.hub) == before);
}

TEST_F(AddModel, WithoutAFolderTakesTheOnlyOne) {
    add(request_for(place.model("one.onnx"), "a/b"));
    AddRequest request;
    request.model = place.model("two.onnx", "Abs");
    EXPECT_EQ(add(request), "a/b/model/two.onnx");
    add(request_for(place.model("three.onnx", "Neg"), "c"));
    request.model = place.model("four.onnx", "Exp");
    EXPECT_NE(refusal(request), "") << "there are two folders";
}

TEST_F(AddModel, AVersionThatIsTrueStays) {
    AddRequest request = request_for(place.model("net.onnx"), "a");
    request.onnx_version = "1.14.0";
    add(request);
    request.onnx_version.reset();
    add(request);
    EXPECT_THAT(readme("a"), HasSubstr("| 1.14.0 | 13 |"));
    place.model("net.onnx", "Relu", 21);
    add(request);
    EXPECT_THAT(readme("a"), AllOf(HasSubstr("| 21 |"), testing::Not(HasSubstr("1.14.0"))));
}

TEST_F(AddModel, AModelInsideTheHubStaysWhereItIs) {
    write_file(place.hub / "a/deep/net.onnx", ScaffoldedHub::model_bytes());
    EXPECT_EQ(add(request_for(place.hub / "a/deep/net.onnx", "a")), "a/deep/net.onnx");
    EXPECT_THAT(readme("a"), HasSubstr("(deep/net.onnx)"));
    EXPECT_FALSE(fs::exists(place.hub / "a/model"));
}

TEST_F(AddModel, WeightsAreCopiedBesideIt) {
    ModelBuilder builder;
    builder.input("x", {2}).external_initializer("w", {2}, "data/w.bin");
    builder.node("Add", {"x", "w"}, {"y"}).output("y", {2});
    write_file(place.folder.path() / "net.onnx", builder.bytes());
    const AddRequest request = request_for(place.folder.path() / "net.onnx", "a");
    EXPECT_THAT(refusal(request), HasSubstr("data/w.bin: "));
    write_file(place.folder.path() / "data/w.bin", std::string(26'000, 'w'));
    add(request);
    EXPECT_EQ(read_file(place.hub / "a/model/data/w.bin"), std::string(26'000, 'w'));
    EXPECT_THAT(readme("a"), HasSubstr("[26 kB](model/net.onnx)")) << "the size counts the weights";
}

TEST_F(AddModel, WeightsOutsideItsFolderAreRefused) {
    for (const char* location : {"../../w.bin", "/tmp/w.bin", ".hidden/w.bin"}) {
        ModelBuilder builder;
        builder.input("x", {2}).external_initializer("w", {2}, location);
        builder.node("Add", {"x", "w"}, {"y"}).output("y", {2});
        write_file(place.folder.path() / "net.onnx", builder.bytes());
        EXPECT_THAT(refusal(request_for(place.folder.path() / "net.onnx", "a")),
                    HasSubstr(location));
    }
}

TEST_F(AddModel, AFileThatNoPatternCoversGetsALineForGitLfs) {
    write_file(place.hub / ".gitattributes", "*.bin filter=lfs");
    add(request_for(place.model("a net.onnx"), "a"));
    EXPECT_EQ(
        read_file(place.hub / ".gitattributes"),
        "*.bin filter=lfs\n/a/model/a[[:space:]]net.onnx filter=lfs diff=lfs merge=lfs -text\n");
    write_file(place.hub / ".gitattributes", "*.onnx filter=lfs\n");
    add(request_for(place.model("b.onnx", "Abs"), "a"));
    EXPECT_EQ(read_file(place.hub / ".gitattributes"), "*.onnx filter=lfs\n");
}

TEST_F(AddModel, TestDataIsPackedAndLinked) {
    AddRequest request = request_for(place.model("net.onnx"), "a");
    request.test_data = place.folder.path() / "data";
    EXPECT_THAT(refusal(request), HasSubstr("data: "));
    for (const char* name : {"input_0.pb", "output_0.pb"}) {
        write_file(*request.test_data / "test_data_set_0" / name, tensor_bytes(1, {1, 4}, 16));
    }
    add(request);
    EXPECT_TRUE(fs::exists(place.hub / "a/model/net.tar.gz"));
    EXPECT_THAT(readme("a"), HasSubstr("| [1 kB](model/net.tar.gz) |"));
    write_file(*request.test_data / "test_data_set_0/input_0.pb", tensor_bytes(1, {1, 5}, 20));
    EXPECT_THAT(refusal(request), HasSubstr("data: ")) << "contradicts the graph";
}

TEST_F(AddModel, WhatTheCheckerRefusesIsNotAdded) {
    const AddRequest request = request_for(place.model("net.onnx"), "a");
    for (const CheckOutcome outcome : {CheckOutcome::failed, CheckOutcome::crashed}) {
        checker = FixedVerdict({outcome, "a bad node"});
        EXPECT_THAT(refusal(request), HasSubstr("a bad node"));
    }
    checker = FixedVerdict({CheckOutcome::too_new, "nothing is known"});
    add(request);
}

TEST_F(AddModel, ForceTurnsObjectionsIntoWarnings) {
    AddRequest request = request_for(place.model("net.onnx"), "a");
    Diagnostics remarks;
    request.remarks = &remarks;
    request.force = true;
    for (const CheckOutcome outcome : {CheckOutcome::failed, CheckOutcome::crashed}) {
        checker = FixedVerdict({outcome, "a bad node"});
        add(request);
    }
    checker = FixedVerdict({CheckOutcome::too_new, "opset 99 is newer"});
    request.force = false;
    add(request);
    ASSERT_EQ(remarks.all().size(), 3u);
    EXPECT_THAT(remarks.all()[0].message, HasSubstr("fails ONNX's checker: a bad node"));
    EXPECT_THAT(
        remarks.all()[1].message,
        HasSubstr("ONNX's checker could not judge it, because it crashed or took too long"));
    EXPECT_THAT(remarks.all()[2].message,
                HasSubstr("ONNX's checker could not judge it: opset 99 is newer"));
    EXPECT_FALSE(remarks.has_errors());
}

/// The checker may not know the opset.
TEST_F(AddModel, ModelsThatBreakRulesOfOperatorsAreRefused) {
    const AddRequest request = request_for(place.model("net.onnx"), "a");
    checker = FixedVerdict({CheckOutcome::too_new, "nothing is known"});
    write_file(
        request.model,
        ModelBuilder(24).input("x", {1}).node("Relu", {"z"}, {"y"}).output("y", {1}).bytes());
    EXPECT_THAT(refusal(request), HasSubstr("node 1 (Relu) uses \"z\", which nothing produces"));
}

TEST_F(AddModel, FilesThatAreNoModelsAreRefused) {
    write_file(place.folder.path() / "text.onnx", "no model");
    write_file(place.folder.path() / "empty.onnx", "");
    place.model("net.pb");
    place.model(".hidden.onnx");
    for (const char* name : {"text.onnx", "empty.onnx", "net.pb", ".hidden.onnx", "absent.onnx"}) {
        EXPECT_THAT(refusal(request_for(place.folder.path() / name, "a")), HasSubstr(name));
    }
    for (const char* folder : {"../a", "a/.hidden", ".git", "/a"}) {
        EXPECT_THAT(refusal(request_for(place.model("net.onnx"), folder)), HasSubstr(folder));
    }
    fs::remove(place.hub / "README.md");
    EXPECT_THAT(refusal(request_for(place.model("net.onnx"), "a")), HasSubstr("onnxhub init"));
}

}  // namespace
}  // namespace onnxhub::test
