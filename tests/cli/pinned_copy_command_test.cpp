// SPDX-License-Identifier: Apache-2.0
// Bundles and exports of hubs that the user pinned: the pin decides about them too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/acme_hub.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

/// The hub travels from "hub" to a directory on the other side of an air gap.
class PinnedCopies : public testing::Test, protected AcmeHub {
protected:
    PinnedCopies() { EXPECT_EQ(run({"trust", "add", "./hub", "--key", "acme.pub"}).status, 0); }

    fs::path at(const std::string& name) const { return folder_.path() / name; }

    /// A bundle of the hub as it is now, from a computer without a pin.
    std::string bundled(const std::string& name) const {
        fs::copy(hub(), at("elsewhere"), fs::copy_options::recursive);
        const ProgramResult made = run({"bundle", "create", "--from", "elsewhere", "--to", name});
        EXPECT_EQ(made.status, 0) << made.err;
        fs::remove_all(at("elsewhere"));
        return name;
    }

    ProgramResult import(const std::string& bundle, std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"bundle", "import", bundle, "--to", "there"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments);
    }

    void expect_refused(const ProgramResult& result, const std::string& message) const {
        EXPECT_EQ(result.status, 2) << message;
        EXPECT_EQ(result.out, "");
        EXPECT_EQ(result.err, "onnxhub: error: " + message + "\n");
        EXPECT_FALSE(fs::exists(at("there")));
        for (const auto& entry : fs::directory_iterator(folder_.path())) {
            EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("import")));
        }
    }
};

TEST_F(PinnedCopies, AnHonestBundleIsImportedAndLoaded) {
    publish("MNIST", 2);
    const ProgramResult imported = import(bundled("b.tar"));
    EXPECT_EQ(imported.status, 0) << imported.err;
    EXPECT_THAT(
        imported.err,
        HasSubstr("verified: the manifest has a valid signature by the keys of " + hub().string()));
    EXPECT_THAT(imported.err, Not(HasSubstr("not checked")));
    EXPECT_EQ(run({"load", "MNIST", "--hub", "./there", "--offline"}).status, 0);
}

TEST_F(PinnedCopies, ABundleThatThePinRefusesIsNotImported) {
    publish("evil", 2, seconds_of_a_day, 5);
    HubRoot forged = sample_root();
    forged.roots = forged.releases = role_of({5});
    write_file(hub() / root_path(1), sign_root(forged, pool_keys({5})));
    expect_refused(
        import(bundled("key.tar")),
        "key.tar: the statement has signatures by 0 of the 1 release keys of root 1 that it "
        "needs; its owner must sign again with `onnxhub sign`, or add signatures with `onnxhub "
        "sign "
        "--cosign`");
}

TEST_F(PinnedCopies, AnOlderBundleIsNotImported) {
    const std::string old = bundled("old.tar");
    publish("MNIST", 2);
    ASSERT_EQ(import(bundled("new.tar")).status, 0);  // the pin learns the version
    fs::remove_all(at("there"));
    expect_refused(import(old),
                   "old.tar: the statement has version 1, older than version 2 that was seen "
                   "before; its owner must publish the newest one");
}

TEST_F(PinnedCopies, AnExpiredBundleNeedsAPinThatAllowsIt) {
    publish("MNIST", 2, -3600);
    const std::string expired = bundled("expired.tar");
    EXPECT_THAT(import(expired).err, HasSubstr("expired.tar: the statement expired on "));
    EXPECT_FALSE(fs::exists(at("there")));
    ASSERT_EQ(run({"trust", "remove", "./hub"}).status, 0);
    ASSERT_EQ(run({"trust", "add", "./hub", "--key", "acme.pub", "--allow-expired"}).status, 0);
    EXPECT_EQ(import(expired).status, 0);
}

TEST_F(PinnedCopies, ABundleWithoutItsStatementIsRefusedForTheNamedHub) {
    fs::remove(hub() / hub_statement_name);
    const std::string bundle = bundled("b.tar");
    const std::string refusal =
        "b.tar: has no ONNX_HUB_MANIFEST.json.sig, although " + hub().string() +
        " is pinned as signed; make the bundle of all models of the signed hub";
    expect_refused(import(bundle, {"--hub", "./hub"}), refusal);
    // A pin of the directory decides too.
    fs::rename(hub(), at("other"));
    const ProgramResult place = run({"bundle", "import", bundle, "--to", "hub"});
    EXPECT_EQ(place.err, "onnxhub: error: " + refusal + "\n");
    EXPECT_FALSE(fs::exists(hub()));
    // Nothing shows which hub it is of, which is reported.
    const ProgramResult unknown = import(bundle);
    EXPECT_EQ(unknown.status, 0);
    EXPECT_THAT(unknown.err, HasSubstr("b.tar: is not signed, so no pin was asked"));
}

TEST_F(PinnedCopies, AnAlteredStatementIsRefusedWithoutAName) {
    const std::string bundle = bundled("b.tar");
    import(bundle);
    const std::string statement = read_file(at("there") / hub_statement_name);
    fs::remove_all(at("there"));
    std::string bytes = read_file(at(bundle));
    const std::string sum = to_hex(sha256_of(statement));
    std::string cut = statement;
    cut[cut.rfind('}')] = ' ';
    bytes.replace(bytes.find(statement), statement.size(), cut);
    bytes.replace(bytes.find(sum), sum.size(), to_hex(sha256_of(cut)));
    write_file(at("cut.tar"), bytes);
    ASSERT_EQ(run({"bundle", "verify", "cut.tar"}).status, 0);
    const ProgramResult refused = import("cut.tar");
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("onnxhub: error: cut.tar: the hub statement is not JSON ("));
    EXPECT_FALSE(fs::exists(at("there")));
}

TEST_F(PinnedCopies, ABundleOfAnotherHubIsRefusedForTheNamedHub) {
    ASSERT_EQ(run({"trust", "remove", "./hub"}).status, 0);
    const std::string bundle = bundled("b.tar");
    const ProgramResult unpinned = import(bundle, {"--hub", "./hub"});
    EXPECT_EQ(unpinned.err,
              "onnxhub: error: ./hub: is not pinned; pin it with `onnxhub trust add`, or leave out "
              "--hub\n");
    const ProgramResult unknown = import(bundle);
    EXPECT_EQ(unknown.status, 0);
    EXPECT_THAT(unknown.err, HasSubstr("b.tar: is signed as \"acme/models\", which is not pinned "
                                       "here, so its signature was not checked"));
}

TEST_F(PinnedCopies, OnlyAnAcceptedManifestIsBundledAndExported) {
    for (const std::vector<std::string>& command :
         {std::vector<std::string>{"bundle", "create", "--from", "hub", "--to", "b.tar"},
          {"export", "hub", "--to", "site"}}) {
        publish("MNIST", 1);
        const ProgramResult made = run(command);
        EXPECT_EQ(made.status, 0) << made.err;
        fs::remove_all(at(command.back()));
        publish("evil", 2, seconds_of_a_day, 5);
        const ProgramResult refused = run(command);
        EXPECT_EQ(refused.status, 2);
        EXPECT_THAT(refused.err, HasSubstr("signatures by 0 of the 1 release keys of root 1"));
        EXPECT_FALSE(fs::exists(at(command.back())));
    }
}

}  // namespace
}  // namespace onnxhub::test
