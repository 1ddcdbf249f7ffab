// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/model_download.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "base/user_error.h"
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
using testing::SizeIs;

const std::string downloaded_model(100'000, 'm');

CacheKey key(const std::string& path = "vision/mnist/mnist.onnx") {
    return {path, sha256_of(downloaded_model), downloaded_model.size(), true};
}

FileSources web(const std::vector<std::string>& urls) {
    FileSources sources;
    for (const std::string& url : urls) {
        HttpRequest request;
        request.url = url;
        sources.web.push_back({request});
    }
    return sources;
}

class ModelDownload : public testing::Test {
protected:
    LoadedFile load(const FileSources& sources, DownloadOptions options = {}) {
        HttpOptions http;
        http.max_attempts = 2;
        http.sleep = [](std::chrono::milliseconds) {};
        HttpClient client(http);
        return load_file(key(), sources, cache, options, client);
    }

    std::string error(const FileSources& sources, DownloadOptions options = {}) {
        try {
            load(sources, std::move(options));
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    }

    /// Regular files in the cache.
    std::vector<std::string> cached_files() {
        std::vector<std::string> files;
        if (!fs::exists(folder.path() / "cache")) return files;
        for (const auto& file : fs::recursive_directory_iterator(folder.path() / "cache")) {
            const std::string path = fs::relative(file.path(), folder.path() / "cache").string();
            if (file.is_regular_file()) files.push_back(path);
        }
        return files;
    }

    const std::string name = "vision/mnist/" + to_hex(sha256_of(downloaded_model)) + "_mnist.onnx";
    TemporaryFolder folder;
    ModelCache cache{folder.path() / "cache", folder.path() / "state"};
};

HttpServer serving(const std::string& body, int status = 200) {
    return HttpServer([=](const ReceivedRequest&) { return Answer{status, body}; });
}

TEST_F(ModelDownload, PutsVerifiedBytesWhereThePythonClientDoes) {
    HttpServer server = serving(downloaded_model);
    const LoadedFile loaded = load(web({server.url("/m")}));
    EXPECT_FALSE(loaded.was_cached);
    EXPECT_EQ(loaded.path, folder.path() / "cache" / name);
    EXPECT_EQ(read_file(loaded.path), downloaded_model);
    EXPECT_THAT(cached_files(), ElementsAre(name));
    struct stat status = {};
    ASSERT_EQ(stat(loaded.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_nlink, 1u);
}

TEST_F(ModelDownload, AHitAsksNobody) {
    HttpServer server = serving(downloaded_model);
    load(web({server.url("/m")}));
    DownloadOptions options;
    options.is_offline = true;
    EXPECT_TRUE(load(web({server.url("/m")}), options).was_cached);
    EXPECT_THAT(server.requests(), SizeIs(1));
    options = {};
    options.force = true;
    EXPECT_FALSE(load(web({server.url("/m")}), options).was_cached);
    EXPECT_THAT(server.requests(), SizeIs(2));
}

TEST_F(ModelDownload, OfflineWithoutTheFileIsAnError) {
    DownloadOptions options;
    options.is_offline = true;
    EXPECT_THAT(error(web({"http://127.0.0.1:1/"}), options), HasSubstr("leave out --offline"));
}

TEST_F(ModelDownload, SourcesThatFailOrLieGiveWayToTheNext) {
    std::string other = downloaded_model;
    other[5] = 'x';
    HttpServer gone = serving("", 404);
    HttpServer busy = serving("", 503);
    HttpServer lying = serving(other);
    HttpServer shorter = serving(downloaded_model.substr(1));
    HttpServer longer = serving(downloaded_model + "m");
    HttpServer pointer = serving("version https://git-lfs.github.com/spec/v1\noid sha256:00\n");
    HttpServer page = serving("<!DOCTYPE html><html>Sign in</html>");
    HttpServer good = serving(downloaded_model);
    const LoadedFile loaded =
        load(web({gone.url("/"), busy.url("/"), lying.url("/"), shorter.url("/"), longer.url("/"),
                  pointer.url("/"), page.url("/"), "http://127.0.0.1:1/", good.url("/")}));
    EXPECT_EQ(read_file(loaded.path), downloaded_model);
    EXPECT_THAT(
        loaded.problems,
        ElementsAre(HasSubstr("status 404"), HasSubstr("status 503"),
                    AllOf(HasSubstr("other bytes"), HasSubstr(to_hex(sha256_of(other))),
                          HasSubstr(to_hex(sha256_of(downloaded_model)))),
                    HasSubstr("sends 99999 bytes"), HasSubstr("more than the 100000 bytes"),
                    HasSubstr("Git LFS pointer"), HasSubstr("web page"), HasSubstr("127.0.0.1:1")));
}

TEST_F(ModelDownload, NothingIsLeftWhenNoSourceHasIt) {
    HttpServer lying = serving(std::string(100'000, 'x'));
    EXPECT_THAT(error(web({lying.url("/")})), HasSubstr("no source has it"));
    EXPECT_THAT(cached_files(), IsEmpty());
}

TEST_F(ModelDownload, ABrokenTransferIsTriedAgain) {
    std::atomic<int> count = 0;
    HttpServer server([&](const ReceivedRequest&) {
        Answer answer{200, downloaded_model};
        if (++count == 1) answer.break_after = 50'000;
        return answer;
    });
    EXPECT_EQ(read_file(load(web({server.url("/")})).path), downloaded_model);
    EXPECT_EQ(count, 2);
}

TEST_F(ModelDownload, AFileThatWasAlteredInTheCacheIsToldWithBothHashes) {
    HttpServer server = serving(downloaded_model);
    const LoadedFile loaded = load(web({server.url("/")}));
    write_file(loaded.path, "altered");
    EXPECT_THAT(error(web({server.url("/")})),
                AllOf(HasSubstr(to_hex(sha256_of("altered"))),
                      HasSubstr(to_hex(sha256_of(downloaded_model))), HasSubstr("--force-reload")));
    DownloadOptions options;
    options.force = true;
    EXPECT_EQ(read_file(load(web({server.url("/")}), options).path), downloaded_model);
}

TEST_F(ModelDownload, ARefusalComesBeforeTheFirstRequest) {
    HttpServer server = serving(downloaded_model);
    DownloadOptions options;
    options.before_download = [] { throw UserError("not trusted"); };
    EXPECT_EQ(error(web({server.url("/")}), options), "not trusted");
    EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(ModelDownload, AnInterruptionLeavesNothing) {
    HttpServer server = serving(downloaded_model);
    DownloadOptions options;
    int blocks = 0;
    options.check_interruption = [&] {
        if (++blocks == 2) throw Interrupted();
    };
    EXPECT_THROW(load(web({server.url("/")}), options), Interrupted);
    EXPECT_THAT(cached_files(), IsEmpty());
}

TEST_F(ModelDownload, AFileLargerThanTheDiskIsRefusedBeforeTheFirstRequest) {
    HttpServer server = serving(downloaded_model);
    HttpClient client;
    CacheKey huge = key();
    huge.size_bytes = std::uint64_t{1} << 60;
    EXPECT_THROW(load_file(huge, web({server.url("/")}), cache, {}, client), UserError);
    EXPECT_THAT(server.requests(), IsEmpty());
}

TEST_F(ModelDownload, HubsOnThisDiskComeFirstAndNeedNoNetwork) {
    test::write_file(folder.path() / "hub/vision/mnist/mnist.onnx", downloaded_model);
    const LocalHub hub((folder.path() / "hub").string());
    FileSources sources = web({"http://127.0.0.1:1/"});
    sources.local = {&hub};
    DownloadOptions options;
    options.is_offline = true;
    options.before_download = [] { FAIL() << "nothing is downloaded"; };
    EXPECT_EQ(read_file(load(sources, options).path), downloaded_model);
}

TEST_F(ModelDownload, OnlySourcesThatNeedTrustAreAskedAbout) {
    HttpServer gone = serving("", 404);
    HttpServer good = serving(downloaded_model);
    FileSources sources = web({gone.url("/"), good.url("/")});
    sources.web[0].needs_trust = false;
    int asked = 0;
    DownloadOptions options;
    options.before_download = [&] {
        EXPECT_THAT(gone.requests(), SizeIs(1));
        ++asked;
    };
    load(sources, options);
    EXPECT_EQ(asked, 1);
}

TEST_F(ModelDownload, PathsNeverLeaveTheCache) {
    HttpClient client;
    for (const char* path : {"../x.onnx", "/etc/x.onnx", "a/../../x", "a\\..\\x", "", "a//b"}) {
        EXPECT_THROW(load_file(key(path), {}, cache, {}, client), UserError) << path;
    }
    const fs::path outside = folder.path() / "outside";
    fs::create_directories(outside);
    fs::create_directories(folder.path() / "cache");
    fs::create_symlink(outside, folder.path() / "cache/vision");
    HttpServer server = serving(downloaded_model);
    EXPECT_THAT(error(web({server.url("/")})), HasSubstr("symbolic link inside the cache"));
    EXPECT_TRUE(fs::is_empty(outside));
}

TEST_F(ModelDownload, SixteenAtOnceDownloadOnce) {
    HttpServer server = serving(downloaded_model);
    std::vector<std::jthread> threads;
    std::atomic<int> right = 0;
    for (int i = 0; i < 16; ++i) {
        threads.emplace_back([&] {
            HttpClient client;
            const LoadedFile loaded = load_file(key(), web({server.url("/")}), cache, {}, client);
            right += read_file(loaded.path) == downloaded_model;
        });
    }
    threads.clear();
    EXPECT_EQ(right, 16);
    EXPECT_THAT(server.requests(), SizeIs(1));
    EXPECT_THAT(cached_files(), ElementsAre(name));
}

}  // namespace
}  // namespace onnxhub
