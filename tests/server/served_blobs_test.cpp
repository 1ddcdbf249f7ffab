// SPDX-License-Identifier: Apache-2.0
// Files stored in git are inflated when they are sent, once, and within limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/server/served.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::Reply;
using test::RepositoryBuilder;
using test::Served;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr std::size_t large_blob = 24 << 20;  // bytes: more than sockets' buffers hold

std::string content(char seed) {
    std::string bytes(large_blob, seed);
    for (std::size_t i = 0; i < bytes.size(); i += 4096) bytes[i] = static_cast<char>(i >> 12);
    return bytes;
}

long inflations(Served& served) {
    const std::string text = served.get("/metrics").body;
    constexpr std::string_view name = "\nonnxhub_inflated_blobs_total ";
    return std::atol(text.c_str() + text.find(name) + name.size());
}

Descriptor start_download(const Served& served, const std::string& path) {
    Descriptor file = served.connect();
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    send(file.get(), request.data(), request.size(), MSG_NOSIGNAL);
    char byte = 0;
    EXPECT_EQ(recv(file.get(), &byte, 1, MSG_WAITALL), 1);
    return file;
}

/// The server learns a moment after the client that a response has ended, and then frees what it
/// held.
Reply get_when_free(Served& served, const std::string& path, std::vector<HttpHeader> headers = {}) {
    Reply reply{503, "", {}};
    for (int i = 0; i < 6000 && reply.status == 503; ++i) {
        if (i > 0) usleep(10'000);
        reply = served.get(path, headers);
    }
    return reply;
}

class ServedBlobs : public testing::Test {
protected:
    ServedBlobs() {
        repository.write("ONNX_HUB_MANIFEST.json", "[" + std::string(3000, ' ') + "]");
        repository.write("a.bin", content('a')).write("b.bin", content('b')).write("empty", "");
        commit = repository.commit("Hub");
    }

    RepositoryBuilder repository;
    std::string commit;
};

TEST_F(ServedBlobs, NothingIsInflatedThatIsNotSent) {
    Served served(repository.path().string() + ":main");
    const Reply head = served.get("/a.bin", {}, "HEAD");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.header("content-length"), std::to_string(large_blob));
    EXPECT_THAT(head.header("etag"), MatchesRegex("\"git-[0-9a-f]{40}\""));
    EXPECT_EQ(head.header("onnx-hub-commit"), commit);
    const std::string etag = head.header("etag");
    EXPECT_EQ(served.get("/a.bin", {{"If-None-Match", etag}}).status, 304);
    EXPECT_EQ(served.get("/a.bin", {{"If-Match", "\"other\""}}).status, 412);
    EXPECT_EQ(served.get("/a.bin", {{"Range", "bytes=99999999-"}}).status, 416);
    EXPECT_EQ(served.get("/a.bin", {{"Range", "bytes=0-9"}}, "HEAD").status, 206);
    const Reply manifest = served.get("/ONNX_HUB_MANIFEST.json", {}, "HEAD");
    EXPECT_EQ(manifest.header("content-length"), "3002");
    const std::string packed = manifest.header("etag").insert(45, "-gzip");
    EXPECT_EQ(served
                  .get("/ONNX_HUB_MANIFEST.json",
                       {{"Accept-Encoding", "gzip"}, {"If-None-Match", packed}})
                  .status,
              304);
    EXPECT_EQ(served.get("/ONNX_HUB_MANIFEST.json", {{"Accept-Encoding", "gzip"}}, "HEAD").status,
              200);
    EXPECT_EQ(inflations(served), 0);
}

TEST_F(ServedBlobs, ABlobIsInflatedOnceForAll) {
    Served served(repository.path().string() + ":main");
    const std::string expected = content('a');
    std::vector<Descriptor> readers;
    for (int i = 0; i < 10; ++i) readers.push_back(start_download(served, "/a.bin"));
    EXPECT_EQ(served.get("/a.bin", {{"Range", "bytes=4090-4099"}}).body, expected.substr(4090, 10));
    const Reply parts = served.get("/a.bin", {{"Range", "bytes=0-3,8192-8195"}});
    EXPECT_THAT(parts.body, HasSubstr("\r\n\r\n" + expected.substr(8192, 4)));
    EXPECT_TRUE(served.get("/a.bin").body == expected);
    EXPECT_EQ(inflations(served), 1);
    for (const Descriptor& reader : readers) {
        const std::string answer = Served::read_all(reader).text;
        EXPECT_TRUE(answer.ends_with(expected.substr(large_blob - 1000)));
        EXPECT_GT(answer.size(), large_blob);
    }
    EXPECT_EQ(served.get("/empty").status, 200);
    EXPECT_EQ(served.get("/empty").body, "");
}

TEST_F(ServedBlobs, BeyondTheBudgetOneIsAskedToComeAgain) {
    ServerOptions options;
    options.disk_bytes = large_blob + large_blob / 2;
    options.idle_time = std::chrono::seconds(60);
    Served served(repository.path().string() + ":main", std::move(options));
    Descriptor reader = start_download(served, "/a.bin");
    const Reply refused = served.get("/b.bin", {{"Range", "bytes=0-0"}});
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("retry-after"), "5");
    EXPECT_EQ(served.get("/b.bin", {}, "HEAD").status, 200);
    EXPECT_EQ(served.get("/a.bin", {{"Range", "bytes=0-0"}}).status, 206);
    EXPECT_EQ(served.get("/ONNX_HUB_MANIFEST.json").status, 200);
    EXPECT_EQ(served.get("/healthz").body, "ok\n");
    reader = Descriptor();
    EXPECT_EQ(get_when_free(served, "/b.bin", {{"Range", "bytes=0-0"}}).body,
              content('b').substr(0, 1));
}

TEST_F(ServedBlobs, MemoryForSmallFilesIsBoundedToo) {
    RepositoryBuilder small;
    small.write("a.onnx", std::string(900'000, 'a')).write("b.onnx", std::string(900'000, 'b'));
    small.commit("Hub");
    ServerOptions options;
    options.memory_bytes = 1'000'000;
    Served served(small.path().string() + ":main", std::move(options));
    for (int i = 0; i < 3; ++i) {  // what is sent to no one gives way
        EXPECT_EQ(get_when_free(served, "/a.onnx").body, std::string(900'000, 'a'));
        EXPECT_EQ(get_when_free(served, "/b.onnx").body, std::string(900'000, 'b'));
    }
}

TEST_F(ServedBlobs, AServerThatEndsLeavesNoRequestWaiting) {
    for (int i = 0; i < 10; ++i) {
        Served served(repository.path().string() + ":main");
        const Descriptor asking = served.connect();
        const std::string request = "GET /a.bin HTTP/1.1\r\nHost: h\r\n\r\n";
        send(asking.get(), request.data(), request.size(), MSG_NOSIGNAL);
        usleep(static_cast<useconds_t>(i) * 3000);
        served.server.reset();
        EXPECT_TRUE(Served::read_all(asking).is_closed);
    }
}

TEST(ServedDisk, AReadThatFailsIsNotTheEndOfTheFile) {
    ServedHub hub("/proc/self");  // reading the first bytes of "mem" is an I/O error
    const onnxhub::Served result = hub.open("/mem");
    ASSERT_TRUE(std::holds_alternative<NotServed>(result));
    EXPECT_EQ(std::get<NotServed>(result).status, 500);
    Served served("/proc/self");
    const Reply reply = served.get("/mem");
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.header("etag"), "");
}

TEST(ServedDisk, ALargeFileIsHashedAsideAndOnce) {
    test::TemporaryFolder folder;
    const std::string bytes = content('d');
    test::write_file(folder.path() / "m.onnx", bytes);
    Served served(folder.path().string());
    const Reply head = served.get("/m.onnx", {}, "HEAD");
    EXPECT_EQ(head.header("etag"), '"' + to_hex(sha256_of(bytes)) + '"');
    EXPECT_EQ(served.get("/m.onnx", {{"If-None-Match", head.header("etag")}}).status, 304);
    EXPECT_TRUE(served.get("/m.onnx").body == bytes);
}

}  // namespace
}  // namespace onnxhub
