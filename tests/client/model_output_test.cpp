// SPDX-License-Identifier: Apache-2.0
// `load --output`: the output is replaced, other files of the user are not.
#include "hosting/client/model_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/user_error.h"
#include "tests/support/model_builder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::ModelBuilder;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;
using testing::AllOf;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

/// A model with its external data, each location with its bytes; `version` changes its bytes.
struct Model {
    std::vector<std::pair<std::string, std::string>> weights;
    std::string version = "1";

    std::string bytes() const {
        ModelBuilder model;
        model.input("x", {4}).output("y", {4}).node("Add", {"x", "w"}, {"y"});
        model.proto().mutable_graph()->set_name(version);
        for (const auto& [location, content] : weights) {
            model.external_initializer(location, {4}, location);
        }
        return model.bytes();
    }
};

class ModelOutput : public testing::Test {
protected:
    /// Copies `model` to the output, as a load that put it into the cache would. `lacks_weights`:
    /// the manifest lists none.
    void copy(const Model& model, bool lacks_weights = false) {
        const fs::path cached = folder.path() / "cache/m.onnx";
        WantedModel wanted{"M", 12, {}, false};
        const auto add = [&](const std::string& path, const std::string& content) {
            wanted.files.push_back({{"v/" + path, sha256_of(content), content.size()}, {}, {}});
            write_file(cached.parent_path() / path, content);
        };
        add("m.onnx", model.bytes());
        for (const auto& [location, content] : model.weights) {
            if (!lacks_weights) add(location, content);
        }
        copy_model(wanted, cached, output.string());
    }

    std::string error(const Model& model, bool lacks_weights = false) {
        try {
            copy(model, lacks_weights);
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    }

    std::vector<std::string> names() {
        std::vector<std::string> names;
        for (const auto& file : fs::directory_iterator(output.parent_path())) {
            names.push_back(file.path().filename().string());
        }
        return names;
    }

    TemporaryFolder folder;
    const fs::path output = folder.path() / "out/x.onnx";
};

TEST_F(ModelOutput, IsACopyWithItsExternalData) {
    const Model model{{{"w.data", "w"}, {"sub/v.data", "v"}}};
    copy(model);
    EXPECT_EQ(read_file(output), model.bytes());
    EXPECT_EQ(read_file(output.parent_path() / "w.data"), "w");
    EXPECT_EQ(read_file(output.parent_path() / "sub/v.data"), "v");
    EXPECT_THAT(names(), UnorderedElementsAre("x.onnx", "w.data", "sub"));
    copy(model);
}

TEST_F(ModelOutput, AFileOfTheUserIsNeverReplaced) {
    for (const std::string name : {"conftest.py", "Makefile", "w.data"}) {
        write_file(output.parent_path() / name, "the user's");
        EXPECT_THAT(error({{{name, "evil"}}}),
                    AllOf(HasSubstr((output.parent_path() / name).string() + ": is another file"),
                          HasSubstr("nothing was copied")));
        EXPECT_EQ(read_file(output.parent_path() / name), "the user's");
    }
    EXPECT_FALSE(fs::exists(output));
}

TEST_F(ModelOutput, OneRefusedFileMeansThatNoneIsWritten) {
    write_file(output.parent_path() / "z.data", "the user's");
    EXPECT_NE(error({{{"a.data", "a"}, {"z.data", "z"}}}), "");
    EXPECT_THAT(names(), UnorderedElementsAre("z.data"));
}

TEST_F(ModelOutput, ANewVersionReplacesTheOldOneWithItsData) {
    copy({{{"w.data", "old"}}, "1"});
    const Model next{{{"w.data", "new"}}, "2"};
    copy(next);
    EXPECT_EQ(read_file(output), next.bytes());
    EXPECT_EQ(read_file(output.parent_path() / "w.data"), "new");
}

TEST_F(ModelOutput, AnotherModelBesideKeepsItsData) {
    copy({{{"w.data", "first"}}, "1"});
    fs::rename(output, output.parent_path() / "first.onnx");
    EXPECT_THAT(error({{{"w.data", "other"}}, "2"}), HasSubstr("is another file"));
    EXPECT_EQ(read_file(output.parent_path() / "w.data"), "first");
}

TEST_F(ModelOutput, AModelLaysNoClaimToAFileThatItsManifestLacks) {
    write_file(output.parent_path() / "Makefile", "the user's");
    EXPECT_NE(error({{{"Makefile", "evil"}}, "1"}, true), "");
    EXPECT_FALSE(fs::exists(output));
    EXPECT_NE(error({{{"Makefile", "evil"}}, "2"}), "");
    EXPECT_EQ(read_file(output.parent_path() / "Makefile"), "the user's");
}

TEST_F(ModelOutput, FollowsNoLink) {
    const fs::path outside = folder.path() / "outside";
    write_file(outside / "w.data", "outside");
    fs::create_directories(output.parent_path());
    fs::create_directory_symlink(outside, output.parent_path() / "sub");
    fs::create_symlink(outside / "w.data", output.parent_path() / "w.data");
    EXPECT_NE(error({{{"sub/w.data", "evil"}}}), "");
    EXPECT_NE(error({{{"sub/new.data", "evil"}}}), "");
    EXPECT_NE(error({{{"w.data", "evil"}}}), "");
    // The name that versions before used for the copy while it was made.
    const fs::path planted = output.parent_path() / (".x.onnx." + std::to_string(getpid()));
    fs::create_symlink(outside / "w.data", planted);
    copy({});
    EXPECT_EQ(read_file(output), Model{}.bytes());
    EXPECT_EQ(read_file(outside / "w.data"), "outside");
    EXPECT_FALSE(fs::exists(outside / "new.data"));
    EXPECT_TRUE(fs::is_symlink(planted));
}

TEST_F(ModelOutput, ACopyIsVerified) {
    WantedModel wanted{"M", 12, {}, false};
    wanted.files.push_back({{"v/m.onnx", sha256_of("model"), 5}, {}, {}});
    write_file(folder.path() / "m.onnx", "other");
    EXPECT_THROW(copy_model(wanted, folder.path() / "m.onnx", output.string()), UserError);
    EXPECT_FALSE(fs::exists(output));
}

TEST_F(ModelOutput, AFolderOrTheNameOfTheDataIsNoOutput) {
    EXPECT_THAT(error({{{"x.onnx", "w"}}}), HasSubstr("has this name"));
    fs::create_directories(output);
    EXPECT_THAT(error({}), HasSubstr("is a directory; name a file"));
}

}  // namespace
}  // namespace onnxhub
