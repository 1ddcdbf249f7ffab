// SPDX-License-Identifier: Apache-2.0
// A client and a hub with an index on a web server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "base/user_error.h"
#include "hosting/client/hub_client.h"
#include "index/index_writer.h"
#include "tests/support/http_server.h"
#include "tests/support/numbered_models.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* manifest_path = "/hub/ONNX_HUB_MANIFEST.json";
constexpr const char* root_path = "/hub/index/root.json";

class IndexedHub : public testing::Test, public IndexFiles {
protected:
    IndexedHub() : server([this](const ReceivedRequest& request) { return answer(request); }) {
        publish(manifest_of_models(2000));
    }

    void put(const IndexRef& file, std::string_view text) override {
        const std::scoped_lock guard(lock);
        files["/hub/" + index_path(file.digest)] = text;
    }

    void publish(const std::string& manifest) {
        files.clear();
        const auto source = memory_source(manifest);
        const IndexReport report = write_index({source.get(), "manifest"}, *this);
        files[manifest_path] = manifest;
        files[root_path] = report.root;
    }

    Answer answer(const ReceivedRequest& request) {
        const auto found = files.find(request.path);
        if (is_page_for_all && found == files.end()) return {200, "<html>"};
        if (found == files.end()) return {404, ""};
        const std::string tag = '"' + to_hex(sha256_of(found->second)) + '"';
        const std::string* known = request.header("if-none-match");
        if (known && *known == tag) return {304, ""};
        return {200, found->second, {{"ETag", tag}}};
    }

    HubClient client(bool is_offline = false) {
        ClientOptions options;
        options.hub = server.url("/hub");
        options.is_offline = is_offline;
        options.http.max_attempts = 1;
        options.report = [this](const std::string& text) { reports.push_back(text); };
        options.environment = [this](const char* name) -> std::optional<std::string> {
            return std::string(name) == "HOME" ? std::optional(folder.path().string())
                                               : std::nullopt;
        };
        return HubClient(std::move(options));
    }

    /// Removes what the client keeps.
    void forget() const {
        for (const char* kept : {".cache", ".local"}) {
            std::filesystem::remove_all(folder.path() / kept);
        }
    }

    std::vector<std::string> requested() const {
        std::vector<std::string> paths;
        for (const ReceivedRequest& request : server.requests()) paths.push_back(request.path);
        return paths;
    }

    /// The paths of all versions of a model.
    static std::vector<std::string> paths_of(HubClient& client, const std::string& model) {
        std::vector<std::string> paths;
        ModelFilter filter;
        filter.model = model;
        for (const ManifestEntry* entry : list_models(client.manifest_of(model), filter)) {
            paths.push_back(entry->entry->model_path);
        }
        return paths;
    }

    TemporaryFolder folder;
    std::mutex lock;
    std::map<std::string, std::string> files;
    bool is_page_for_all = false;
    std::vector<std::string> reports;
    HttpServer server;
};

TEST_F(IndexedHub, AModelNeedsAFewSmallFiles) {
    HubClient hub = client();
    EXPECT_THAT(paths_of(hub, "MODEL-700"), ElementsAre("m/1400.onnx", "m/1401.onnx"));
    EXPECT_THAT(paths_of(hub, "model-700"), SizeIs(2));
    EXPECT_EQ(hub.entry_count(), 2000u);
    EXPECT_THAT(requested(), Not(Contains(manifest_path)));
    EXPECT_LE(requested().size(), 3u);
    EXPECT_THAT(reports, IsEmpty());
    EXPECT_EQ(*server.requests()[1].header("accept-encoding"), "gzip");
}

TEST_F(IndexedHub, FilesThatWereReadAreNotRequestedAgain) {
    {
        HubClient hub = client();
        paths_of(hub, "model-700");
    }
    const std::size_t before = requested().size();
    HubClient hub = client();
    EXPECT_THAT(paths_of(hub, "model-700"), SizeIs(2));
    EXPECT_THAT(requested(), SizeIs(before + 1)) << "the root is asked for again";
    HubClient offline = client(true);
    EXPECT_THAT(paths_of(offline, "model-700"), SizeIs(2));
    EXPECT_THAT(requested(), SizeIs(before + 1));
}

TEST_F(IndexedHub, ANewRootIsSeen) {
    {
        HubClient hub = client();
        EXPECT_THAT(paths_of(hub, "model-1000"), IsEmpty());
    }
    publish(manifest_of_models(2002));
    HubClient hub = client();
    EXPECT_THAT(paths_of(hub, "model-1000"), SizeIs(2));
}

TEST_F(IndexedHub, WordsAndTagsAreFound) {
    HubClient hub = client();
    EXPECT_EQ(hub.search_index({"model", "700"}, 10)->count, 2u);
    EXPECT_EQ(hub.find_tag_in_index("Vision", 10)->count, 2000u);
    EXPECT_THAT(requested(), Not(Contains(manifest_path)));
}

/// The files of an old root may be removed while a client reads.
TEST_F(IndexedHub, TheManifestStandsInForAMissingOrChangedFile) {
    const auto all = files;
    for (const bool is_missing : {true, false}) {
        for (auto& [path, text] : files) {
            if (path != manifest_path && path != root_path) text = is_missing ? "" : text + " ";
        }
        if (is_missing) {
            std::erase_if(files, [](const auto& file) { return file.second.empty(); });
        }
        HubClient hub = client();
        EXPECT_THAT(paths_of(hub, "model-700"), SizeIs(2));
        ASSERT_THAT(reports, SizeIs(1));
        EXPECT_THAT(reports[0], HasSubstr("the index can't be used, reading the manifest"));
        EXPECT_THAT(requested(), Contains(manifest_path));
        reports.clear();
        forget();
        files = all;
    }
}

TEST_F(IndexedHub, AHubWithoutAnIndexIsReadByItsManifest) {
    std::erase_if(files, [](const auto& file) { return file.first != manifest_path; });
    for (const bool has_page : {false, true}) {
        is_page_for_all = has_page;
        HubClient hub = client();
        EXPECT_THAT(paths_of(hub, "model-700"), SizeIs(2));
        EXPECT_FALSE(hub.search_index({"model"}, 10));
        EXPECT_THAT(reports, IsEmpty());
        forget();
    }
}

TEST_F(IndexedHub, ASmallManifestThatIsKnownIsAskedForAgain) {
    files.erase(root_path);
    {
        HubClient hub = client();
        hub.manifest();
    }
    const std::size_t before = requested().size();
    HubClient hub = client();
    EXPECT_THAT(paths_of(hub, "model-700"), SizeIs(2));
    ASSERT_THAT(requested(), SizeIs(before + 1));
    EXPECT_EQ(requested().back(), manifest_path);
}

TEST_F(IndexedHub, AHugeRootIsRefused) {
    files[root_path] = std::string(index_root_limit + 1, ' ');
    HubClient hub = client();
    EXPECT_THAT(paths_of(hub, "model-700"), SizeIs(2));
    EXPECT_THAT(requested(), Contains(manifest_path));
}

}  // namespace
}  // namespace onnxhub::test
