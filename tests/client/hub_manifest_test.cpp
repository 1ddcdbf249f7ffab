// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/user_error.h"
#include "tests/support/http_server.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::Answer;
using test::HttpServer;
using test::ReceivedRequest;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::SizeIs;

class HubManifestTest : public testing::Test {
protected:
    HubManifestTest()
        : server([this](const ReceivedRequest& request) { return answer(request); }) {}

    Answer answer(const ReceivedRequest& request) {
        if (status != 200) return {status, "problem"};
        const std::string* known = request.header("if-none-match");
        if (known && *known == etag) return {304, ""};
        return {200, text, {{"ETag", etag}}};
    }

    HubManifest fetch(bool offline = false) {
        HttpOptions options;
        options.max_attempts = 1;
        HttpClient client(options);
        HttpRequest request;
        request.url = server.url("/hub/ONNX_HUB_MANIFEST.json");
        return fetch_manifest({request, folder.path() / "state", offline}, client);
    }

    std::string error(bool offline = false) {
        try {
            fetch(offline);
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    }

    int status = 200;
    std::string text = "[]";
    std::string etag = "\"one\"";
    TemporaryFolder folder;
    HttpServer server;
};

TEST(HubManifestSize, HasALimit) {
    struct Sized : ByteSource {
        explicit Sized(std::uint64_t size_bytes) : size(size_bytes) {}
        std::uint64_t size_bytes() const override { return size; }
        std::size_t read(std::uint64_t, std::span<std::byte>) const override { return 0; }
        std::uint64_t size;
    };
    for (const std::uint64_t limit : {manifest_size_limit, local_manifest_limit}) {
        EXPECT_EQ(hub_manifest(std::make_shared<Sized>(limit), "m", limit).shown_name, "m");
        EXPECT_THROW(hub_manifest(std::make_shared<Sized>(limit + 1), "m", limit), UserError);
    }
}

TEST_F(HubManifestTest, IsFetchedAndThenOnlyAskedAfter) {
    EXPECT_EQ(fetch().text(), "[]");
    EXPECT_EQ(fetch().text(), "[]");
    ASSERT_THAT(server.requests(), SizeIs(2));
    EXPECT_EQ(*server.requests()[1].header("if-none-match"), "\"one\"");
    text = "[ ]";
    etag = "\"two\"";
    EXPECT_EQ(fetch().text(), "[ ]");
}

TEST_F(HubManifestTest, OfflineOpensNoConnection) {
    EXPECT_THAT(error(true), HasSubstr("run once without --offline"));
    fetch();
    EXPECT_EQ(fetch(true).text(), "[]");
    EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST_F(HubManifestTest, TheLastCopyStandsInForAHubInTrouble) {
    status = 503;
    EXPECT_THAT(error(), HasSubstr("status 503"));
    status = 200;
    fetch();
    status = 503;
    const HubManifest copy = fetch();
    EXPECT_EQ(copy.text(), "[]");
    EXPECT_THAT(copy.note, HasSubstr("using the last copy"));
}

TEST_F(HubManifestTest, ANetworkThatIsGoneIsToldOnceWithTheAddress) {
    HttpOptions options;
    options.max_attempts = 1;
    HttpClient client(options);
    HttpRequest request;
    request.url = "http://127.0.0.1:1/hub/ONNX_HUB_MANIFEST.json";
    try {
        fetch_manifest({request, folder.path() / "state", false}, client);
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), testing::StartsWith(request.url + ": no connection"));
    }
}

TEST_F(HubManifestTest, AHubThatIsGoneOrClosedIsAnErrorInSpiteOfTheCopy) {
    fetch();
    status = 404;
    EXPECT_THAT(error(), HasSubstr("check the hub's name and branch"));
    status = 401;
    EXPECT_THAT(error(), HasSubstr("~/.netrc"));
}

TEST_F(HubManifestTest, ACopyThatWasAlteredDoesNotCount) {
    fetch();
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder.path())) {
        if (file.path().extension() == ".json") test::write_file(file.path(), "[\"evil\"]");
    }
    EXPECT_THAT(error(true), HasSubstr("there is no local copy of this manifest"));
    EXPECT_EQ(fetch().text(), "[]");
    EXPECT_EQ(server.requests()[1].header("if-none-match"), nullptr);
}

std::string cache_of(std::map<std::string, std::string> variables) {
    return default_cache_folder([&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

TEST(CacheFolder, IsThatOfThePythonClient) {
    EXPECT_EQ(cache_of({{"ONNX_HOME", "/o"}, {"XDG_CACHE_HOME", "/x"}, {"HOME", "/h"}}), "/o/hub");
    EXPECT_EQ(cache_of({{"XDG_CACHE_HOME", "/x"}, {"HOME", "/h"}}), "/x/onnx/hub");
    EXPECT_EQ(cache_of({{"HOME", "/h"}}), "/h/.cache/onnx/hub");
    EXPECT_THROW(cache_of({}), UserError);
}

}  // namespace
}  // namespace onnxhub
