// SPDX-License-Identifier: Apache-2.0
// The index that a server makes of its hub's manifest.
#include "hosting/server/served_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "archive/gzip.h"
#include "base/byte_source.h"
#include "base/user_error.h"
#include "hosting/client/hub_client.h"
#include "index/index_writer.h"
#include "tests/server/served.h"
#include "tests/support/numbered_models.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// 2,000 models have more than 1 MiB.
std::string manifest_of_long_texts(int count, const std::string& tag = "vision") {
    return manifest_of_models(count, [&](int, Entry& entry) {
        entry.tags = {tag};
        entry.about.edit().description = std::string(300, 'x');
    });
}

/// The files of an index by path, made by the library.
class MadeIndex : public IndexFiles {
public:
    explicit MadeIndex(const std::string& manifest) {
        const auto source = memory_source(manifest);
        root = write_index({source.get(), "manifest", 1}, *this).root;
    }

    void put(const IndexRef& file, std::string_view text) override {
        files["/" + index_path(file.digest)] = text;
    }

    std::string root;
    std::map<std::string, std::string> files;
};

/// Waits for at most a minute.
bool is_soon(const std::function<bool()>& is_true) {
    for (int i = 0; i < 6000; ++i) {
        if (is_true()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

bool has_root(Served& served, const std::string& root) {
    return is_soon([&] { return served.get("/index/root.json").body == root; });
}

/// Whether the server made no index within the time that it needs for another one.
void expect_none(Served& served) {
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(served.get("/index/root.json").status, 404);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_THAT(served.get("/metrics").body, AllOf(HasSubstr("\nonnxhub_indexes_made_total 0\n"),
                                                   HasSubstr("\nonnxhub_index_bytes 0\n")));
}

class ServedIndexTest : public testing::Test {
protected:
    std::string hub() const { return folder_.path() / "hub"; }

    void publish(const std::string& manifest) {
        write_file(folder_.path() / "hub/new", manifest);
        std::filesystem::rename(folder_.path() / "hub/new", folder_.path() / "hub" / manifest_name);
    }

    static ServerOptions with_memory(std::uint64_t bytes) {
        ServerOptions options;
        options.index.memory_bytes = bytes;
        return options;
    }

    HubClient client(const Served& served) {
        ClientOptions options;
        options.hub = served.server->url();
        options.http.max_attempts = 1;
        options.report = [this](const std::string& line) { reports_.push_back(line); };
        options.environment = [this](const char* name) -> std::optional<std::string> {
            return std::string(name) == "HOME" ? std::optional(folder_.path().string())
                                               : std::nullopt;
        };
        return HubClient(std::move(options));
    }

    TemporaryFolder folder_;
    std::vector<std::string> reports_;
};

TEST_F(ServedIndexTest, HasTheFilesThatExportWrites) {
    const std::string manifest = manifest_of_long_texts(2000);
    publish(manifest);
    Served served(hub());
    const MadeIndex made(manifest);
    ASSERT_TRUE(has_root(served, made.root));
    for (const auto& [path, text] : made.files) {
        const Reply reply = served.get(path);
        ASSERT_EQ(reply.status, 200) << path;
        EXPECT_TRUE(reply.body == text) << path;
    }
    EXPECT_EQ(served.get("/index/ab/" + std::string(64, 'a') + ".json").status, 404);
    EXPECT_EQ(served.get("/index/aa/" + std::string(64, 'a') + ".json").status, 404);
    EXPECT_EQ(served.get("/index").status, 404);
}

TEST_F(ServedIndexTest, OnlyTheRootIsRevalidated) {
    const std::string manifest = manifest_of_long_texts(2000);
    publish(manifest);
    Served served(hub());
    const MadeIndex made(manifest);
    ASSERT_TRUE(has_root(served, made.root));
    const Reply root = served.get("/index/root.json");
    EXPECT_EQ(root.header("Cache-Control"), "no-cache");
    EXPECT_EQ(root.header("ETag"), '"' + to_hex(sha256_of(made.root)) + '"');
    EXPECT_EQ(served.get("/index/root.json", {{"If-None-Match", root.header("ETag")}}).status, 304);
    const std::string path = "/" + index_path(sha256_of(made.root));
    const Reply same = served.get(path);
    EXPECT_EQ(same.body, made.root);
    EXPECT_EQ(same.header("Cache-Control"), "max-age=31536000, immutable");
    EXPECT_EQ(same.header("Content-Type"), "application/json");
}

TEST_F(ServedIndexTest, FilesArePackedForThoseWhoTakeThat) {
    const std::string manifest = manifest_of_long_texts(2000);
    publish(manifest);
    Served served(hub());
    const MadeIndex made(manifest);
    ASSERT_TRUE(has_root(served, made.root));
    const auto& [path, text] = *made.files.begin();
    const Reply packed = served.get(path, {{"Accept-Encoding", "gzip"}});
    EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
    EXPECT_EQ(gunzip(packed.body, text.size()), text);
    EXPECT_THAT(packed.header("ETag"), HasSubstr("-gzip\""));
    EXPECT_EQ(packed.header("Vary"), "Accept-Encoding");
    EXPECT_EQ(served.get(path, {{"Accept-Encoding", "gzip"}, {"Range", "bytes=1-3"}}).body,
              text.substr(1, 3));
    EXPECT_EQ(served.get(path, {}, "HEAD").header("Content-Length"), std::to_string(text.size()));
}

TEST_F(ServedIndexTest, AClientReadsItAndNotTheManifest) {
    const std::string manifest = manifest_of_long_texts(2000);
    publish(manifest);
    Served served(hub());
    ASSERT_TRUE(has_root(served, MadeIndex(manifest).root));
    HubClient reader = client(served);
    const ModelFilter filter{"model-700", {}, {}, {}, {}};
    EXPECT_EQ(list_models(reader.manifest_of("model-700"), filter).size(), 2u);
    EXPECT_EQ(reader.search_index({"model", "700"}, 10)->count, 2u);
    EXPECT_THAT(reports_, IsEmpty());
    EXPECT_THAT(served.final_log(), Not(testing::Contains(HasSubstr(manifest_name))));
}

TEST_F(ServedIndexTest, AReaderInTheMiddleOfAChangeFindsItsFiles) {
    const std::string before = manifest_of_long_texts(2000);
    publish(before);
    Served served(hub());
    ASSERT_TRUE(has_root(served, MadeIndex(before).root));
    HubClient reader = client(served);
    EXPECT_EQ(reader.entry_count(), 2000u);  // reads the root
    const std::string after = manifest_of_long_texts(2002, "text");
    publish(after);
    ASSERT_TRUE(has_root(served, MadeIndex(after).root));
    EXPECT_EQ(reader.manifest_of("model-700").entries.at(0).entry->tags.at(0), "vision");
    EXPECT_THAT(reports_, IsEmpty());
    EXPECT_EQ(client(served).entry_count(), 2002u);
    const std::string third = manifest_of_long_texts(2004, "audio");
    publish(third);
    ASSERT_TRUE(has_root(served, MadeIndex(third).root));
    EXPECT_EQ(served.get("/" + index_path(sha256_of(MadeIndex(before).root))).status, 404);
    EXPECT_EQ(served.get("/" + index_path(sha256_of(MadeIndex(after).root))).status, 200);
}

TEST_F(ServedIndexTest, TheRootIsNeverThatOfAnotherManifest) {
    publish(manifest_of_long_texts(2000));
    Served served(hub());
    for (int i = 1; i <= 10; ++i) {
        const std::string manifest = manifest_of_long_texts(2000 + 2 * i);
        publish(manifest);
        ASSERT_TRUE(is_soon([&] {
            const Reply reply = served.get("/index/root.json");
            EXPECT_TRUE(reply.status == 404 ||
                        reply.body.find(to_hex(sha256_of(manifest))) != reply.body.npos);
            return reply.status == 200;
        }));
    }
}

TEST_F(ServedIndexTest, OfARevisionIsOfOneCommitWithTheManifest) {
    RepositoryBuilder repository;
    const std::string manifest = manifest_of_long_texts(2000);
    repository.write(manifest_name, manifest).commit("Hub");
    Served served(repository.path().string() + ":main");
    ASSERT_TRUE(has_root(served, MadeIndex(manifest).root));
    EXPECT_EQ(served.get("/index/root.json").header("Onnx-Hub-Commit"),
              served.get("/" + std::string(manifest_name)).header("Onnx-Hub-Commit"));
}

TEST_F(ServedIndexTest, OfARetractedCommitIsNotServed) {
    RepositoryBuilder repository;
    const std::string begin = repository.write("README.md", "# Hub").commit("Begin");
    const auto reset = [&] {
        run_command({"git", "update-ref", "refs/heads/main", begin}, repository.path());
    };
    const std::string before = manifest_of_long_texts(2000, "secret");
    repository.write(manifest_name, before).commit("Hub");
    Served served(repository.path().string() + ":main");
    ASSERT_TRUE(has_root(served, MadeIndex(before).root));
    reset();
    const std::string after = manifest_of_long_texts(2000);
    repository.write(manifest_name, after).commit("Hub without secrets");
    ASSERT_TRUE(has_root(served, MadeIndex(after).root));
    EXPECT_EQ(served.get("/" + index_path(sha256_of(MadeIndex(before).root))).status, 404);
    reset();
    const std::string path = "/" + index_path(sha256_of(MadeIndex(after).root));
    EXPECT_TRUE(is_soon([&] { return served.get(path).status == 404; })) << "no manifest is left";
}

TEST_F(ServedIndexTest, AnIndexOfTheHubItselfComesFirst) {
    publish(manifest_of_long_texts(2000));
    write_file(folder_.path() / "hub/index/root.json", "its own");
    Served served(hub());
    EXPECT_EQ(served.get("/index/root.json").body, "its own");
}

TEST_F(ServedIndexTest, ASmallManifestNeedsNone) {
    publish(manifest_of_long_texts(100));
    Served served(hub());
    expect_none(served);
}

TEST_F(ServedIndexTest, ASmallManifestOfASignedHubHasOne) {
    const std::string manifest = manifest_of_long_texts(100);
    publish(manifest);
    write_file(folder_.path() / "hub/M.sig", "signed");
    ServerOptions options;
    options.index.statement_path = "/M.sig";
    Served served(hub(), options);
    EXPECT_TRUE(has_root(served, MadeIndex(manifest).root));
}

TEST_F(ServedIndexTest, NoneIsMadeWithoutMemory) {
    publish(manifest_of_long_texts(2000));
    Served served(hub(), with_memory(0));
    expect_none(served);
}

/// 2,000 models whose index has about `bytes` as gzip.
std::string manifest_that_packs_to(std::size_t bytes, unsigned seed) {
    std::mt19937 random(seed);
    return manifest_of_models(2000, [&](int i, Entry& entry) {
        entry.model = "model-" + std::to_string(i);
        std::string noise(2 * bytes / 2000, 'x');  // hexadecimal digits pack to a half
        for (char& c : noise) c = "0123456789abcdef"[random() % 16];
        entry.about.edit().description = noise + std::string(500, 'x');
    });
}

std::uint64_t held_bytes(Served& served) {
    const std::string text = served.get("/metrics").body;
    constexpr std::string_view name = "\nonnxhub_index_bytes ";
    return std::stoull(text.substr(text.find(name) + name.size()));
}

constexpr std::uint64_t little_memory = 2000 * index_bytes_of_model;  // 500 KiB

TEST_F(ServedIndexTest, AnOlderIndexMakesRoomForTheNewOne) {
    const std::string one = manifest_that_packs_to(250'000, 1);
    publish(one);
    Served served(hub(), with_memory(little_memory));
    ASSERT_TRUE(has_root(served, MadeIndex(one).root));
    EXPECT_GT(held_bytes(served), 250'000u);
    const std::string two = manifest_that_packs_to(250'000, 2);
    publish(two);
    ASSERT_TRUE(has_root(served, MadeIndex(two).root));
    EXPECT_LE(held_bytes(served), little_memory);
    EXPECT_EQ(served.get("/" + index_path(sha256_of(MadeIndex(one).root))).status, 404);
}

TEST_F(ServedIndexTest, AnIndexBeyondTheMemoryIsGivenUp) {
    publish(manifest_that_packs_to(600'000, 1));
    Served served(hub(), with_memory(little_memory));
    expect_none(served);
    const std::string small = manifest_that_packs_to(250'000, 2);
    publish(small);
    EXPECT_TRUE(has_root(served, MadeIndex(small).root));
}

TEST_F(ServedIndexTest, ManyModelsForTheMemoryAreRefused) {
    publish(manifest_of_long_texts(2000));
    Served served(hub(), with_memory(2000 * index_bytes_of_model - 1));
    expect_none(served);
}

TEST_F(ServedIndexTest, ABrokenManifestHasNone) {
    std::string manifest = manifest_of_long_texts(2000);
    manifest.pop_back();  // "]"
    publish(manifest);
    Served served(hub());
    expect_none(served);
    const std::string valid = manifest_of_long_texts(2000);
    publish(valid);
    EXPECT_TRUE(has_root(served, MadeIndex(valid).root));
}

TEST_F(ServedIndexTest, TheServerEndsWhileAnIndexIsMade) {
    publish(manifest_of_long_texts(20'000));
    const auto begin = std::chrono::steady_clock::now();
    { Served served(hub()); }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

}  // namespace
}  // namespace onnxhub::test
