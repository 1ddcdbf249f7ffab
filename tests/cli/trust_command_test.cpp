// SPDX-License-Identifier: Apache-2.0
// `onnxhub trust`, as a user's shell runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/utc_time.h"
#include "hosting/client/trust_store.h"
#include "tests/support/acme_hub.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class TrustCommands : public testing::Test, protected AcmeHub {};

TEST_F(TrustCommands, APinByKeyIsEnforcedUntilItIsRemoved) {
    const ProgramResult added = run({"trust", "add", "./hub", "--key", "acme.pub"});
    EXPECT_EQ(added.status, 0) << added.err;
    EXPECT_THAT(added.out, HasSubstr("name: acme/models"));
    EXPECT_THAT(added.out, HasSubstr(pool_key(1).public_key().id()));
    EXPECT_EQ(run({"list", "--hub", "./hub"}).status, 0);

    const ProgramResult listed = run({"trust", "list"});
    EXPECT_THAT(listed.out, HasSubstr("\"acme/models\", root 1, 1 of 1 release keys"));
    EXPECT_THAT(listed.out, HasSubstr("version 1"));
    EXPECT_THAT(run({"trust", "list", "--json"}).out, HasSubstr("\"pinned\": true"));

    write_file(hub() / "ONNX_HUB_MANIFEST.json", "[]");
    const ProgramResult refused = run({"list", "--hub", "./hub"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("the manifest is not the one that was signed"));
    EXPECT_EQ(run({"load", "MNIST", "--hub", "./hub", "--trust"}).status, 2);

    EXPECT_EQ(run({"trust", "remove", "./hub"}).status, 0);
    EXPECT_EQ(run({"list", "--hub", "./hub"}).status, 0);
}

TEST_F(TrustCommands, WrongKeysAndRootsPinNothing) {
    const ProgramResult wrong_key = run({"trust", "add", "./hub", "--key", "other.pub"});
    EXPECT_EQ(wrong_key.status, 2);
    EXPECT_THAT(wrong_key.err, HasSubstr("is not a root key in root 1"));
    write_file(folder_.path() / "root.json", sign_root(sample_root(), pool_keys({5})));
    EXPECT_EQ(run({"trust", "add", "./hub", "--root", "root.json"}).status, 2);
    const ProgramResult unanswered = run({"trust", "add", "./hub"});
    EXPECT_EQ(unanswered.status, 2);
    EXPECT_THAT(unanswered.err, HasSubstr("--root FILE or --key FILE"));
    EXPECT_THAT(run({"trust", "list", "--json"}).out, StartsWith("[]"));
}

TEST_F(TrustCommands, ARootFileOfTheOwnerPins) {
    fs::copy_file(hub() / root_path(1), folder_.path() / "root.json");
    const ProgramResult added = run({"trust", "add", "./hub", "--root", "root.json"});
    EXPECT_EQ(added.status, 0) << added.err;
    const ProgramResult again = run({"trust", "add", "./hub", "--no-key"});
    EXPECT_EQ(again.status, 2);
    EXPECT_THAT(again.err, HasSubstr("is trusted already"));
}

TEST_F(TrustCommands, AHubThatWouldBeRefusedIsNotPinned) {
    publish("MNIST", 1, -3600);
    const ProgramResult expired = run({"trust", "add", "./hub", "--key", "acme.pub"});
    EXPECT_EQ(expired.status, 2);
    EXPECT_THAT(expired.err, HasSubstr("expired on"));
    EXPECT_EQ(run({"trust", "add", "./hub", "--key", "acme.pub", "--allow-expired"}).status, 0);
    EXPECT_EQ(run({"list", "--hub", "./hub"}).status, 0);
}

TEST_F(TrustCommands, AnUnsignedHubCanBeTrustedWithoutAKey) {
    fs::remove_all(hub() / root_folder);
    const ProgramResult unsigned_hub = run({"trust", "add", "./hub", "--key", "acme.pub"});
    EXPECT_EQ(unsigned_hub.status, 2);
    EXPECT_THAT(unsigned_hub.err, HasSubstr("is not signed"));
    EXPECT_EQ(run({"trust", "add", "./hub", "--no-key"}).status, 0);
    EXPECT_THAT(run({"trust", "list"}).out, HasSubstr("trusted without a key"));
    EXPECT_EQ(run({"trust", "add", "./hub", "--no-key", "--key", "acme.pub"}).status, 2);
}

TEST_F(TrustCommands, AHubThatIsGoneCanBeRemoved) {
    EXPECT_EQ(run({"trust", "add", "./hub", "--no-key"}).status, 0);
    fs::remove_all(hub());
    const ProgramResult unknown = run({"trust", "remove", "acme/none"});
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.err, HasSubstr("is not recorded"));
    EXPECT_EQ(run({"trust", "remove", "./hub"}).status, 0);
    EXPECT_THAT(run({"trust", "list"}).out, Not(HasSubstr("hub")));
}

TEST_F(TrustCommands, ALockFileKeepsTheVersion) {
    publish("MNIST", 3);
    ASSERT_EQ(run({"trust", "add", "./hub", "--key", "acme.pub"}).status, 0);
    const ProgramResult locked = run({"lock", "MNIST", "--hub", "./hub"});
    ASSERT_EQ(locked.status, 0) << locked.err;
    EXPECT_THAT(read_file(folder_.path() / "onnxhub.lock"), HasSubstr("\"version\": 3"));

    ASSERT_EQ(run({"trust", "remove", "./hub"}).status, 0);
    const ProgramResult unpinned = run({"lock", "--update"});
    EXPECT_EQ(unpinned.status, 2);
    EXPECT_THAT(unpinned.err, HasSubstr("signed hub \"acme/models\", which is not pinned here"));

    publish("MNIST", 2);
    ASSERT_EQ(run({"trust", "add", "./hub", "--key", "acme.pub"}).status, 0);
    const ProgramResult older = run({"lock", "--update"});
    EXPECT_EQ(older.status, 2);
    EXPECT_THAT(older.err, HasSubstr("older than version 3 of root 1 in the lock file"));
    publish("MNIST", 4);
    EXPECT_EQ(run({"lock", "--update"}).status, 0);
    EXPECT_THAT(read_file(folder_.path() / "onnxhub.lock"), HasSubstr("\"version\": 4"));
}

TEST_F(TrustCommands, LockedModelsNeedNoStatement) {
    ASSERT_EQ(run({"trust", "add", "./hub", "--key", "acme.pub"}).status, 0);
    ASSERT_EQ(run({"lock", "MNIST", "--hub", "./hub"}).status, 0);
    publish("MNIST", 2, -3600);
    EXPECT_EQ(run({"load", "MNIST", "--hub", "./hub"}).status, 2);
    const ProgramResult loaded = run({"load", "--locked"});
    EXPECT_EQ(loaded.status, 0) << loaded.err;
    write_file(hub() / "m.onnx", "evil");
    EXPECT_EQ(run({"load", "--locked", "--force-reload"}).status, 2);
}

/// "feature/x" may be a branch of the pinned repository, until "feature" is known as one.
TEST_F(TrustCommands, AnAddressThatMayBeABranchOfAPinnedHubIsNotAdded) {
    const TrustStore store(folder_.path() / ".local/state/onnxhub/trust");
    TrustRecord record{{"github.com/acme/models"}, "acme/models", 1};
    record.root = sign_root(sample_root(), pool_keys({0}));
    record.seen["main"] = {};
    store.add(record);
    const std::string raw = "https://raw.githubusercontent.com/acme/models/";
    const ProgramResult branch = run({"trust", "add", raw + "feature/x", "--no-key"});
    EXPECT_EQ(branch.status, 2);
    EXPECT_EQ(branch.err,
              "onnxhub: error: " + raw +
                  "feature/x: may be a branch of acme/models, which is pinned; name a branch at "
                  "which that hub was read, or remove its pin first with `onnxhub trust remove`\n");
    EXPECT_EQ(run({"trust", "add", raw + "main", "--no-key"}).status, 2);
    EXPECT_EQ(run({"trust", "add", raw + "main/x", "--no-key"}).status, 0);
}

TEST_F(TrustCommands, HostileNamesAreEscaped) {
    HubRoot root = sample_root();
    root.hub = "acme/models ::error::x";
    write_file(hub() / root_path(1), sign_root(root, pool_keys({0})));
    HubStatement statement = sample_statement_of_hub();
    statement.hub = root.hub;
    statement.manifest = sha256_of(read_file(hub() / "ONNX_HUB_MANIFEST.json"));
    statement.issued = seconds_since_1970();
    statement.expires = statement.issued + seconds_of_a_day;
    write_file(hub() / hub_statement_name, sign_statement(statement, pool_keys({1})));
    const ProgramResult added = run({"trust", "add", "./hub", "--key", "acme.pub"});
    EXPECT_EQ(added.status, 0) << added.err;
    EXPECT_THAT(added.out, Not(HasSubstr("\n::")));
}

}  // namespace
}  // namespace onnxhub::test
