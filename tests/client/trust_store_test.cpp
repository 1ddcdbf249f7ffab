// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/trust_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/user_error.h"
#include "tests/support/repository_builder.h"
#include "tests/support/signed_hub.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

const std::string identity = "github.com/acme/models";
const std::string alias = "file:/srv/models";

std::string root_text(std::uint64_t number, std::size_t release_key) {
    HubRoot root = sample_root();
    root.number = number;
    root.releases = role_of({release_key});
    return sign_root(root, pool_keys({0}));
}

SeenStatement seen(std::uint64_t version) {
    SeenStatement statement;
    statement.version = version;
    statement.manifest = sha256_of(std::to_string(version));
    return statement;
}

TrustRecord pinned() {
    TrustRecord record{{identity, alias}, "acme/models", 1'800'000'000};
    record.root = root_text(1, 1);
    return record;
}

class TrustStoreTest : public testing::Test {
protected:
    std::uint64_t version_of(const std::string& ref) const {
        const auto record = store_.find({identity});
        const auto known = record ? record->of(ref).seen : std::nullopt;
        return known ? known->version : 0;
    }

    TemporaryFolder folder_;
    TrustStore store_{folder_.path() / "trust"};
};

TEST_F(TrustStoreTest, KeepsARecord) {
    EXPECT_TRUE(store_.is_empty());
    TrustRecord record = pinned();
    record.allows_expired = true;
    record.seen["main"] = seen(7);
    record.seen["main"].index = sha256_of("index");
    record.seen["main"].branch = "main";
    store_.add(record);
    EXPECT_FALSE(store_.is_empty());
    const auto found = store_.find({identity});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->hub, record.hub);
    EXPECT_EQ(found->added, record.added);
    EXPECT_EQ(found->root, record.root);
    EXPECT_TRUE(found->allows_expired);
    EXPECT_EQ(found->seen.at("main").version, 7u);
    EXPECT_EQ(found->seen.at("main").manifest, record.seen["main"].manifest);
    EXPECT_EQ(found->seen.at("main").index, record.seen["main"].index);
    EXPECT_EQ(found->seen.at("main").branch, "main");
    EXPECT_FALSE(store_.find({"github.com/acme/other"}));
}

TEST_F(TrustStoreTest, ARecordIsNotReplaced) {
    store_.add(pinned());
    EXPECT_THROW(store_.add({{identity}, "acme/models", 1}), UserError);
    EXPECT_TRUE(store_.remove({identity}));
    EXPECT_FALSE(store_.remove({identity}));
    store_.add({{identity}, "acme/models", 1});
    EXPECT_FALSE(store_.find({identity})->is_pinned());
}

TEST_F(TrustStoreTest, VersionsNeverGoBack) {
    store_.add(pinned());
    store_.learn(identity, "main", {root_text(1, 1), seen(5)});
    store_.learn(identity, "main", {root_text(1, 1), seen(4)});
    EXPECT_EQ(version_of("main"), 5u);
    store_.learn(identity, "topic", {root_text(1, 1), seen(2)});
    EXPECT_EQ(version_of("topic"), 2u);
    EXPECT_EQ(version_of("main"), 5u);
}

TEST_F(TrustStoreTest, NewReleaseKeysForgetTheVersionsOfAllBranches) {
    store_.add(pinned());
    store_.learn(identity, "main", {root_text(1, 1), seen(5)});
    store_.learn(identity, "topic", {root_text(1, 1), seen(1'000'000)});
    store_.learn(identity, "main", {root_text(2, 1), seen(6)});
    EXPECT_EQ(version_of("topic"), 1'000'000u);
    store_.learn(identity, "main", {root_text(3, 2), seen(1)});
    EXPECT_EQ(version_of("topic"), 0u);
    EXPECT_EQ(version_of("main"), 1u);
    store_.learn(identity, "main", {root_text(1, 1), seen(9)});  // a slow process
    EXPECT_EQ(version_of("main"), 1u);
    EXPECT_EQ(open_root(store_.find({identity})->root).number, 3u);
}

TEST_F(TrustStoreTest, KeysThatChangeAndComeBackForgetVersions) {
    store_.add(pinned());
    store_.learn(identity, "main", {root_text(1, 1), seen(1'000'000)});
    HubTrust learned{root_text(3, 1), seen(7)};
    learned.has_new_releases = true;
    store_.learn(identity, "main", learned);
    EXPECT_EQ(version_of("main"), 7u);
}

TEST_F(TrustStoreTest, OtherNamesLeadToTheRecord) {
    store_.add(pinned());
    EXPECT_EQ(store_.find({"file:/other", alias})->identity(), identity);
    EXPECT_THROW(store_.add({{alias}, "./models", 1}), UserError);
    EXPECT_TRUE(store_.remove({alias}));
    EXPECT_FALSE(store_.has({identity}));
    EXPECT_FALSE(store_.has({alias}));
    store_.add({{alias}, "./models", 1});
    EXPECT_EQ(store_.find({alias})->hub, "./models");
}

TEST_F(TrustStoreTest, AFolderThatCannotBeSearchedIsAnError) {
    fs::create_symlink(folder_.path() / "nothing", folder_.path() / "trust");
    EXPECT_THROW(store_.is_empty(), UserError);
    EXPECT_THROW(store_.find({identity}), UserError);
    fs::remove(folder_.path() / "trust");
    write_file(folder_.path() / "trust", "");
    EXPECT_THROW(store_.find({identity}), UserError);
}

TEST_F(TrustStoreTest, OnlyTheUserCanReadIt) {
    store_.add(pinned());
    const auto others = fs::perms::group_all | fs::perms::others_all;
    EXPECT_EQ(fs::status(folder_.path() / "trust").permissions() & others, fs::perms::none);
    for (const auto& entry : fs::directory_iterator(folder_.path() / "trust")) {
        EXPECT_EQ(fs::status(entry).permissions() & others, fs::perms::none) << entry.path();
    }
}

TEST_F(TrustStoreTest, ADamagedRecordHidesNoOther) {
    store_.add(pinned());
    write_file(folder_.path() / "trust/damaged.json", "{}");
    const auto all = store_.all();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_TRUE(std::holds_alternative<TrustRecord>(all[0]));
    EXPECT_TRUE(std::holds_alternative<DamagedRecord>(all[1]));
}

TEST_F(TrustStoreTest, WhatIsKnownNeedsNoLock) {
    store_.add(pinned());
    store_.learn(identity, "main", {root_text(1, 1), seen(5)});
    const FileLock other = FileLock::take(folder_.path() / "trust", {});
    store_.learn(identity, "main", {root_text(1, 1), seen(5)});
    LockWait stops;
    stops.check_interruption = [] { throw Interrupted(); };
    EXPECT_THROW(store_.learn(identity, "main", {root_text(1, 1), seen(6)}, stops), Interrupted);
}

TEST(TrustFolder, IsNeverInACache) {
    const auto with = [](std::map<std::string, std::string> variables) {
        return trust_folder([=](const char* name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        });
    };
    EXPECT_EQ(with({{"XDG_CACHE_HOME", "/c"}, {"HOME", "/h"}}), "/h/.local/state/onnxhub/trust");
    EXPECT_EQ(with({{"XDG_STATE_HOME", "/s"}, {"HOME", "/h"}}), "/s/onnxhub/trust");
    EXPECT_EQ(with({{"XDG_CACHE_HOME", "/c"}}), std::nullopt);
}

TEST_F(TrustStoreTest, WhatWasRemovedStaysRemoved) {
    store_.add(pinned());
    store_.remove({identity});
    store_.learn(identity, "main", {root_text(1, 1), seen(5)});
    EXPECT_FALSE(store_.find({identity}));
}

TEST_F(TrustStoreTest, ManyProcessesLearnTogether) {
    store_.add(pinned());
    std::vector<std::thread> threads;
    for (std::uint64_t i = 1; i <= 8; ++i) {
        threads.emplace_back([&, i] {
            for (std::uint64_t version = i; version <= 80; version += 8) {
                store_.learn(identity, "main", {root_text(1, 1), seen(version)});
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(version_of("main"), 80u);
}

TEST_F(TrustStoreTest, ADamagedRecordIsAnError) {
    store_.add(pinned());
    const fs::path file = folder_.path() / "trust" / (to_hex(sha256_of(identity)) + ".json");
    const std::string good = read_file(file);
    for (const std::string& bad :
         {std::string(), good.substr(0, good.size() / 2), std::string("{}"), std::string("[]"),
          std::string(trust_record_limit + 1, ' ')}) {
        write_file(file, bad);
        EXPECT_THROW(store_.find({identity}), UserError) << bad.substr(0, 40);
        EXPECT_THROW(store_.learn(identity, "main", {root_text(1, 1), seen(5)}), UserError);
        EXPECT_TRUE(store_.has({identity}));
    }
    EXPECT_TRUE(store_.remove({identity}));
}

TEST_F(TrustStoreTest, AThousandBranchesAreRemembered) {
    TrustRecord record = pinned();
    for (std::size_t i = 0; i < trust_refs_limit; ++i) record.seen[std::to_string(i)] = seen(1);
    store_.add(record);
    EXPECT_EQ(store_.find({identity})->seen.size(), trust_refs_limit);
    store_.learn(identity, "0", {root_text(1, 1), seen(2)});
    store_.learn(identity, "more", {root_text(2, 1), seen(2)});
    EXPECT_EQ(version_of("more"), 0u);
    EXPECT_EQ(open_root(store_.find({identity})->root).number, 2u);  // what fits is kept
}

TEST(TrustStore, WithoutAStateFolderNothingIsKept) {
    const TrustStore store(std::nullopt);
    EXPECT_TRUE(store.is_empty());
    EXPECT_FALSE(store.find({identity}));
    EXPECT_FALSE(store.remove({identity}));
    EXPECT_THROW(store.add(pinned()), UserError);
}

}  // namespace
}  // namespace onnxhub::test
