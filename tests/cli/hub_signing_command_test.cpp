// SPDX-License-Identifier: Apache-2.0
// `onnxhub sign` and `verify` of whole hubs, as a user's shell runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/digest.h"
#include "tests/support/http_server.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class WholeHubSigning : public testing::Test {
protected:
    WholeHubSigning() {
        const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
        folder_ = fs::path(testing::TempDir()) / ("hub-signing-" + name);
        fs::remove_all(folder_);
        fs::create_directories(folder_ / "hub");
        write("hub/ONNX_HUB_MANIFEST.json", "[]");
        for (const char* key : {"a", "b", "c"}) {
            write(std::string(key) + ".pub",
                  run({"key", "create", "--output", std::string(key) + ".pem"}).out);
        }
    }
    ~WholeHubSigning() override { fs::remove_all(folder_); }

    test::ProgramResult run(const std::vector<std::string>& arguments) const {
        return test::run_onnxhub(arguments, folder_);
    }
    test::ProgramResult sign(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"sign", "hub"});
        return run(arguments);
    }
    void git(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"git", "-c", "user.name=t", "-c", "user.email=t@t"});
        const auto result = test::run_command(arguments, folder_ / "hub");
        ASSERT_EQ(result.status, 0) << result.err;
    }
    void start() const {
        ASSERT_EQ(sign({"--init", "--hub", "acme/models", "--key", "a.pem"}).status, 0);
        const auto result = sign({"--key", "a.pem"});
        ASSERT_EQ(result.status, 0) << result.err;
        ASSERT_EQ(result.out, "ONNX_HUB_MANIFEST.json.sig\n");
    }

    void write(const std::string& path, const std::string& text) const {
        std::ofstream(folder_ / path, std::ios::binary) << text;
    }
    std::string read(const std::string& path) const {
        std::ifstream file(folder_ / path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    fs::path folder_;
};

TEST_F(WholeHubSigning, AHubIsSignedAndVerified) {
    start();
    const auto unknown = run({"verify", "hub"});
    EXPECT_EQ(unknown.status, 0) << unknown.err;
    EXPECT_THAT(unknown.out, HasSubstr("hub: acme/models\nversion: 1\n"));
    EXPECT_THAT(unknown.err, HasSubstr("nothing says that these are the owner's keys"));
    const auto by_key = run({"verify", "hub", "--key", "a.pub"});
    EXPECT_EQ(by_key.status, 0) << by_key.err;
    EXPECT_EQ(by_key.err, "onnxhub: verified: the manifest is the signed one\n");
    EXPECT_EQ(run({"verify", "hub", "--root", "hub/ONNX_HUB_TRUST/root-1.json"}).status, 0);
    EXPECT_THAT(run({"verify", "hub", "--key", "b.pub"}).err,
                HasSubstr("is not a root key in root 1 of the hub; compare it with its owner"));
    EXPECT_EQ(sign({"--key", "a.pem", "--expires", "12h"}).status, 0);
    EXPECT_THAT(run({"verify", "hub"}).out, HasSubstr("version: 2\n"));

    write("hub/ONNX_HUB_MANIFEST.json", "[ ]");
    const auto changed = run({"verify", "hub", "--key", "a.pub"});
    EXPECT_EQ(changed.status, 2);
    EXPECT_EQ(changed.out, "");
    EXPECT_EQ(changed.err,
              "onnxhub: error: hub: the manifest is not the one that was signed (version 2); its "
              "owner must restore it, or sign again with `onnxhub sign`\n");
}

TEST_F(WholeHubSigning, NothingIsWrittenForHubsThatCannotBeSigned) {
    EXPECT_THAT(sign({"--key", "a.pem"}).err, HasSubstr("create it with `onnxhub sign --init"));
    start();
    const std::string before = read("hub/ONNX_HUB_MANIFEST.json.sig");
    EXPECT_THAT(sign({"--key", "b.pem"}).err, HasSubstr("is not a release key of root 1"));
    EXPECT_THAT(sign({"--init", "--hub", "x", "--key", "a.pem"}).err,
                HasSubstr("root-1.json: exists, so the hub is signed already"));
    write("hub/ONNX_HUB_MANIFEST.json", "{}");
    EXPECT_EQ(sign({"--key", "a.pem"}).status, 2);
    fs::remove(folder_ / "hub/ONNX_HUB_MANIFEST.json");
    EXPECT_THAT(sign({"--key", "a.pem"}).err,
                HasSubstr("does not exist, so there is nothing to sign"));
    EXPECT_EQ(read("hub/ONNX_HUB_MANIFEST.json.sig"), before);
}

TEST_F(WholeHubSigning, TwoHoldersSignTogether) {
    start();
    const auto root = sign({"--root", "--add-root-key", "b.pub", "--add-release-key", "b.pub",
                            "--threshold", "2", "--release-threshold", "2", "--key", "a.pem"});
    EXPECT_EQ(root.status, 0) << root.err;
    EXPECT_THAT(root.err, HasSubstr("needs 1 more signature by a root key of root 2"));
    const auto cosigned = sign({"--root", "--cosign", "--key", "b.pem"});
    EXPECT_EQ(cosigned.out, "ONNX_HUB_TRUST/root-2.json\n");
    EXPECT_THAT(cosigned.err, HasSubstr("root 2 is complete; sign the hub with `onnxhub sign`"));

    EXPECT_THAT(sign({"--key", "a.pem"}).err,
                HasSubstr("needs 1 more signature by a release key of root 2"));
    EXPECT_EQ(run({"verify", "hub", "--key", "a.pub"}).status, 2);
    EXPECT_EQ(sign({"--cosign", "--key", "b.pem"}).status, 0);
    const auto verified = run({"verify", "hub", "--key", "a.pub"});
    EXPECT_EQ(verified.status, 0) << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("version: 2\n"));
    // Cosigning again changes nothing.
    const std::string before = read("hub/ONNX_HUB_MANIFEST.json.sig");
    EXPECT_EQ(sign({"--cosign", "--key", "b.pem"}).status, 0);
    EXPECT_EQ(read("hub/ONNX_HUB_MANIFEST.json.sig"), before);
    EXPECT_EQ(sign({"--key", "a.pem", "--key", "b.pem"}).status, 0);
    EXPECT_THAT(run({"verify", "hub", "--key", "a.pub"}).out, HasSubstr("version: 3\n"));
}

TEST_F(WholeHubSigning, ALostKeyIsReplacedByItsId) {
    start();
    const std::string text = read("a.pub");
    const std::size_t begin = text.find("id:   ") + 6;
    const std::string id = text.substr(begin, 16);
    EXPECT_EQ(
        sign({"--root", "--key", "a.pem", "--add-release-key", "c.pub", "--remove-release-key", id})
            .status,
        0);
    EXPECT_EQ(sign({"--key", "a.pem"}).status, 2);
    EXPECT_EQ(sign({"--key", "c.pem"}).status, 0);
    EXPECT_EQ(run({"verify", "hub", "--key", "a.pub"}).status, 0);
}

TEST_F(WholeHubSigning, RevisionsAreSignedIntoAnotherDirectory) {
    git({"init", "-q", "-b", "release", "."});
    start();
    git({"add", "-A"});
    git({"commit", "-qm", "x"});
    ASSERT_EQ(test::run_command({"git", "clone", "-q", "--bare", "hub", "hub.git"}, folder_).status,
              0);
    EXPECT_THAT(run({"sign", "hub.git:release", "--key", "a.pem"}).err,
                HasSubstr("write the statement to a directory with --output DIR"));
    const auto result = run({"sign", "hub.git:release", "--key", "a.pem", "-o", "out"});
    EXPECT_EQ(result.out, "out/ONNX_HUB_MANIFEST.json.sig\n");
    const auto verified = run({"verify", "hub.git:release", "--key", "a.pub", "--content"});
    EXPECT_EQ(verified.status, 0) << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("version: 1\nbranch: release\n"));
    // The next one in the same directory has the next version.
    EXPECT_THAT(run({"sign", "hub.git:release", "--key", "a.pem", "-o", "out"}).err,
                HasSubstr("version 3 of acme/models"));
    EXPECT_EQ(sign({"--key", "a.pem", "--no-branch"}).status, 0);
    EXPECT_THAT(run({"verify", "hub"}).out, Not(HasSubstr("branch:")));
    EXPECT_EQ(sign({"--key", "a.pem", "--branch", "other"}).status, 0);
    EXPECT_THAT(run({"verify", "hub"}).err,
                HasSubstr("is for the branch \"other\" instead of \"release\""));
}

TEST_F(WholeHubSigning, GeneratingWarnsOfAnOldStatement) {
    write("hub/README.md", "# Hub\n\n|Model Class |Reference |Description |\n|-|-|-|\n");
    start();
    EXPECT_THAT(run({"generate", "hub"}).err, Not(HasSubstr("about another manifest")));
    write("hub/ONNX_HUB_MANIFEST.json", "[ ]");
    EXPECT_EQ(sign({"--key", "a.pem"}).status, 0);
    EXPECT_THAT(run({"generate", "hub"}).err,
                HasSubstr("onnxhub: ONNX_HUB_MANIFEST.json.sig is about another manifest; sign the "
                          "hub with `onnxhub sign`\n"));
}

TEST_F(WholeHubSigning, ChangesOfModelsSayThatTheHubMustBeSignedAgain) {
    write("hub/README.md", "# Hub\n\n|Model Class |Reference |Description |\n|-|-|-|\n");
    write("m.onnx",
          test::ModelBuilder().input("x", {2}).node("Relu", {"x"}, {"y"}).output("y", {2}).bytes());
    start();
    const std::string old =
        "ONNX_HUB_MANIFEST.json.sig is about another manifest; sign the hub "
        "with `onnxhub sign`\n";
    const auto added = run({"add", "m.onnx", "hub", "--class", "x"});
    EXPECT_EQ(added.status, 0);
    EXPECT_THAT(added.err, HasSubstr(old));
    EXPECT_EQ(sign({"--key", "a.pem"}).status, 0);
    EXPECT_THAT(run({"rename", "--folder", "hub", "m", "n", "--dry-run"}).err, Not(HasSubstr(old)));
    EXPECT_THAT(run({"rename", "--folder", "hub", "m", "n"}).err, HasSubstr(old));
    EXPECT_EQ(sign({"--key", "a.pem"}).status, 0);
    EXPECT_THAT(run({"remove", "--folder", "hub", "n"}).err, HasSubstr(old));
}

TEST_F(WholeHubSigning, ContentIsComparedWithTheManifest) {
    const std::string sha(64, '0');
    write("hub/a.onnx", "model");
    write(
        "hub/ONNX_HUB_MANIFEST.json",
        R"([{"model":"A","model_path":"a.onnx","onnx_version":"1.9","opset_version":9,"metadata":{)"
        R"("model_sha":")" +
            sha + R"(","model_bytes":5}}])");
    start();
    const auto result = run({"verify", "hub", "--key", "a.pub", "--content"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.out, HasSubstr("changed: a.onnx\n"));
    fs::remove(folder_ / "hub/a.onnx");
    EXPECT_THAT(run({"verify", "hub", "--key", "a.pub", "--content"}).out,
                HasSubstr("missing: a.onnx\n"));
}

TEST_F(WholeHubSigning, ContentIsHashedWhateverGitsIndexSays) {
    const std::string model(2000, 'm');
    const std::string pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:" + to_hex(sha256_of(model)) +
        "\nsize 2000\n";
    git({"init", "-q", "-b", "main", "."});
    write("hub/.gitattributes", "*.onnx filter=fake -text\n");
    write("hub/a.onnx", model);
    write("hub/b.onnx", pointer);
    const auto entry = [&](const std::string& path) {
        return R"({"model":")" + path + R"(","model_path":")" + path +
               R"(","onnx_version":"1.9","opset_version":9,"metadata":{"model_sha":")" +
               to_hex(sha256_of(model)) + R"(","model_bytes":2000}})";
    };
    write("hub/ONNX_HUB_MANIFEST.json", "[" + entry("a.onnx") + "," + entry("b.onnx") + "]");
    start();
    write("pointer", pointer);
    const std::string filter =
        "filter.fake.clean=cat > /dev/null; cat '" + (folder_ / "pointer").string() + "'";
    const auto record = [&] {  // git records the file as unmodified with any content
        fs::last_write_time(folder_ / "hub/a.onnx",
                            fs::file_time_type::clock::now() - std::chrono::hours(1));
        git({"-c", filter, "add", "-A"});
    };
    record();
    const auto good = run({"verify", "hub", "--key", "a.pub", "--content"});
    EXPECT_EQ(good.status, 0) << good.err;
    EXPECT_THAT(good.err, AllOf(HasSubstr("1 of 2 files are only pointers"),
                                HasSubstr("the content of 1 file is the listed one")));
    write("hub/a.onnx", std::string(2000, 'x'));
    record();
    const auto changed = run({"verify", "hub", "--key", "a.pub", "--content"});
    EXPECT_EQ(changed.status, 1);
    EXPECT_THAT(changed.out, HasSubstr("changed: a.onnx\n"));
}

TEST_F(WholeHubSigning, AHubIsVerifiedAtItsUrl) {
    start();
    test::HttpServer server([this](const test::ReceivedRequest& request) {
        const std::string file = "hub" + request.path;
        return fs::is_regular_file(folder_ / file) ? test::Answer{200, read(file)}
                                                   : test::Answer{404};
    });
    const std::string url = server.url("");
    const auto verified = run({"verify", url, "--key", "a.pub"});
    EXPECT_EQ(verified.status, 0) << verified.err;
    EXPECT_THAT(verified.out, HasSubstr("hub: acme/models\n"));
    EXPECT_EQ(run({"verify", url, "--content"}).status, 2);
    fs::remove(folder_ / "hub/ONNX_HUB_MANIFEST.json.sig");
    EXPECT_THAT(run({"verify", url, "--key", "a.pub"}).err,
                HasSubstr("there is no statement; its owner must sign it with `onnxhub sign`"));
}

TEST_F(WholeHubSigning, OptionsThatDoNotBelongTogetherAreRefused) {
    const std::vector<std::vector<std::string>> wrong = {
        {"--init"},
        {"--hub", "x"},
        {"--init", "--hub", "x", "--root"},
        {"--init", "--hub", "x", "--cosign"},
        {"--models", "--root"},
        {"--folder", "--cosign"},
        {"--models", "--expires", "90d"},
        {"--models", "--key", "a.pem", "--key", "b.pem"},
        {"--add-root-key", "b.pub"},
        {"--threshold", "2"},
        {"--root", "--threshold", "0"},
        {"--root", "--threshold", "65"},
        {"--remove-root-key", "0123456789"},
        {"--root", "--cosign", "--add-root-key", "b.pub"},
        {"--root", "-o", "x"},
        {"--branch", "x", "--no-branch"},
        {"--root", "--branch", "x"},
        {"--least-version", "0"},
        {"--expires", "1m"},
        {"--expires", "0d"},
        {"--expires", "3651d"},
        {"--certificate-chain", "a.pub"},
    };
    for (const std::vector<std::string>& arguments : wrong) {
        const auto result = sign(arguments);
        EXPECT_EQ(result.status, 2) << testing::PrintToString(arguments);
        EXPECT_THAT(result.err, HasSubstr("command line: ")) << testing::PrintToString(arguments);
    }
    for (const char* option : {"--ignore-unsigned-files", "--strict-time"}) {
        EXPECT_EQ(run({"verify", "hub", option}).status, 2);
    }
    EXPECT_EQ(run({"verify", "hub", "--key", "a.pub", "--root", "x"}).status, 2);
}

}  // namespace
}  // namespace onnxhub
