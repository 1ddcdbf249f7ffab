// SPDX-License-Identifier: Apache-2.0
// Pinned hubs on servers and on this disk: what a hostile or broken host can send, and the usual
// ways to reach a hub.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "base/ascii.h"
#include "base/decimal.h"
#include "base/user_error.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/hub_pinning.h"
#include "tests/client/pinned_hub_server.h"
#include "tests/support/repository_builder.h"
#include "tests/support/signed_hub.h"
#include "trust/key_threshold.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

using Files = HubFiles;
using Owner = HubOwner;

TEST_F(PinnedHubTest, ACorrectHubIsRead) {
    pin(web_hub());
    EXPECT_EQ(read(web_hub()), "one");
    web_ = owner_.publish("two", 2);
    EXPECT_EQ(read(web_hub()), "two");
    EXPECT_THAT(reports_, IsEmpty());
}

TEST_F(PinnedHubTest, AReplacedManifestIsNeverUsed) {
    pin(web_hub());
    EXPECT_EQ(read(web_hub()), "one");
    web_[manifest_name] = manifest_with("evil");
    EXPECT_EQ(read(web_hub()), "one");  // the last verified pair
    EXPECT_THAT(reports_, HasSubstr("the manifest is not the one that was signed"));
    EXPECT_THAT(reports_, HasSubstr("using the last copy"));
    fs::remove_all(folder_.path() / ".local/state/onnxhub/signed");
    EXPECT_THAT(read(web_hub()), HasSubstr("the manifest is not the one that was signed"));
    EXPECT_THAT(read_offline(web_hub()), HasSubstr("no local copy"));
}

TEST_F(PinnedHubTest, AnOlderPairIsRefused) {
    pin(web_hub());
    const Files old = web_;
    web_ = owner_.publish("two", 2);
    EXPECT_EQ(read(web_hub()), "two");
    web_ = old;
    EXPECT_EQ(read(web_hub()), "two");  // the last verified pair
    EXPECT_THAT(reports_, HasSubstr("version 1, older than version 2"));
    fs::remove_all(folder_.path() / ".local/state/onnxhub/signed");
    EXPECT_THAT(read(web_hub()), HasSubstr("version 1, older than version 2"));
}

TEST_F(PinnedHubTest, AMixedPairIsRefused) {
    pin(web_hub());
    const Files one = web_;
    web_ = owner_.publish("two", 2);
    web_[statement_name] = one.at(statement_name);
    fs::remove_all(folder_.path() / ".local/state/onnxhub/signed");
    EXPECT_THAT(read(web_hub()), HasSubstr("the manifest is not the one that was signed"));
}

TEST_F(PinnedHubTest, AnExpiredStatementIsRefused) {
    pin(web_hub());
    owner_.lifetime = 60;
    web_ = owner_.publish("two", 2);
    EXPECT_THAT(read(web_hub()), HasSubstr("the statement expired on "));
    fs::remove_all(folder_.path() / ".local");
    EXPECT_THROW(pin(web_hub()), HubError);
    pin(web_hub(), true);
    EXPECT_EQ(read(web_hub()), "two");
}

TEST_F(PinnedHubTest, ARemovedSignatureIsRefused) {
    pin(web_hub());
    web_.erase(statement_name);
    EXPECT_THAT(read(web_hub()), HasSubstr("has no ONNX_HUB_MANIFEST.json.sig"));
    web_[statement_name] = "";
    EXPECT_THAT(read(web_hub()), HasSubstr("sign again"));
}

TEST_F(PinnedHubTest, OtherKeysAndHubsAreRefused) {
    pin(web_hub());
    Owner thief;
    thief.release_keys = {5};
    web_ = thief.publish("evil", 2);
    EXPECT_THAT(read(web_hub()), HasSubstr("release keys"));

    Owner other;
    other.root.hub = "acme/other";
    other.publish_root({0});
    web_ = other.publish("other", 2);
    EXPECT_THAT(read(web_hub()), HasSubstr("belongs to the hub \"acme/other\""));

    owner_.root.roots = role_of({6});
    ++owner_.root.number;
    owner_.publish_root({6});  // without root key 0
    web_ = owner_.publish("evil", 2);
    EXPECT_THAT(read(web_hub()), HasSubstr("root-2.json does not follow from root 1"));
}

TEST_F(PinnedHubTest, TheSameVersionWithAnotherManifestIsRefused) {
    pin(web_hub());
    web_ = owner_.publish("two", 1);
    EXPECT_THAT(read(web_hub()), HasSubstr("another manifest"));
}

TEST_F(PinnedHubTest, AStolenKeyCannotBlockTheHub) {
    pin(web_hub());
    web_ = owner_.publish("evil", statement_version_limit - 1);
    EXPECT_EQ(read(web_hub()), "evil");  // the thief has the release key
    owner_.change_release_keys({2});
    web_ = owner_.publish("good", 2);
    EXPECT_EQ(read(web_hub()), "good");
    Owner thief;
    web_ = thief.publish("evil", statement_version_limit - 1);
    web_.insert(owner_.roots.begin(), owner_.roots.end());
    fs::remove_all(folder_.path() / ".local/state/onnxhub/signed");
    EXPECT_THAT(read(web_hub()), HasSubstr("root 1, but the hub already has root 2"));
}

TEST_F(PinnedHubTest, ThresholdsCountKeys) {
    owner_.change_release_keys({1, 2}, 2);
    web_ = owner_.publish("two", 1);
    pin(web_hub());
    EXPECT_EQ(read(web_hub()), "two");
    owner_.release_keys = {1, 1};
    web_ = owner_.publish("three", 2);
    EXPECT_THAT(read(web_hub()), HasSubstr("1 of "));
    web_[statement_name] = add_signature(web_[statement_name], pool_key(2), "the statement");
    EXPECT_EQ(read(web_hub()), "three");
}

TEST_F(PinnedHubTest, TenChangesOfKeysAreFollowed) {
    pin(web_hub());
    for (std::size_t change = 0; change < 10; ++change) {
        owner_.change_release_keys({change % 2 == 0 ? 2u : 1u});
    }
    web_ = owner_.publish("eleven", 1);
    EXPECT_EQ(read(web_hub()), "eleven");
    EXPECT_EQ(open_root(std::get<TrustRecord>(store().all().at(0)).root).number, 11u);
}

TEST_F(PinnedHubTest, TenChangesOfRootKeysAreFollowedFromTheFirstPin) {
    const HubOwner first = owner_;
    pin(web_hub());
    for (std::size_t change = 0; change < 10; ++change) owner_.change_root_keys({10 + change});
    owner_.change_release_keys({2});
    web_ = owner_.publish("twelve", 1);
    EXPECT_EQ(read(web_hub()), "twelve");
    EXPECT_EQ(open_root(std::get<TrustRecord>(store().all().at(0)).root).number, 12u);
    HubOwner thief = owner_;  // with the first root key, which was replaced
    thief.root_keys = first.root_keys;
    thief.change_release_keys({5});
    web_ = thief.publish("evil", 2);
    EXPECT_THAT(read(web_hub()), HasSubstr("root-13.json does not follow from root 12"));
}

TEST_F(PinnedHubTest, AMissingRootIsNamed) {
    pin(web_hub());
    owner_.change_release_keys({2});
    owner_.change_release_keys({3});
    owner_.roots.erase(root_path(2));
    web_ = owner_.publish("three", 1);
    EXPECT_THAT(read(web_hub()), HasSubstr("root-2.json is missing"));
}

TEST_F(PinnedHubTest, TheLastPairIsUsedWithoutAServer) {
    pin(web_hub());
    EXPECT_EQ(read(web_hub()), "one");
    EXPECT_EQ(read_offline(web_hub()), "one");
    is_down_ = true;
    EXPECT_EQ(read(web_hub()), "one");
    EXPECT_THAT(reports_, HasSubstr("using the last copy"));
}

TEST_F(PinnedHubTest, ConsentIsToTheHubAsItWasWritten) {
    refs_["main"] = owner_.publish("one", 1);
    HubClient client(options("acme/models"));
    TrustRecord consent{client.identities(), client.recorded_name(), 1};
    store().add(consent);
    const auto load = [&](const std::string& hub) {
        HubClient loader(options(hub));
        WantedModel locked{"M", 12, {{{"a/m.onnx", sha256_of("the model"), 9, true}, {}}}, false};
        locked = loader.resolve(std::move(locked));
        fs::remove_all(folder_.path() / ".cache");
        loader.load(locked, {});
    };
    EXPECT_NO_THROW(load("acme/models:main"));
    EXPECT_THROW(load("acme/models:" + commit_one), UserError);  // perhaps a fork's
    EXPECT_THROW(load("acme/models:topic"), UserError);
    EXPECT_THROW(load(server_.url("/raw/acme/models/main")), UserError);
}

TEST_F(PinnedHubTest, ConsentToAFolderHoldsForEachPathToIt) {
    const fs::path hub = folder_.path() / "hub";
    write_file(hub / manifest_name, manifest_with("one"));
    const HubClient client(options(hub.string()));
    EXPECT_EQ(client.recorded_name(), hub.string());
    for (const std::string& written : {hub.string() + "/", (folder_.path() / "./hub").string()}) {
        EXPECT_EQ(HubClient(options(written)).recorded_name(), hub.string());
    }
}

TEST_F(PinnedHubTest, APinIsConsentToWhatItVerified) {
    pin(web_hub());
    HubClient client(options(web_hub() + "/"));
    const WantedModel model = client.resolve(*client.manifest().entries.at(0).entry, false);
    EXPECT_NO_THROW(client.load(model, {}));
}

TEST_F(PinnedHubTest, KeysThatChangeAndComeBackDoNotBlockTheHub) {
    web_ = owner_.publish("one", statement_version_limit - 1);
    pin(web_hub());
    owner_.change_release_keys({2});
    owner_.change_release_keys({1});
    web_ = owner_.publish("two", 7);
    EXPECT_EQ(read(web_hub()), "two");
    EXPECT_EQ(read(web_hub()), "two");
}

TEST_F(PinnedHubTest, AnAlteredCopyIsNotUsed) {
    pin(web_hub());
    EXPECT_EQ(read(web_hub()), "one");
    for (const auto& entry :
         fs::directory_iterator(folder_.path() / ".local/state/onnxhub/signed")) {
        if (entry.path().extension() == ".json") write_file(entry.path(), manifest_with("evil"));
    }
    EXPECT_THAT(read_offline(web_hub()), HasSubstr("no local copy"));
}

TEST_F(PinnedHubTest, NoSpellingOfTheHubEscapesThePin) {
    pin(web_hub());
    web_[manifest_name] = manifest_with("evil");
    web_.erase(statement_name);
    const std::string address = web_hub().substr(std::string("http://").size());
    write_file(folder_.path() / ".config/onnxhub/config.toml",
               "[hubs.company]\nhub = \"" + web_hub() + "/\"\ntrusted = true\n");
    for (const std::string& hub :
         {web_hub() + "/", web_hub() + "//",
          "http://" + address.substr(0, address.find('/')) + "//web",
          "http://user:secret@" + address, std::string("company"), web_hub() + "/./",
          "http://" + address.substr(0, address.find('/')) + "/x/../web",
          "http://" + address.substr(0, address.find('/')) + "/%77eb"}) {
        EXPECT_THAT(read(hub), HasSubstr("has no ONNX_HUB_MANIFEST.json.sig")) << hub;
    }
}

TEST_F(PinnedHubTest, ADamagedRecordIsNotIgnored) {
    pin(web_hub());
    for (const auto& entry :
         fs::directory_iterator(folder_.path() / ".local/state/onnxhub/trust")) {
        write_file(entry.path(), "{}");
    }
    EXPECT_THROW(HubClient{options(web_hub())}, UserError);
}

TEST_F(PinnedHubTest, GitHubIsReadAtOneCommit) {
    owner_.branch = "main";
    refs_[commit_one] = owner_.publish("one", 1);
    refs_[commit_two] = owner_.publish("two", 2);
    refs_["main"] = owner_.publish("wrong", 3);
    commits_["main"] = commit_one;
    pin("acme/models");
    commits_["main"] = commit_two;
    EXPECT_EQ(read("ACME/Models:main"), "two");
    EXPECT_EQ(read(server_.url("/raw/acme/models/") + commit_two), "two");
    commits_["main"] = commit_one;
    EXPECT_EQ(read("acme/models"), "two");
    EXPECT_THAT(reports_, HasSubstr("older than version 2"));
}

TEST_F(PinnedHubTest, WithoutTheApiTheBranchIsRead) {
    refs_["main"] = owner_.publish("one", 1);
    pin("acme/models");
    EXPECT_EQ(read("acme/models"), "one");
    refs_["main"][manifest_name] = manifest_with("evil");
    fs::remove_all(folder_.path() / ".local/state/onnxhub/signed");
    EXPECT_THAT(read("acme/models"), HasSubstr("is not the one that was signed"));
}

/// Its files are elsewhere, but its manifest is on GitHub.
TEST_F(PinnedHubTest, AHubOfHuggingFaceIsReadAtOneCommit) {
    refs_[commit_one] = owner_.publish("one", 1);
    refs_["main"] = owner_.publish("wrong", 3);
    refs_["main"].erase(statement_name);
    commits_["main"] = commit_one;
    pin("onnx/models");
    EXPECT_EQ(read("hf://onnxmodelzoo"), "one");
    refs_[commit_two] = owner_.publish("evil", 2);
    refs_[commit_two][manifest_name] = manifest_with("other");
    commits_["main"] = commit_two;
    fs::remove_all(folder_.path() / ".local/state/onnxhub/signed");
    EXPECT_THAT(read("hf://onnxmodelzoo"), HasSubstr("is not the one that was signed"));
    EXPECT_THAT(reports_, IsEmpty());
}

TEST_F(PinnedHubTest, AnApiThatDoesNotAnswerIsReported) {
    refs_["main"] = owner_.publish("one", 1);
    commits_["main"] = commit_one;
    refs_[commit_one] = refs_["main"];
    pin("acme/models");
    EXPECT_EQ(read("acme/models"), "one");
    EXPECT_THAT(reports_, IsEmpty());
    commits_.clear();
    EXPECT_EQ(read("acme/models"), "one");
    EXPECT_THAT(reports_,
                HasSubstr("does not give the commit of acme/models:main (status 403); name the "
                          "commit: acme/models:COMMIT"));
    EXPECT_THAT(reports_, HasSubstr("; reading the branch instead, where manifest and statement "
                                    "can be of different commits for some minutes\n"));
}

/// Hubs in two folders of one repository.
TEST_F(PinnedHubTest, FoldersOfARepositoryHaveTheirOwnPins) {
    Owner zoo;
    zoo.root.hub = "acme/zoo";
    zoo.publish_root({0});
    const auto publish = [&](const std::string& ref, std::uint64_t version) {
        refs_[ref] = owner_.publish("top" + std::to_string(version), version);
        for (const auto& [path, text] : zoo.publish("zoo" + std::to_string(version), version)) {
            refs_[ref]["zoo/" + path] = text;
        }
        for (const auto& [path, text] : Files{{manifest_name, manifest_with("unsigned")}}) {
            refs_[ref]["free/" + path] = text;
        }
    };
    commits_["main"] = commit_one;
    publish(commit_one, 1);
    publish("main", 1);
    const std::string raw = server_.url("/raw/acme/models/");
    pin("acme/models");
    pin(raw + "main/zoo");
    EXPECT_EQ(store().all().size(), 2u);
    EXPECT_EQ(read("acme/models"), "top1");
    EXPECT_EQ(read(raw + "main/zoo"), "zoo1");
    EXPECT_EQ(read(raw + "main/free"), "unsigned");  // "main" is a branch, so "main/free" is none
    EXPECT_EQ(read(raw + commit_one + "/free"), "unsigned");
    commits_["main"] = commit_two;
    publish(commit_two, 2);
    EXPECT_EQ(read(raw + "main/zoo"), "zoo2");
    commits_["main"] = commit_one;
    EXPECT_EQ(read(raw + "refs/heads/main/zoo"), "zoo2");
    EXPECT_THAT(reports_, HasSubstr("version 1, older than version 2"));
    // No spelling escapes.
    commits_.clear();
    refs_["main"]["zoo/" + std::string(manifest_name)] = manifest_with("evil");
    refs_["main"].erase("zoo/" + std::string(statement_name));
    for (const std::string& hub :
         {raw + "main/zoo/", raw + "main//zoo", raw + "main/%7Aoo", raw + "main%2Fzoo",
          raw + "main/./zoo", raw + "main/zoo/%2e", raw + "main/x/%2e%2e/zoo",
          raw + "refs/heads/main/zoo", std::string("acme/models:main/zoo")}) {
        fs::remove_all(folder_.path() / ".local/state/onnxhub/signed");
        EXPECT_THAT(read(hub), HasSubstr("has no ONNX_HUB_MANIFEST.json.sig")) << hub;
    }
}

/// Where a branch ends is unknown as long as no branch of the hub was read.
TEST_F(PinnedHubTest, AnAddressThatMayBeABranchIsUnderThePin) {
    refs_["v1"] = owner_.publish("one", 1);
    pin("acme/models:v1");
    for (const char* path : {manifest_name, statement_name}) {
        refs_["feature"]["x/" + std::string(path)] = "[]";  // a branch "feature/x"
    }
    const std::string raw = server_.url("/raw/acme/models/");
    EXPECT_THAT(read(raw + "feature/x"), HasSubstr("its owner must sign again"));
    HubClient client(options(raw + "feature/x"));
    EXPECT_TRUE(client.is_pin_of_another());
    EXPECT_FALSE(HubClient(options(raw + "v1/x")).pin_of_user());
    EXPECT_FALSE(HubClient(options(raw + "v1")).is_pin_of_another());
    EXPECT_TRUE(HubClient(options(raw + "v1")).pin_of_user());
}

TEST_F(PinnedHubTest, APinOfAnEarlierVersionKeepsItsAddress) {
    for (const auto& [path, text] : owner_.publish("one", 1)) refs_["main"]["zoo/" + path] = text;
    const std::string hub = server_.url("/raw/acme/models/main/zoo");
    HubClient client(options(hub));
    const auto files = client.open_signed_hub();
    TrustRecord record = make_pin(*files, read_offer(*files, "zoo"), client, false);
    record.identities = {"github.com/acme/models", record.identities.back()};
    store().add(record);
    EXPECT_EQ(read(hub), "one");
    refs_["main"].erase("zoo/" + std::string(statement_name));
    fs::remove_all(folder_.path() / ".local/state/onnxhub/signed");
    EXPECT_THAT(read(hub), HasSubstr("has no ONNX_HUB_MANIFEST.json.sig"));
    // For the repository it is the pin of the hub at the top, which this hub is not.
    refs_["main"][manifest_name] = manifest_with("top");
    EXPECT_THAT(read("acme/models"), HasSubstr("has no ONNX_HUB_MANIFEST.json.sig"));
}

/// Another spelling of the address must not show an older version either.
TEST_F(PinnedHubTest, EachSpellingKnowsTheVersionsOfTheBranch) {
    refs_["main"] = owner_.publish("two", 2);
    pin("acme/models");
    refs_["main"] = owner_.publish("one", 1);
    const std::string raw = server_.url("/raw/acme/models/");
    for (const std::string& hub :
         {raw + "main", raw + "main/", raw + "main/%2e", raw + "refs/heads/main",
          std::string("acme/models:refs/heads/main"), std::string("ACME/models.git:main")}) {
        reports_.clear();
        EXPECT_EQ(read(hub), "two") << hub;  // the last pair of the branch
        EXPECT_THAT(reports_, HasSubstr("version 1, older than version 2")) << hub;
    }
}

TEST_F(PinnedHubTest, ACommitIdNeedsASignatureButNoVersion) {
    refs_[commit_one] = owner_.publish("one", 1);
    refs_[commit_two] = owner_.publish("two", 2);
    commits_["main"] = commit_two;
    pin("acme/models");
    EXPECT_EQ(read("acme/models"), "two");
    EXPECT_EQ(read("acme/models:" + commit_one), "one");
    refs_[commit_one][manifest_name] = manifest_with("evil");
    fs::remove_all(folder_.path() / ".local/state/onnxhub/signed");
    EXPECT_THAT(read("acme/models:" + commit_one), HasSubstr("is not the one that was signed"));
}

TEST_F(PinnedHubTest, AnotherBranchIsRefused) {
    owner_.branch = "main";
    refs_["main"] = owner_.publish("one", 1);
    refs_["topic"] = refs_["main"];
    pin("acme/models");
    EXPECT_THAT(read("acme/models:topic"),
                HasSubstr("for the branch \"main\" instead of \"topic\""));
}

TEST_F(PinnedHubTest, RevisionsOfRepositoriesAreChecked) {
    owner_.branch = "main";
    RepositoryBuilder repository;
    const auto commit = [&](const Files& files) {
        for (const auto& [path, text] : files) repository.write(path, text);
        return repository.commit("Publish");
    };
    const std::string first = commit(owner_.publish("one", 1));
    pin(repository.path().string() + ":main");
    EXPECT_EQ(read(repository.path().string() + ":main"), "one");
    commit(owner_.publish("two", 2));
    EXPECT_EQ(read(repository.path().string() + ":main"), "two");
    EXPECT_EQ(read(repository.path().string() + ":" + first), "one");
    commit({{manifest_name, manifest_with("evil")}});
    EXPECT_THAT(read(repository.path().string() + ":main"),
                HasSubstr("is not the one that was signed"));
    repository.branch("topic");
    commit(owner_.publish("three", 3));
    repository.checkout("topic");
    commit(owner_.publish("three", 3));
    EXPECT_THAT(read(repository.path().string() + ":topic"), HasSubstr("instead of \"topic\""));
}

TEST_F(PinnedHubTest, FoldersAreChecked) {
    const fs::path hub = folder_.path() / "hub";
    for (const auto& [path, text] : web_) write_file(hub / path, text);
    pin(hub.string());
    EXPECT_EQ(read(hub.string()), "one");
    EXPECT_EQ(read("file://" + hub.string()), "one");
    write_file(hub / manifest_name, manifest_with("evil"));
    EXPECT_THAT(read(hub.string()), HasSubstr("is not the one that was signed"));
    fs::create_directory_symlink(hub, folder_.path() / "link");
    EXPECT_THAT(read((folder_.path() / "link").string()),
                HasSubstr("is not the one that was signed"));
}

TEST_F(PinnedHubTest, TheVersionOfALockFileIsAFloor) {
    pin(web_hub());
    ClientOptions floor = options(web_hub());
    floor.floor = {1, 2};
    EXPECT_THAT(read(floor), HasSubstr("version 1 of root 1, older than version 2 of root 1"));
    EXPECT_EQ(read(web_hub()), "one");  // a lock file decides for its own calls only
    web_ = owner_.publish("two", 2);
    EXPECT_EQ(read(floor), "two");
    owner_.change_release_keys({2});
    web_ = owner_.publish("three", 1);
    EXPECT_EQ(read(floor), "three");
    floor.floor = {3, 1};
    EXPECT_THAT(read(floor), HasSubstr("older than version 1 of root 3"));
}

TEST_F(PinnedHubTest, FilesThatAreUpdatedOneAfterTheOtherAreNoRefusal) {
    web_ = owner_.publish("1", 1);
    pin(web_hub());
    std::atomic<bool> is_done = false;
    std::thread publisher([&] {
        for (std::uint64_t version = 2; !is_done; ++version) {
            const Files next = owner_.publish(std::to_string(version), version);
            for (const char* name : {manifest_name, statement_name}) {
                const std::lock_guard lock(publishing_);
                web_[name] = next.at(name);
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
    std::uint64_t last = 1;
    for (int i = 0; i < 1000; ++i) {
        const std::string model = read(web_hub());
        const auto version = parse_decimal<std::uint64_t>(model);
        EXPECT_TRUE(version && *version >= last) << model << " after " << last;
        last = version.value_or(last);
    }
    is_done = true;
    publisher.join();
    EXPECT_GT(last, 100u);
}

}  // namespace
}  // namespace onnxhub::test
