// SPDX-License-Identifier: Apache-2.0
// Models whose bytes are on other servers than the hub's (`metadata.sources`).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "base/user_error.h"
#include "hosting/client/cache_inventory.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/lock_file.h"
#include "tests/support/http_server.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::Answer;
using test::HttpServer;
using test::read_file;
using test::ReceivedRequest;
using test::TemporaryFolder;
using test::write_file;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::string distant_model = "a model on another server";

/// A hub at server.url("/hub") without the bytes, which are on `other`.
class ElsewhereLoad : public testing::Test {
protected:
    ElsewhereLoad()
        : server([this](const ReceivedRequest& request) { return answer_of_hub(request); }),
          other([this](const ReceivedRequest& request) {
              if (gone.contains(request.path)) return Answer{404, "not here"};
              return Answer{200, body, {{"ETag", "\"v1\""}}};
          }) {
        variables["HOME"] = folder.path().string();
        sources = {other.url("/m.onnx")};
        configure("[network]\nallow = [\"127.0.0.1:" + std::to_string(other.port()) + "\"]\n");
    }

    Answer answer_of_hub(const ReceivedRequest& request) const {
        if (request.path == "/hub/ONNX_HUB_MANIFEST.json") return {200, manifest()};
        return has_bytes.contains(request.path) ? Answer{200, distant_model} : Answer{404, ""};
    }

    std::string manifest() const {
        std::string text = R"([{"model": "M", "model_path": "a/m.onnx", "onnx_version": "1.9",
            "opset_version": 12, "metadata": {"tags": [])";
        if (has_sha) text += R"(, "model_sha": ")" + to_hex(sha256_of(distant_model)) + '"';
        if (size_bytes) text += R"(, "model_bytes": )" + std::to_string(*size_bytes);
        std::string urls;
        for (const std::string& url : sources) urls += (urls.empty() ? "\"" : ", \"") + url + "\"";
        return text + R"(, "sources": [)" + urls + "]}}]";
    }

    void configure(const std::string& text) {
        write_file(folder.path() / ".config/onnxhub/config.toml", text);
    }

    ClientOptions options() {
        ClientOptions options;
        options.hub = server.url("/hub");
        options.http.max_attempts = 1;
        options.is_trusted = [this](const TrustQuestion& question) {
            questions.push_back(question);
            return true;
        };
        options.environment = [this](const char* name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        };
        return options;
    }

    LoadOptions noting() {
        LoadOptions load;
        load.loaded = [this](const WantedFile&, const LoadedFile& file) { loaded = file; };
        return load;
    }

    std::string load(ClientOptions options) {
        HubClient client(std::move(options));
        const WantedModel wanted = client.resolve(*client.manifest().entries.at(0).entry, false);
        return read_file(client.load(wanted, noting()));
    }

    std::string load() { return load(options()); }

    std::string error(ClientOptions options) {
        try {
            load(std::move(options));
        } catch (const UserError& problem) {
            return problem.what();
        }
        return "";
    }

    std::string error() { return error(options()); }

    static std::vector<std::string> paths(const HttpServer& asked) {
        std::vector<std::string> paths;
        for (const ReceivedRequest& request : asked.requests()) {
            if (!request.path.ends_with(".json")) paths.push_back(request.path);
        }
        return paths;
    }

    TemporaryFolder folder;
    std::map<std::string, std::string> variables;
    std::set<std::string> gone;       ///< from the other server
    std::set<std::string> has_bytes;  ///< at the hub's server
    std::string body = distant_model;
    std::vector<std::string> sources;
    bool has_sha = true;
    std::optional<std::uint64_t> size_bytes = distant_model.size();
    std::vector<TrustQuestion> questions;
    LoadedFile loaded;
    HttpServer server;
    HttpServer other;
};

TEST_F(ElsewhereLoad, TheModelComesFromItsSource) {
    EXPECT_EQ(load(), distant_model);
    EXPECT_THAT(paths(other), ElementsAre("/m.onnx"));
    EXPECT_THAT(paths(server), ElementsAre("/hub/a/m.onnx"));
    EXPECT_THAT(loaded.problems, IsEmpty()) << "the hub need not have the bytes";
    EXPECT_EQ(loaded.source, other.url("/m.onnx"));
    EXPECT_EQ(loaded.size_bytes, distant_model.size());
    EXPECT_EQ(loaded.path,
              folder.path() / ".cache/onnx/hub/a" / (to_hex(sha256_of(distant_model)) + "_m.onnx"));
    EXPECT_EQ(load(), distant_model);
    EXPECT_TRUE(loaded.was_cached);
    EXPECT_EQ(loaded.size_bytes, distant_model.size());
    EXPECT_THAT(other.requests(), SizeIs(1));
}

TEST_F(ElsewhereLoad, TheUserIsAskedAndSeesTheOtherServer) {
    load();
    ASSERT_THAT(questions, SizeIs(1));
    EXPECT_EQ(questions[0].other_host, "127.0.0.1");
    fs::remove_all(folder.path() / ".cache");
    ClientOptions refusing = options();
    refusing.is_trusted = {};
    EXPECT_THAT(error(std::move(refusing)), HasSubstr("is not trusted; nothing was downloaded"));
    EXPECT_THAT(other.requests(), SizeIs(1));
}

TEST_F(ElsewhereLoad, HubAndMirrorsAreTriedFirst) {
    sources = {other.url("/one"), other.url("/two")};
    gone = {"/one"};
    ClientOptions with_mirror = options();
    with_mirror.mirrors = {server.url("/mirror")};
    EXPECT_EQ(load(with_mirror), distant_model);
    EXPECT_THAT(paths(server), ElementsAre("/hub/a/m.onnx", "/mirror/a/m.onnx"));
    EXPECT_THAT(paths(other), ElementsAre("/one", "/two"));
    EXPECT_THAT(loaded.problems, ElementsAre(HasSubstr("/one answers with status 404")));

    for (const char* place : {"/hub/a/m.onnx", "/mirror/a/m.onnx"}) {
        has_bytes = {place};
        fs::remove_all(folder.path() / ".cache");
        EXPECT_EQ(load(with_mirror), distant_model);
        EXPECT_EQ(loaded.source, server.url(place));
    }
    EXPECT_THAT(other.requests(), SizeIs(2));
}

TEST_F(ElsewhereLoad, WrongBytesMoveOnToTheNextSource) {
    sources = {other.url("/m.onnx"), server.url("/good")};
    has_bytes = {"/good"};
    for (const std::string& wrong :
         {std::string("<html>"), std::string("short"), std::string(distant_model.size(), 'x'),
          distant_model + "and more"}) {
        body = wrong;
        fs::remove_all(folder.path() / ".cache");
        EXPECT_EQ(load(), distant_model) << wrong;
        EXPECT_EQ(loaded.source, server.url("/good"));
        EXPECT_THAT(loaded.problems, ElementsAre(HasSubstr("m.onnx sends ")));
    }
}

TEST_F(ElsewhereLoad, TheSizeNeedNotBeStated) {
    size_bytes.reset();
    EXPECT_EQ(load(), distant_model);
    EXPECT_EQ(loaded.size_bytes, distant_model.size());
    EXPECT_EQ(questions.at(0).size_bytes, std::nullopt);
    fs::remove_all(folder.path() / ".cache");
    body = "other bytes";
    EXPECT_THAT(error(), HasSubstr("m.onnx sends other bytes: their SHA-256 is "));
}

TEST_F(ElsewhereLoad, WithoutADigestNothingIsRequested) {
    has_sha = false;
    EXPECT_THAT(error(), HasSubstr("a/m.onnx: the manifest has no SHA-256, so the file cannot be "
                                   "verified"));
    EXPECT_THAT(other.requests(), IsEmpty());
    sources.clear();
    has_sha = true;
    size_bytes.reset();
    EXPECT_THAT(error(), HasSubstr("has no SHA-256 and size"));
}

TEST_F(ElsewhereLoad, AnInterruptedTransferResumesInALaterLoad) {
    std::string large(3 << 20, '\0');
    std::uint32_t state = 1;
    for (char& c : large) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    int count = 0;
    HttpServer breaking([&](const ReceivedRequest& request) {
        Answer answer{200, large, {{"ETag", "\"v1\""}}};
        if (++count == 1) answer.break_after = 2 << 20;
        const std::string* range = request.header("range");
        if (!range) return answer;
        const std::size_t start = std::stoul(range->substr(6));
        return Answer{206,
                      large.substr(start),
                      {{"ETag", "\"v1\""},
                       {"Content-Range", "bytes " + std::to_string(start) + "-" +
                                             std::to_string(large.size() - 1) + "/" +
                                             std::to_string(large.size())}}};
    });
    configure("[network]\nallow = [\"127.0.0.1\"]\n");
    Entry entry;
    entry.model = "L";
    entry.model_path = "a/l.onnx";
    entry.content.sha = sha256_of(large);
    entry.sources = {breaking.url("/l.onnx")};
    const HubClient client(options());
    EXPECT_THROW(client.load(client.resolve(entry, false), {}), UserError);
    EXPECT_EQ(read_file(client.load(client.resolve(entry, false), {})), large);
    ASSERT_THAT(breaking.requests(), SizeIs(2));
    EXPECT_TRUE(breaking.requests()[1].header("range"));
}

TEST_F(ElsewhereLoad, OnlyAllowedAddressesAreRequested) {
    configure("");
    sources = {other.url("/m.onnx"), "https://169.254.169.254/m", "https://user:pw@example.org/",
               "file:///etc/passwd", "https://0x7f.1:1/m",        "https://localhost/m.onnx"};
    EXPECT_THAT(
        error(),
        AllOf(HasSubstr("m.onnx: not requested: it is not https"),
              HasSubstr("a cloud's metadata service"), HasSubstr("has a user name or password"),
              HasSubstr("does not begin with https://"), HasSubstr("an unusual spelling"),
              HasSubstr("a private network"), Not(HasSubstr("user:pw"))));
    EXPECT_THAT(other.requests(), IsEmpty());
}

TEST_F(ElsewhereLoad, CredentialsAreRefusedEvenForHostsThatTheUserNames) {
    std::string url = other.url("/m.onnx");
    url.insert(url.find("127"), "user:pw@");
    sources = {url};
    EXPECT_THAT(error(), HasSubstr("has a user name or password"));
    EXPECT_THAT(other.requests(), IsEmpty());
}

TEST_F(ElsewhereLoad, ARedirectOfTheHubLeadsNowhereElse) {
    configure("");
    HttpServer redirecting([&](const ReceivedRequest&) {
        return Answer{302, "", {{"Location", other.url("/secret")}}};
    });
    ClientOptions there = options();
    there.hub = redirecting.url("/hub");
    EXPECT_THAT(error(std::move(there)), AllOf(HasSubstr("redirects to " + other.url("/secret")),
                                               HasSubstr("not requested: it is not https")));
    EXPECT_THAT(other.requests(), IsEmpty());
}

TEST_F(ElsewhereLoad, TokensAndPasswordsStayHome) {
    variables["HF_ENDPOINT"] = other.url("/hf");
    variables["HF_TOKEN"] = "hf-secret";
    variables["ONNXHUB_TOKEN"] = "hub-secret";
    sources = {other.url("/hf/org/m.onnx"), server.url("/hub-secret/m.onnx"),
               server.url("/hub/elsewhere.onnx")};
    gone = {"/hf/org/m.onnx"};
    has_bytes = {"/hub/elsewhere.onnx"};
    write_file(folder.path() / ".netrc", "machine 127.0.0.1 login user password secret\n");
    const char* old_home = std::getenv("HOME");
    const std::string kept = old_home ? old_home : "";
    setenv("HOME", folder.path().c_str(), 1);
    EXPECT_EQ(load(), distant_model);
    setenv("HOME", kept.c_str(), 1);
    EXPECT_THAT(paths(other), ElementsAre("/hf/org/m.onnx"));
    for (const ReceivedRequest& request : other.requests()) {
        EXPECT_FALSE(request.header("authorization")) << request.path;
    }
    for (const ReceivedRequest& request : server.requests()) {
        const bool is_of_hub = request.path == "/hub/a/m.onnx" || request.path.ends_with(".json");
        EXPECT_EQ(request.header("authorization") != nullptr, is_of_hub) << request.path;
    }
}

TEST_F(ElsewhereLoad, AHubOnThisDiskCanNameOtherServers) {
    write_file(folder.path() / "hub/ONNX_HUB_MANIFEST.json", manifest());
    ClientOptions local = options();
    local.hub = (folder.path() / "hub").string();
    local.is_offline = true;
    EXPECT_THAT(error(local), HasSubstr("a/m.onnx: is not in the cache; leave out --offline"));
    EXPECT_THAT(other.requests(), IsEmpty());
    local.is_offline = false;
    EXPECT_EQ(load(local), distant_model);
    EXPECT_THAT(questions, SizeIs(1)) << "other servers need trust";
    EXPECT_THAT(loaded.problems, IsEmpty()) << "the hub need not have the file";
    local.is_offline = true;
    EXPECT_EQ(load(local), distant_model);

    fs::remove_all(folder.path() / ".cache");
    write_file(folder.path() / "hub/a/m.onnx", distant_model);
    EXPECT_EQ(load(local), distant_model);
    EXPECT_THAT(other.requests(), SizeIs(1)) << "the file at its path comes first";
}

TEST_F(ElsewhereLoad, TheCacheKnowsItLikeAnyModel) {
    load();
    const CacheInventory inventory =
        take_inventory(folder.path() / ".cache/onnx/hub", folder.path() / ".local/state/onnxhub",
                       std::chrono::system_clock::now());
    ASSERT_THAT(inventory.files, SizeIs(1));
    EXPECT_EQ(inventory.files[0].hub, server.url("/hub"));
    EXPECT_EQ(inventory.files[0].hub_path, "a/m.onnx");
    EXPECT_TRUE(is_intact(inventory.files[0], [] {}));
}

/// Locks the model, and reads the lock file back.
LockFile relocked(HubClient& client) {
    LockFile lock;
    lock.hub = lock.address = client.name();
    put_model(lock, {client.resolve(*client.manifest().entries.at(0).entry, false), {}, {}});
    return parse_lock_file(to_text(lock), "onnxhub.lock");
}

TEST_F(ElsewhereLoad, ALockFileKeepsTheSources) {
    sources = {other.url("/m.onnx?download=1&token=public")};
    size_bytes.reset();
    HubClient client(options());
    const LockFile lock = relocked(client);
    const WantedFile& file = lock.models.at(0).wanted.files.at(0);
    EXPECT_THAT(file.elsewhere, ElementsAre(sources[0]));
    EXPECT_THAT(file.locked_urls, ElementsAre(server.url("/hub/a/m.onnx"), sources[0]));
    EXPECT_EQ(file.key.size_bytes, std::nullopt);
    EXPECT_EQ(to_text(lock), to_text(parse_lock_file(to_text(lock), "l")));

    variables["HF_ENDPOINT"] = other.url("");
    variables["HF_TOKEN"] = "hf-secret";
    HubClient later(options());
    const auto path = later.load(later.resolve(lock.models[0].wanted), noting());
    EXPECT_EQ(read_file(path), distant_model);
    ASSERT_THAT(other.requests(), SizeIs(1));
    EXPECT_EQ(*other.requests()[0].parameter("download"), "1");
    EXPECT_FALSE(other.requests()[0].header("authorization"));
}

TEST_F(ElsewhereLoad, AnotherAuthorsLockFileNeedsTrustAndAllowedAddresses) {
    HubClient client(options());
    const LockFile lock = relocked(client);
    const std::string trusting = "trusted = [\"" + server.url("/hub") + "\"]\n";
    configure(trusting);
    ClientOptions refusing = options();
    refusing.is_trusted = {};
    HubClient strict(refusing);
    try {
        strict.load(strict.resolve(lock.models[0].wanted), {});
        FAIL();
    } catch (const UserError& problem) {
        EXPECT_THAT(problem.what(), HasSubstr("not requested: it is not https"));
    }
    configure(trusting + "[network]\nallow = [\"127.0.0.1\"]\n");
    HubClient allowing(refusing);
    try {
        allowing.load(allowing.resolve(lock.models[0].wanted), {});
        FAIL();
    } catch (const UserError& problem) {
        EXPECT_THAT(problem.what(), HasSubstr("this hub is not trusted; nothing was downloaded"));
    }
    EXPECT_THAT(other.requests(), IsEmpty());
}

}  // namespace
}  // namespace onnxhub
