// SPDX-License-Identifier: Apache-2.0
// `onnxhub init`: which folders it rejects, and which existing models it adopts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "repository/lfs_pointer.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

class Init : public testing::Test {
protected:
    ProgramResult init(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(),
                         {"env", "HOME=" + folder.path().string(), onnxhub_program(), "init"});
        return run_command(arguments, folder.path());
    }

    std::string model() {
        return ModelBuilder().input("x", {4}).node("Relu", {"x"}, {"y"}).output("y", {4}).bytes();
    }

    /// Names of the manifest's entries by path.
    std::map<std::string, std::string> names() {
        std::map<std::string, std::string> names;
        for (const auto& entry : nlohmann::json::parse(read_file(hub / "ONNX_HUB_MANIFEST.json"))) {
            names[entry["model_path"]] = entry["model"];
        }
        return names;
    }

    void expect_valid() {
        const ProgramResult result =
            run_onnxhub({"validate", "hub", "--fail-on", "warning"}, folder.path());
        EXPECT_EQ(result.status, 0) << result.out << result.err;
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
};

TEST_F(Init, TextsThatWouldBreakTheTemplatesAreRefused) {
    for (const char* option : {"--name", "--owner", "--repository", "--licence"}) {
        for (const char* text : {"", "  ", "a\nb", "a\rb"}) {
            std::vector<std::string> arguments = {"hub", option, text};
            if (option == std::string("--repository")) {
                arguments.insert(arguments.end(), {"--owner", "team"});
            }
            const ProgramResult result = init(arguments);
            EXPECT_EQ(result.status, 2) << option;
            EXPECT_THAT(result.err, HasSubstr(std::string(option) + ": the text "));
            EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
            EXPECT_FALSE(fs::exists(hub));
        }
    }
}

TEST_F(Init, GitsOwnFoldersAreNoHubs) {
    ASSERT_EQ(run_command({"git", "init", "-q", "--bare", "bare"}, folder.path()).status, 0);
    ASSERT_EQ(run_command({"git", "init", "-q", "tree"}, folder.path()).status, 0);
    for (const char* place : {"bare", "bare/objects", "bare/new", "tree/.git", "tree/.git/new"}) {
        const ProgramResult result = init({place});
        EXPECT_EQ(result.status, 2) << place;
        EXPECT_THAT(result.err, HasSubstr(std::string(place) + ": is inside a bare repository"));
        EXPECT_FALSE(fs::exists(folder.path() / place / "README.md"));
    }
    EXPECT_EQ(init({"tree"}).status, 0);
}

TEST_F(Init, AdoptsModelsAtTheTop) {
    write_file(hub / "model.onnx", model());
    write_file(hub / "model/m.onnx", model());
    write_file(hub / "README.md", "---\nlicense: mit\n---\n# Card\n");
    const ProgramResult adopted = init({"hub", "--adopt", "--tables"});
    EXPECT_EQ(adopted.status, 0) << adopted.err;
    EXPECT_THAT(names(),
                UnorderedElementsAre(Pair("model.onnx", "model"), Pair("model/m.onnx", "m")));
    EXPECT_THAT(read_file(hub / "README.md"),
                AllOf(testing::StartsWith("---\nlicense: mit\n---\n# Card\n"),
                      HasSubstr("| [Models](.) |")));
    expect_valid();
    const std::string readme = read_file(hub / "README.md");
    EXPECT_EQ(init({"hub", "--adopt", "--tables"}).status, 0);
    EXPECT_EQ(read_file(hub / "README.md"), readme);
}

TEST_F(Init, AdoptNamesModelsAfterFoldersThatTellThemApart) {
    for (const char* path : {"bert/onnx/model.onnx", "gpt/onnx/model.onnx", "gpt/onnx/int8.onnx",
                             "bert/onnx/decoder.onnx", "gpt/onnx/decoder.onnx",
                             "a/net/model/net.onnx", "b/net/model/net.onnx"}) {
        write_file(hub / path, model());
    }
    const ProgramResult adopted = init({"hub", "--adopt", "--tables"});
    EXPECT_EQ(adopted.status, 0) << adopted.err;
    EXPECT_THAT(names(), UnorderedElementsAre(Pair("bert/onnx/model.onnx", "bert"),
                                              Pair("gpt/onnx/model.onnx", "gpt"),
                                              Pair("gpt/onnx/int8.onnx", "int8"),
                                              Pair("bert/onnx/decoder.onnx", "bert-decoder"),
                                              Pair("gpt/onnx/decoder.onnx", "gpt-decoder"),
                                              Pair("a/net/model/net.onnx", "net-net"),
                                              Pair("b/net/model/net.onnx", "b-net-net")));
    expect_valid();
}

TEST_F(Init, AdoptPassesByWhatIsNoPartOfTheHub) {
    write_file(folder.path() / "blob.onnx", model());
    write_file(hub / "good/g.onnx", model());
    write_file(hub / "node_modules/x/one.onnx", model());
    write_file(hub / "node_modules/two.onnx", model());
    write_file(hub / ".venv/lib/t.onnx", model());
    write_file(hub / "good/.hid.onnx", model());
    fs::create_symlink(folder.path() / "blob.onnx", hub / "good/link.onnx");
    fs::create_symlink("g.onnx", hub / "good/inner.onnx");
    fs::create_directory_symlink(hub / "good", hub / "linked");
    const std::string bytes = model();
    write_file(hub / "far/p.onnx", lfs_pointer_text(sha256_of(bytes), bytes.size()));
    const ProgramResult adopted = init({"hub", "--adopt", "--tables"});
    EXPECT_EQ(adopted.status, 1);
    EXPECT_THAT(names(), UnorderedElementsAre(Pair("good/g.onnx", "g")));
    EXPECT_THAT(adopted.err,
                AllOf(HasSubstr("skipped node_modules: 2 .onnx files in it; "),
                      HasSubstr("skipped .venv: 1 .onnx file in it; "),
                      HasSubstr("skipped good/link.onnx: is a symbolic link; "),
                      HasSubstr("skipped good/inner.onnx: is a symbolic link; "),
                      HasSubstr("skipped good/.hid.onnx: "),
                      HasSubstr("skipped far/p.onnx: is a Git LFS pointer, its content is not "
                                "available locally; run `git lfs pull`"),
                      Not(HasSubstr("linked/"))));
    EXPECT_FALSE(fs::exists(hub / "far/README.md"));
    EXPECT_FALSE(fs::exists(hub / "good/model"));
    expect_valid();
}

}  // namespace
}  // namespace onnxhub::test
