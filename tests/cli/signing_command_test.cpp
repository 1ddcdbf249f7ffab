// SPDX-License-Identifier: Apache-2.0
// `onnxhub key`, `sign` and `verify`, as a user's shell runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "repository/lfs_pointer.h"
#include "tests/support/hub_builder.h"
#include "tests/support/hub_files.h"
#include "tests/support/program.h"
#include "tests/support/signing_certificates.h"
#include "trust/model_signature.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class SigningCommands : public testing::Test {
protected:
    SigningCommands() {
        const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
        folder_ = fs::path(testing::TempDir()) / ("signing-" + name);
        fs::remove_all(folder_);
        fs::create_directories(folder_ / "m/d");
        write("m/a.onnx", "a");
        write("m/d/b.bin", "b");
    }
    ~SigningCommands() override { fs::remove_all(folder_); }

    test::ProgramResult run(const std::vector<std::string>& arguments) const {
        return test::run_onnxhub(arguments, folder_);
    }
    test::ProgramResult git(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"git", "-c", "user.name=t", "-c", "user.email=t@t"});
        return test::run_command(arguments, folder_);
    }

    void write(const std::string& path, const std::string& text) const {
        fs::create_directories((folder_ / path).parent_path());
        std::ofstream(folder_ / path, std::ios::binary) << text;
    }
    std::string read(const std::string& path) const {
        std::ifstream file(folder_ / path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    /// Writes key.pem and key.pub.
    void create_key() const {
        const auto result = run({"key", "create", "--output", "key.pem"});
        ASSERT_EQ(result.status, 0) << result.err;
        write("key.pub", result.out);
    }

    test::ProgramResult verify(std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"verify",      "m",     "--signature",
                                           "m/model.sig", "--key", "key.pub"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments);
    }

    fs::path folder_;
};

TEST_F(SigningCommands, KeysAreWrittenForTheirUserAlone) {
    create_key();
    struct stat status {};
    ASSERT_EQ(stat((folder_ / "key.pem").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_THAT(read("key.pem"), StartsWith("-----BEGIN PRIVATE KEY-----\n"));
    EXPECT_THAT(read("key.pub"), StartsWith("type: p256\n"));
    const auto shown = run({"key", "show", "key.pem"});
    EXPECT_EQ(shown.out, read("key.pub"));
    EXPECT_EQ(run({"key", "show", "key.pub"}).out, read("key.pub"));

    const std::string before = read("key.pem");
    const auto again = run({"key", "create", "--output", "key.pem"});
    EXPECT_EQ(again.status, 2);
    EXPECT_EQ(again.out, "");
    EXPECT_EQ(read("key.pem"), before);
}

TEST_F(SigningCommands, WrongUsesOfKeysAreOneLine) {
    EXPECT_EQ(run({"key", "create", "--output", "x", "--type", "rsa"}).status, 2);
    EXPECT_EQ(run({"key", "create"}).status, 2);
    EXPECT_EQ(run({"key", "show", "m/a.onnx"}).err,
              "onnxhub: error: m/a.onnx: is not a public key in PEM (\"-----BEGIN PUBLIC "
              "KEY-----\"); write it with `onnxhub key show`\n");
    EXPECT_THAT(run({"key", "create", "--output", "x", "--passphrase"}).err,
                HasSubstr("--passphrase needs one"));
    EXPECT_FALSE(fs::exists(folder_ / "x"));
    EXPECT_EQ(run({"sign", "--folder", "m"}).err,
              "onnxhub: error: command line: no key to sign with; name its file with --key, or set "
              "ONNXHUB_SIGNING_KEY to its text\n");
    EXPECT_EQ(run({"sign", "m", "--key", "key.pem"}).status, 2);
    EXPECT_EQ(run({"verify", "m", "--signature", "m/model.sig"}).status, 2);
}

TEST_F(SigningCommands, AFolderIsSignedAndEachDifferenceIsNamed) {
    create_key();
    const auto result = run({"sign", "--folder", "m", "--key", "key.pem"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "m/model.sig\n");
    EXPECT_EQ(verify().status, 0);

    write("m/d/b.bin", "B");
    write("m/new", "");
    fs::remove(folder_ / "m/a.onnx");
    const auto differences = verify();
    EXPECT_EQ(differences.status, 1);
    EXPECT_EQ(differences.out, "missing: a.onnx\nchanged: d/b.bin\nnot signed: new\n");
    EXPECT_EQ(differences.err, "onnxhub: error: m: 3 files differ from what m/model.sig signs\n");
}

TEST_F(SigningCommands, IgnoredPathsAreGivenFromHereOrFromTheFolder) {
    create_key();
    write("m/x/one", "");
    write("m/y/two", "");
    ASSERT_EQ(
        run({"sign", "--folder", "m", "--key", "key.pem", "--ignore-paths", "m/x", "y/"}).status,
        0);
    EXPECT_EQ(verify().status, 0);
    write("m/x/three", "");
    EXPECT_EQ(verify().status, 0);
    write("m/z/four", "");
    EXPECT_EQ(verify().out, "not signed: z/four\n");
    EXPECT_EQ(verify({"--ignore-paths", "m/z"}).status, 0);
    EXPECT_EQ(verify({"--ignore-unsigned-files"}).status, 0);
}

/// Sets a variable of this process, which programs inherit.
class Variable {
public:
    Variable(const char* name, const std::string& value) : name_(name) {
        setenv(name, value.c_str(), 1);
    }
    ~Variable() { unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    const char* name_;
};

TEST_F(SigningCommands, KeyAndPassphraseMayComeFromTheEnvironment) {
    {
        const Variable passphrase("ONNXHUB_KEY_PASSPHRASE", "open sesame");
        const auto result = run({"key", "create", "--output", "key.pem", "--passphrase"});
        ASSERT_EQ(result.status, 0) << result.err;
        write("key.pub", result.out);
    }
    EXPECT_THAT(read("key.pem"), StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    const Variable key("ONNXHUB_SIGNING_KEY", read("key.pem"));
    const auto without = run({"sign", "--folder", "m"});
    EXPECT_EQ(without.status, 2);
    EXPECT_THAT(without.err, HasSubstr("ONNXHUB_SIGNING_KEY: is encrypted"));
    const Variable passphrase("ONNXHUB_KEY_PASSPHRASE", "open sesame");
    ASSERT_EQ(run({"sign", "--folder", "m"}).status, 0);
    EXPECT_EQ(verify().status, 0);
}

TEST_F(SigningCommands, SymbolicLinksAreNotSigned) {
    create_key();
    fs::create_symlink("a.onnx", folder_ / "m/link");
    const auto result = run({"sign", "--folder", "m", "--key", "key.pem"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("link: can't be signed, it is a symbolic link"));
    EXPECT_FALSE(fs::exists(folder_ / "m/model.sig"));
    fs::remove(folder_ / "m/link");
    ASSERT_EQ(run({"sign", "--folder", "m", "--key", "key.pem"}).status, 0);
    // A folder behind a link has the same files, and is another folder.
    fs::rename(folder_ / "m/d", folder_ / "d");
    fs::create_directory_symlink("../d", folder_ / "m/d");
    EXPECT_EQ(verify().out, "not signed: d\nnot checked: d/b.bin: is behind a symbolic link\n");
}

TEST_F(SigningCommands, OtherKeysAndAlteredSignaturesAreUnusable) {
    create_key();
    ASSERT_EQ(run({"sign", "--folder", "m", "--key", "key.pem"}).status, 0);
    const auto other = run({"key", "create", "--output", "other.pem"});
    write("other.pub", other.out);
    const auto refused = run({"verify", "m", "--signature", "m/model.sig", "--key", "other.pub"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err,
                StartsWith("onnxhub: error: m/model.sig: is signed with another key, "));
    write("m/model.sig", "{}");
    EXPECT_EQ(verify().status, 2);
    EXPECT_EQ(verify().err, "onnxhub: error: m/model.sig: the bundle: mediaType is missing\n");
    fs::remove(folder_ / "m/model.sig");
    EXPECT_EQ(verify().status, 2);
}

TEST_F(SigningCommands, CertificatesAreFollowedToARoot) {
    const auto made = test::make_signing_certificates({.first_day = -9, .last_day = -3});
    write("key.pem", made.key);
    write("chain.pem", made.chain[0] + made.chain[1]);
    write("root.pem", made.root);
    const auto result =
        run({"sign", "--folder", "m", "--key", "key.pem", "--certificate-chain", "chain.pem"});
    ASSERT_EQ(result.status, 0) << result.err;
    const std::vector<std::string> verifying{
        "verify", "m", "--signature", "m/model.sig", "--certificate-chain", "root.pem"};
    EXPECT_EQ(run(verifying).status, 0);
    auto strict = verifying;
    strict.emplace_back("--strict-time");
    const auto expired = run(strict);
    EXPECT_EQ(expired.status, 2);
    EXPECT_THAT(expired.err, HasSubstr("certificate has expired"));
    write("chain.pem", made.chain[1]);
    EXPECT_THAT(
        run({"sign", "--folder", "m", "--key", "key.pem", "--certificate-chain", "chain.pem"}).err,
        HasSubstr("chain.pem: its first certificate has another key"));
}

TEST_F(SigningCommands, PointersStandForTheirContentInARepository) {
    create_key();
    ASSERT_EQ(run({"sign", "--folder", "m", "--key", "key.pem"}).status, 0);
    write("m/a.onnx", lfs_pointer_text(sha256_of("a"), 1));
    EXPECT_EQ(verify().out, "changed: a.onnx\n");
    ASSERT_EQ(git({"init", "-q", "."}).status, 0);
    const auto result = verify();
    EXPECT_EQ(result.status, 0) << result.out;
    EXPECT_THAT(result.err, HasSubstr("1 of the files are Git LFS pointers"));
    write("m/a.onnx", lfs_pointer_text(sha256_of("x"), 1));
    EXPECT_EQ(verify().out, "changed: a.onnx\n");
}

class HubSigningCommands : public SigningCommands {
protected:
    void SetUp() override {
        create_key();
        test::HubBuilder hub;
        hub.model("vision/mnist", "MNIST", "mnist-12.onnx", test::small_model());
        hub.model("vision/resnet", "ResNet", "resnet-7.onnx",
                  lfs_pointer_text(sha256_of("resnet"), 6));
        for (const auto& [path, text] : hub.files()) write("hub/" + path, text);
        hub.tree();  // READMEs
        for (const std::string& path : hub.tree().list()) {
            const auto source = hub.tree().open(path);
            write("hub/" + path, read_whole(*source, 1 << 20, path));
        }
    }

    test::ProgramResult sign(std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"sign", "hub", "--models", "--key", "key.pem"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments);
    }

    const std::string mnist = "vision/mnist/mnist-12.onnx.sig";
    const std::string resnet = "vision/resnet/resnet-7.onnx.sig";
};

TEST_F(HubSigningCommands, EachModelHasASignatureBesideIt) {
    const auto result = sign();
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, mnist + "\n" + resnet + "\n");
    const auto checked = run({"verify", "hub/vision/mnist", "--signature", "hub/" + mnist, "--key",
                              "key.pub", "--ignore-unsigned-files"});
    EXPECT_EQ(checked.status, 0) << checked.err;
    const auto statement = read_unverified_statement(read("hub/" + resnet));
    const auto& signed_model = std::get<ModelStatement>(statement);
    ASSERT_EQ(signed_model.resources.size(), 1u);
    EXPECT_EQ(signed_model.name, "resnet");
    EXPECT_EQ(signed_model.resources[0].path, "resnet-7.onnx");
    EXPECT_EQ(signed_model.resources[0].digest, sha256_of("resnet"));
}

TEST_F(HubSigningCommands, CorrectSignaturesAreKept) {
    ASSERT_EQ(sign().status, 0);
    const std::string before = read("hub/" + mnist);
    const auto again = sign();
    EXPECT_EQ(again.status, 0);
    EXPECT_EQ(again.out, "");
    write("hub/vision/resnet/resnet-7.onnx", lfs_pointer_text(sha256_of("other"), 5));
    EXPECT_EQ(sign().out, resnet + "\n");
    EXPECT_EQ(read("hub/" + mnist), before);
    ASSERT_EQ(run({"key", "create", "--output", "new.pem"}).status, 0);
    EXPECT_EQ(run({"sign", "hub", "--models", "--key", "new.pem"}).out,
              mnist + "\n" + resnet + "\n");
}

TEST_F(HubSigningCommands, SomeModelsMayBeNamed) {
    EXPECT_EQ(sign({"--only", "ResNet"}).out, resnet + "\n");
    EXPECT_EQ(sign({"--only", "vision/mnist/mnist-12.onnx"}).out, mnist + "\n");
    const auto unknown = sign({"--only", "nothing"});
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.err, HasSubstr("has no model \"nothing\""));
}

TEST_F(HubSigningCommands, ABareCloneIsSignedIntoAnotherFolder) {
    ASSERT_EQ(git({"init", "-q", "hub"}).status, 0);
    ASSERT_EQ(git({"-C", "hub", "add", "-A"}).status, 0);
    ASSERT_EQ(git({"-C", "hub", "commit", "-qm", "models"}).status, 0);
    ASSERT_EQ(git({"clone", "-q", "--bare", "hub", "hub.git"}).status, 0);
    const std::vector<std::string> signing{"sign", "hub.git", "--models", "--key", "key.pem"};
    const auto refused = run(signing);
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("--output DIR"));
    auto with_output = signing;
    with_output.insert(with_output.end(), {"--output", "signatures"});
    const auto result = run(with_output);
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, mnist + "\n" + resnet + "\n");
    EXPECT_TRUE(fs::exists(folder_ / "signatures" / resnet));
}

/// Pointers alone have no graphs, so that the manifest says which external data a model has.
TEST_F(SigningCommands, ExternalDataOfPointersIsThatOfTheManifest) {
    create_key();
    const test::HubFiles hub = test::healthy_hub();
    for (const auto& [path, text] : hub.files) write("hub/" + path, text);
    const std::vector<std::string> signing{"sign",    "hub",    "--models", "--key",
                                           "key.pem", "--only", "Large"};
    auto result = run(signing);
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, Not(HasSubstr("external data")));
    const auto paths = [&] {
        const auto statement = read_unverified_statement(read("hub/text/large/large.onnx.sig"));
        std::vector<std::string> found;
        for (const auto& resource : std::get<ModelStatement>(statement).resources) {
            found.push_back(resource.path);
        }
        return found;
    };
    EXPECT_THAT(paths(), ElementsAre("large.data", "large.onnx"));
    // Without the manifest nothing names the file. The command reports that.
    fs::remove(folder_ / "hub/ONNX_HUB_MANIFEST.json");
    result = run(signing);
    ASSERT_EQ(result.status, 0);
    EXPECT_THAT(result.err, HasSubstr("the signature covers no external data that it may have"));
    EXPECT_THAT(paths(), ElementsAre("large.onnx"));
}

TEST_F(HubSigningCommands, AnAddedModelIsSigned) {
    write("new.onnx", test::small_model(7));
    const auto result =
        run({"add", "new.onnx", "hub", "--class", "vision/mnist", "--sign", "--key", "key.pem"});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("vision/mnist/model/new.onnx.sig\n"));
    const auto checked =
        run({"verify", "hub/vision/mnist/model", "--signature",
             "hub/vision/mnist/model/new.onnx.sig", "--key", "key.pub", "--ignore-unsigned-files"});
    EXPECT_EQ(checked.status, 0) << checked.err;
    EXPECT_EQ(run({"add", "new.onnx", "hub", "--class", "vision/mnist", "--key", "key.pem"}).status,
              2);
    const auto without_key = run({"add", "new.onnx", "hub", "--class", "vision/mnist", "--sign"});
    EXPECT_EQ(without_key.status, 2);
    EXPECT_THAT(without_key.err, HasSubstr("no key to sign with"));
}

TEST_F(HubSigningCommands, AClientMayRequireSignatures) {
    ASSERT_EQ(run({"generate", "hub", "-q"}).status, 0);
    write("other.pub", run({"key", "create", "--output", "other.pem"}).out);
    const std::vector<std::string> loading{"load", "MNIST", "--hub", "./hub", "--cache", "cache"};
    const auto required = [&](const char* key) {
        auto arguments = loading;
        arguments.insert(arguments.end(), {"--require-model-signature", key});
        return run(arguments);
    };
    EXPECT_THAT(required("key.pub").err, HasSubstr("the hub has no signature of it"));
    ASSERT_EQ(sign().status, 0);
    EXPECT_EQ(required("key.pub").status, 0) << required("key.pub").err;
    EXPECT_EQ(required("other.pub").status, 2);
}

TEST_F(HubSigningCommands, AModelThatCannotBeDescribedIsReported) {
    write("hub/vision/mnist/mnist-12.onnx", "no model");
    const auto result = sign();
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.out, resnet + "\n");
    EXPECT_THAT(result.err, HasSubstr("vision/mnist/mnist-12.onnx"));
}

}  // namespace
}  // namespace onnxhub
