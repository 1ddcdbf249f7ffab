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
#include "base/utc_time.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/hub_pinning.h"
#include "tests/support/http_server.h"
#include "tests/support/repository_builder.h"
#include "tests/support/signed_hub.h"
#include "trust/key_threshold.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* manifest_name = "ONNX_HUB_MANIFEST.json";
constexpr const char* statement_name = "ONNX_HUB_MANIFEST.json.sig";
const std::string commit_one(40, '1');
const std::string commit_two(40, '2');

/// A valid manifest; each name gives another one.
std::string manifest_with(const std::string& model) {
    return R"([{"model": ")" + model +
           R"(", "model_path": "a/m.onnx", "onnx_version": "1.9", "opset_version": 12, )"
           R"("metadata": {"model_sha": ")" +
           to_hex(sha256_of("the model")) + R"(", "model_bytes": 9, "tags": []}}])";
}

/// What a hub publishes at one moment, by path.
using Files = std::map<std::string, std::string>;

/// A hub whose owner holds the keys 0 (root) and 1 (release).
struct Owner {
    HubRoot root = sample_root();
    std::map<std::string, std::string> roots = {};
    std::vector<std::size_t> root_keys = {0};
    std::vector<std::size_t> release_keys = {1};
    std::string branch = {};
    std::int64_t lifetime = 90 * seconds_of_a_day;

    Owner() { publish_root({0}); }

    void publish_root(const std::vector<std::size_t>& keys) {
        roots[root_path(root.number)] = sign_root(root, pool_keys(keys));
    }

    void change_release_keys(const std::vector<std::size_t>& keys, std::size_t threshold = 1) {
        ++root.number;
        root.releases = role_of(keys, threshold);
        release_keys = keys;
        publish_root({0});
    }

    std::string statement(const std::string& manifest, std::uint64_t version) const {
        HubStatement said;
        said.hub = root.hub;
        said.root_number = root.number;
        said.version = version;
        said.branch = branch;
        said.manifest = sha256_of(manifest);
        said.issued = seconds_since_1970() - 3600;
        said.expires = said.issued + lifetime;
        return sign_statement(said, pool_keys(release_keys));
    }

    Files publish(const std::string& model, std::uint64_t version) const {
        Files files = roots;
        files[manifest_name] = manifest_with(model);
        files[statement_name] = statement(files[manifest_name], version);
        return files;
    }
};

class PinnedHubTest : public testing::Test {
protected:
    PinnedHubTest() : server_([this](const ReceivedRequest& request) { return answer(request); }) {
        variables_ = {{"HOME", folder_.path().string()},
                      {"ONNXHUB_GITHUB_RAW_URL", server_.url("/raw")},
                      {"ONNXHUB_GITHUB_MEDIA_URL", server_.url("/media")},
                      {"ONNXHUB_GITHUB_API_URL", server_.url("/api")}};
        web_ = owner_.publish("one", 1);
    }

    /// "/web/FILE" is `web_`, "/raw/acme/models/REF/FILE" is `refs_`, "/api/…" is `commits_`.
    Answer answer(const ReceivedRequest& request) {
        if (is_down_) return {503, ""};
        const std::lock_guard lock(publishing_);
        const auto files_at = [&](const Files& files, const std::string& path) -> Answer {
            const auto found = files.find(path);
            if (found == files.end()) return {404, ""};
            const std::string tag = '"' + to_hex(sha256_of(found->second)) + '"';
            const std::string* known = request.header("if-none-match");
            if (known && *known == tag) return {304, ""};
            return {200, found->second, {{"ETag", tag}}};
        };
        const std::string raw = "/raw/acme/models/";
        const std::string web = request.path.starts_with("//") ? "//web/" : "/web/";
        if (request.path.ends_with(".onnx")) return {200, "the model"};
        if (request.path.starts_with(web)) return files_at(web_, request.path.substr(web.size()));
        if (lower_case(request.path).starts_with(raw)) {
            const std::string rest = request.path.substr(raw.size());
            const std::size_t slash = rest.find('/');
            return files_at(refs_[rest.substr(0, slash)], rest.substr(slash + 1));
        }
        if (request.path.starts_with("/api/")) {
            const auto found = commits_.find(request.path.substr(request.path.rfind('/') + 1));
            return found == commits_.end() ? Answer{403, "limited"} : Answer{200, found->second};
        }
        return {200, "the model"};
    }

    std::string web_hub() const { return server_.url("/web"); }

    ClientOptions options(const std::string& hub) {
        ClientOptions options;
        options.hub = hub;
        options.http.max_attempts = 1;
        options.http.sleep = [](std::chrono::milliseconds) {};
        options.report = [this](const std::string& line) { reports_ += line + "\n"; };
        options.environment = [this](const char* name) -> std::optional<std::string> {
            const auto found = variables_.find(name);
            return found == variables_.end() ? std::nullopt : std::optional(found->second);
        };
        return options;
    }

    TrustStore store() const { return TrustStore(folder_.path() / ".local/state/onnxhub/trust"); }

    void pin(const std::string& hub, bool allows_expired = false) {
        HubClient client(options(hub));
        const auto files = client.open_signed_hub();
        store().add(make_pin(*files, read_offer(*files, client.name()), client, allows_expired));
    }

    /// The name of the first model, or the reason of the error.
    std::string read(ClientOptions with) {
        try {
            HubClient client(std::move(with));
            return client.manifest().entries.at(0).entry->model;
        } catch (const HubError& error) {
            EXPECT_TRUE(error.problem == HubProblem::signature ||
                        error.problem == HubProblem::offline ||
                        error.problem == HubProblem::manifest)
                << error.what();
            return error.what();
        }
    }
    std::string read(const std::string& hub) { return read(options(hub)); }
    std::string read_offline(const std::string& hub) {
        ClientOptions offline = options(hub);
        offline.is_offline = true;
        return read(std::move(offline));
    }

    TemporaryFolder folder_;
    std::map<std::string, std::string> variables_;
    Owner owner_;
    Files web_;
    std::map<std::string, Files> refs_;
    std::map<std::string, std::string> commits_;
    std::string reports_;
    std::atomic<bool> is_down_ = false;
    std::mutex publishing_;  ///< held while an answer is made
    HttpServer server_;
};

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
