// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/hub_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <variant>

#include "base/digest.h"
#include "base/user_error.h"
#include "http/http_client.h"
#include "tests/server/served.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::Reply;
using test::RepositoryBuilder;
using test::Served;
using test::TemporaryFolder;
using test::write_file;
using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

const std::string model = [] {
    std::string bytes(300'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 / 7);
    return bytes;
}();

class ServedFolder : public testing::Test {
protected:
    ServedFolder() {
        write_file(hub / "ONNX_HUB_MANIFEST.json", "[" + std::string(3000, ' ') + "]");
        write_file(hub / "a b/m.onnx", model);
        write_file(hub / "empty.txt", "");
        write_file(hub / ".git/config", "secret");
        write_file(hub / ".env", "secret");
        write_file(folder.path() / "outside.txt", "secret");
        fs::create_symlink("../outside.txt", hub / "link.txt");
        fs::create_symlink("empty.txt", hub / "inside.txt");
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
};

TEST_F(ServedFolder, GivesItsFilesInThreeLayouts) {
    ServerOptions options;
    options.is_public = true;
    Served served(hub.string(), std::move(options));
    for (const char* path :
         {"/a%20b/m.onnx", "/any/hub/main/a%20b/m.onnx", "/media/any/hub/main/a%20b/m.onnx"}) {
        const Reply reply = served.get(path);
        EXPECT_EQ(reply.status, 200) << path;
        EXPECT_EQ(reply.body, model) << path;
        EXPECT_EQ(reply.header("etag"), '"' + to_hex(sha256_of(model)) + '"');
        EXPECT_EQ(reply.header("content-type"), "application/octet-stream");
        EXPECT_EQ(reply.header("accept-ranges"), "bytes");
        EXPECT_EQ(reply.header("access-control-allow-origin"), "*");
        EXPECT_THAT(reply.header("access-control-expose-headers"), HasSubstr("Content-Range"));
    }
    EXPECT_EQ(served.get("/empty.txt").status, 200);
    EXPECT_EQ(served.get("/inside.txt").status, 200);
    EXPECT_EQ(served.get("/none.onnx").status, 404);
}

TEST_F(ServedFolder, PartsAreThoseOfTheFile) {
    Served served(hub.string());
    const Reply part = served.get("/a%20b/m.onnx", {{"Range", "bytes=1000-1999"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.body, model.substr(1000, 1000));
    EXPECT_EQ(part.header("content-range"), "bytes 1000-1999/300000");
    const Reply parts = served.get("/a%20b/m.onnx", {{"Range", "bytes=0-9,299990-"}});
    EXPECT_EQ(parts.status, 206);
    EXPECT_THAT(parts.header("content-type"), StartsWith("multipart/byteranges; boundary="));
    EXPECT_THAT(parts.body,
                HasSubstr("Content-Range: bytes 0-9/300000\r\n\r\n" + model.substr(0, 10)));
    EXPECT_THAT(parts.body, HasSubstr("Content-Range: bytes 299990-299999/300000\r\n\r\n" +
                                      model.substr(299990)));
    const Reply beyond = served.get("/a%20b/m.onnx", {{"Range", "bytes=300000-"}});
    EXPECT_EQ(beyond.status, 416);
    EXPECT_EQ(beyond.header("content-range"), "bytes */300000");
    EXPECT_EQ(served.get("/a%20b/m.onnx", {}, "HEAD").header("content-length"), "300000");
}

TEST_F(ServedFolder, JsonIsPackedForWhoTakesIt) {
    Served served(hub.string());
    const Reply plain = served.get("/ONNX_HUB_MANIFEST.json");
    EXPECT_EQ(plain.header("content-encoding"), "");
    EXPECT_EQ(plain.header("vary"), "Accept-Encoding");
    const Reply packed = served.get("/ONNX_HUB_MANIFEST.json", {{"Accept-Encoding", "br, gzip"}});
    EXPECT_EQ(packed.header("content-encoding"), "gzip");
    EXPECT_LT(packed.body.size(), 100u);
    EXPECT_THAT(packed.header("etag"), HasSubstr("-gzip\""));
    for (const char* none : {"gzip;q=0", "gzip;q=0.0", "xgzip", "*;q=0", "identity"}) {
        EXPECT_EQ(served.get("/ONNX_HUB_MANIFEST.json", {{"Accept-Encoding", none}}).body,
                  plain.body)
            << none;
    }
    for (const Reply* reply : {&plain, &packed}) {
        EXPECT_EQ(served
                      .get("/ONNX_HUB_MANIFEST.json",
                           {{"Accept-Encoding", "gzip"}, {"If-None-Match", packed.header("etag")}})
                      .status,
                  304)
            << reply->status;
    }
}

TEST_F(ServedFolder, AFileThatChangesHasAnotherEtag) {
    Served served(hub.string());
    const std::string before = served.get("/a%20b/m.onnx").header("etag");
    write_file(hub / "a b/m.onnx", model + "x");
    const Reply after = served.get("/a%20b/m.onnx", {{"If-None-Match", before}});
    EXPECT_EQ(after.status, 200);
    EXPECT_NE(after.header("etag"), before);
}

TEST_F(ServedFolder, NothingOutsideTheHubIsEverGiven) {
    Served served(hub.string());
    for (const char* path : {"/../outside.txt",
                             "/%2e%2e/outside.txt",
                             "/..%2foutside.txt",
                             "/a%20b/../../outside.txt",
                             "/%2e%2e%2foutside.txt",
                             "/..%5coutside.txt",
                             "/%252e%252e/outside.txt",
                             "//outside.txt",
                             "/link.txt",
                             "/.env",
                             "/.git/config",
                             "/a/b/main/.env",
                             "/.%67it/config",
                             "/%00",
                             "/a%20b/m.onnx%00.txt",
                             "/%ff",
                             "/%",
                             "/%zz",
                             "/C:/x",
                             "/a/b/main/../../../outside.txt",
                             "/media/a/b/main/%2e%2e/%2e%2e/outside.txt"}) {
        const std::string reply = served.raw(std::string("GET ") + path +
                                             " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        EXPECT_THAT(reply, AnyOf(StartsWith("HTTP/1.1 400"), StartsWith("HTTP/1.1 404"))) << path;
        EXPECT_THAT(reply, Not(HasSubstr("secret"))) << path;
    }
    EXPECT_EQ(served.get("/empty.txt").status, 200);
}

TEST_F(ServedFolder, RequestsThatAreNoneDoNoHarm) {
    Served served(hub.string());
    const std::string host = "Host: h\r\n";
    for (const std::string& request : {
             std::string("\r\n\r\n\r\n"),
             std::string(100'000, 'A'),
             "GET / HTTP/1.1\r\n" + host + "X: " + std::string(200'000, 'x') + "\r\n\r\n",
             "GET /" + std::string(100'000, 'p') + " HTTP/1.1\r\n" + host + "\r\n",
             std::string("GET /empty.txt HTTP/9.9\r\n\r\n"),
             "GET /empty.txt HTTP/1.1\r\n" + host + "Content-Length: -5\r\n\r\n",
             "POST /x HTTP/1.1\r\n" + host +
                 "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
             "GET /empty.txt HTTP/1.1\r\n" + host +
                 "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
             std::string("\x16\x03\x01\x02\x00\x01", 6),
         }) {
        served.raw(request);
        EXPECT_EQ(served.get("/empty.txt").status, 200);
    }
    EXPECT_EQ(served.get("/empty.txt", {}, "DELETE").status, 405);
    EXPECT_EQ(served.get("/x", {}, "OPTIONS").status, 204);
}

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++count;
    return count;
}

TEST_F(ServedFolder, WhatTwoProgramsMayReadDifferentlyIsRefusedAndCloses) {
    Served served(hub.string());
    const std::string next = "GET /empty.txt HTTP/1.1\r\nHost: h\r\n\r\n";
    const std::string get = "GET /empty.txt HTTP/1.1\r\n", host = "Host: h\r\n", end = "\r\n";
    const std::string nul(1, '\0');
    const std::string length = "Content-Length: " + std::to_string(next.size()) + "\r\n";
    const std::pair<const char*, std::string> rows[] = {
        {"space before the colon", get + host + "Content-Length : 47\r\n" + end},
        {"tab before the colon", get + host + "Content-Length\t: 47\r\n" + end},
        {"both lengths", get + host + length + "Transfer-Encoding: chunked\r\n" + end},
        {"two lengths", get + host + "Content-Length: 0\r\n" + length + end},
        {"the same length twice", get + host + "Content-Length: 0\r\nContent-Length: 0\r\n" + end},
        {"a list of lengths", get + host + "Content-Length: 0, 0\r\n" + end},
        {"a signed length", get + host + "Content-Length: +0\r\n" + end},
        {"another coding", get + host + "Transfer-Encoding: xchunked\r\n" + end},
        {"chunked", get + host + "Transfer-Encoding: chunked\r\n" + end + "0\r\n\r\n"},
        {"chunked garbage", get + host + "Transfer-Encoding: chunked\r\n" + end + "zz\r\n\r\n"},
        {"a coding twice",
         get + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n" + end},
        {"two hosts", get + host + "Host: other\r\n" + end},
        {"no host", get + end},
        {"a folded line", get + host + "X: a\r\n b\r\n" + end},
        {"a line folded twice", get + host + "X: a\r\n\tb\r\n c\r\nY: z\r\n" + end},
        {"a fold at first", get + " X: a\r\n" + host + end},
        {"bare LF", get + "Host: h\nX: y\r\n" + end},
        {"bare LF behind the request line", "GET /empty.txt HTTP/1.1\nHost: h\r\n\r\n"},
        {"bare LF at the end", get + host + "\n"},
        {"bare LF everywhere", "GET /empty.txt HTTP/1.1\nHost: h\n\n"},
        {"bare CR", get + host + "X: a\rY: b\r\n" + end},
        {"CR before CRLF", get + host + "X: a\r\r\n" + end},
        {"NUL in a value", get + host + "X: a" + nul + "b\r\n" + end},
        {"NUL at a value's end", get + host + "X: a" + nul + "\r\n" + end},
        {"NUL in a name", get + host + "X" + nul + "Y: b\r\n" + end},
        {"NUL in the last value", get + "Host: h" + nul + "\r\n" + end},
        {"NUL in the path", "GET /empty.txt" + nul + "x HTTP/1.1\r\n" + host + end},
        {"NUL in the method", "GET" + nul + " /empty.txt HTTP/1.1\r\n" + host + end},
        {"a control character", get + host + "X: a\x01\r\n" + end},
        {"DEL", get + host + "X: a\x7f\r\n" + end},
        {"no name", get + host + ": a\r\n" + end},
        {"no colon", get + host + "nonsense\r\n" + end},
        {"an 8-bit name", get + host + "X\xe9: a\r\n" + end},
        {"a name in brackets", get + host + "(X): a\r\n" + end},
        {"a space in the target", "GET /empty.txt x HTTP/1.1\r\n" + host + end},
        {"a tab in the target", "GET /empty.txt\tx HTTP/1.1\r\n" + host + end},
        {"two spaces", "GET  /empty.txt HTTP/1.1\r\n" + host + end},
        {"spaces at the end", "GET /empty.txt HTTP/1.1  \r\n" + host + end},
        {"a method that is not a token", "G@T /empty.txt HTTP/1.1\r\n" + host + end},
    };
    for (const auto& [what, request] : rows) {
        const auto answer = served.ask(request + next);
        EXPECT_THAT(answer.text, StartsWith("HTTP/1.1 400 ")) << what;
        EXPECT_THAT(answer.text, Not(HasSubstr("HTTP/1.1 200 "))) << what;
        EXPECT_THAT(answer.text, HasSubstr("Connection: close")) << what;
        EXPECT_TRUE(answer.is_closed) << what;
    }
    const std::vector<std::string>& log = served.final_log();
    EXPECT_THAT(log, SizeIs(std::size(rows)));
    EXPECT_THAT(log, Each(HasSubstr(" 400 ")));
}

TEST_F(ServedFolder, ContentIsNeverReadAsTheNextRequest) {
    Served served(hub.string());
    const std::string next = "GET /empty.txt HTTP/1.1\r\nHost: h\r\n\r\n";
    const std::string rest =
        " /x HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(next.size()) + "\r\n\r\n";
    const std::pair<const char*, const char*> rows[] = {
        {"GET", "413"}, {"HEAD", "413"}, {"OPTIONS", "413"}, {"POST", "405"}, {"PUT", "405"}};
    for (const auto& [method, status] : rows) {
        const auto answer = served.ask(method + rest + next + next);
        EXPECT_THAT(answer.text, StartsWith(std::string("HTTP/1.1 ") + status)) << method;
        EXPECT_EQ(count_of(answer.text, "HTTP/1.1 "), 1u) << method;
        EXPECT_TRUE(answer.is_closed) << method;
    }
    EXPECT_EQ(served.final_log().size(), std::size(rows));
}

TEST_F(ServedFolder, WhatIsInOrderIsAnsweredHoweverItComes) {
    Served served(hub.string());
    std::string many = "GET /empty.txt?x=%41&y HTTP/1.1\r\nHost:h\r\nCookie: a=b; c=d\r\n";
    for (int i = 0; i < 150; ++i) many += "X-" + std::to_string(i) + ": \t some, value ;\r\n";
    many +=
        "Empty:\r\nBlank:  \r\nTrailing: x \t\r\nAccent: caf\xc3\xa9\r\nContent-Length: 0\r\n\r\n";
    for (const std::size_t piece : {many.size(), std::size_t{100}, std::size_t{7}}) {
        const Descriptor file = served.connect();
        for (int time = 0; time < 2; ++time) {
            for (std::size_t at = 0; at < many.size(); at += piece) {
                const std::string part = many.substr(at, piece);
                send(file.get(), part.data(), part.size(), MSG_NOSIGNAL);
                if (piece < many.size()) usleep(500);  // so that they come one by one
            }
        }
        const auto answer = Served::read_all(file, std::chrono::seconds(1));
        EXPECT_EQ(count_of(answer.text, "HTTP/1.1 200 "), 2u) << piece << answer.text;
        EXPECT_FALSE(answer.is_closed);
    }
    const auto old = served.ask("GET /empty.txt HTTP/1.0\r\n\r\n");
    EXPECT_THAT(old.text, HasSubstr(" 200 "));
}

TEST_F(ServedFolder, WhatIsRefusedIsLoggedAndCounted) {
    Served served(hub.string());
    const std::string host = "Host: h\r\n";
    served.ask("GET /old HTTP/1.0\r\nConnection: close\r\n\r\n");
    served.ask("GET /big HTTP/1.1\r\n" + host + "X: " + std::string(200'000, 'x') + "\r\n\r\n");
    served.ask("GET /length HTTP/1.1\r\n" + host + "Content-Length: -5\r\n\r\n");
    for (const std::string& request :
         {"GET /empty.txt HTTP/9.9\r\n" + host + "\r\n", std::string("GET /empty.txt\r\n\r\n"),
          "GET /" + std::string(100'000, 'p') + " HTTP/1.1\r\n" + host + "\r\n",
          std::string("nonsense\r\n\r\n"), std::string("\x16\x03\x01\x02\x00\x01\r\n", 8),
          "GET /empty.txt HTTP/1.1\r\n" + host + "\r\nnonsense\r\n"}) {
        served.raw(request);
    }
    served.raw("");
    const auto is_counted = [&] {
        return served.get("/metrics").body.find("{status=\"4xx\"} 9\n") != std::string::npos;
    };
    for (int i = 0; i < 200 && !is_counted(); ++i) usleep(10'000);
    EXPECT_TRUE(is_counted()) << served.get("/metrics").body;
    const std::vector<std::string>& log = served.final_log();
    EXPECT_THAT(log, Contains(HasSubstr("\"GET /old HTTP/1.0\" 404 ")));
    EXPECT_THAT(log, Contains(HasSubstr("\"- /big -\" 431 ")));
    EXPECT_THAT(log, Contains(HasSubstr("\"- /length -\" 400 ")));
    EXPECT_THAT(log, Contains(HasSubstr("127.0.0.1 - - ")).Times(testing::Ge(9)));
    EXPECT_THAT(log, Contains(HasSubstr("] \"-\" 400 0 ")).Times(6));
}

TEST_F(ServedFolder, AHeadThatDripsInIsNotWaitedForForLong) {
    ServerOptions options;
    options.idle_time = std::chrono::seconds(1);
    Served served(hub.string(), std::move(options));
    const Descriptor dripping = served.connect(), asking = served.connect();
    const std::string request = "GET /empty.txt HTTP/1.1\r\nHost: h\r\n\r\n";
    const std::string head = "GET /empty.txt HTTP/1.1\r\nX: ";
    send(dripping.get(), head.data(), head.size(), MSG_NOSIGNAL);
    bool is_open = true;
    std::string answers;
    for (int i = 0; i < 400 && is_open; ++i) {
        char buffer[4096];
        send(dripping.get(), "x", 1, MSG_NOSIGNAL);
        if (i % 2 == 0) send(asking.get(), request.data(), request.size(), MSG_NOSIGNAL);
        usleep(50'000);
        is_open = recv(dripping.get(), buffer, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
        const ssize_t count = recv(asking.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        ASSERT_NE(count, 0) << "closed, though it asked for more all the time";
    }
    EXPECT_FALSE(is_open);
    EXPECT_THAT(served.final_log(), Contains(HasSubstr("\"- /empty.txt -\" 4")));
}

TEST_F(ServedFolder, ConnectionsBeyondTheLimitsAreClosedLoggedAndCounted) {
    ServerOptions options;
    options.connections = 4;
    options.connections_per_address = 3;
    Served served(hub.string(), std::move(options));
    const std::string request = "GET /empty.txt HTTP/1.1\r\nHost: h\r\n\r\n";
    std::vector<Descriptor> admitted;
    for (int i = 0; i < 3; ++i) admitted.push_back(served.connect());
    for (int i = 0; i < 2; ++i) {
        const auto answer = served.ask(request);
        EXPECT_EQ(answer.text, "");
        EXPECT_TRUE(answer.is_closed);
    }
    char buffer[4096];
    for (const Descriptor& file : admitted) {
        send(file.get(), request.data(), request.size(), MSG_NOSIGNAL);
        EXPECT_GT(recv(file.get(), buffer, sizeof buffer, 0), 0);
    }
    admitted.clear();
    Reply metrics;
    for (int i = 0; i < 200 && metrics.status != 200; ++i) metrics = served.get("/metrics");
    EXPECT_THAT(metrics.body, HasSubstr("onnxhub_refused_connections_total "));
    EXPECT_THAT(metrics.body, Not(HasSubstr("onnxhub_refused_connections_total 0\n")));
    EXPECT_THAT(served.final_log(), Contains(HasSubstr("] \"-\" 503 0 ")).Times(testing::Ge(2)));
}

TEST_F(ServedFolder, IdleConnectionsDoNotStopOthers) {
    rlimit limit = {};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 8192);
    setrlimit(RLIMIT_NOFILE, &limit);
    Served served(hub.string());
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(served.server->port());
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    std::vector<int> idle(limit.rlim_cur >= 8192 ? 2000 : 200);
    for (int& fd : idle) {
        fd = socket(AF_INET, SOCK_STREAM, 0);
        ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        send(fd, "GET /sl", 7, MSG_NOSIGNAL);
    }
    EXPECT_EQ(served.get("/a%20b/m.onnx").body, model);
    for (const int fd : idle) close(fd);
}

/// While the object lives, only `spare` more files can be opened.
class NoMoreFiles {
public:
    explicit NoMoreFiles(rlim_t spare) {
        getrlimit(RLIMIT_NOFILE, &before_);
        const int next = next_descriptor();
        rlimit limit = before_;
        limit.rlim_cur = static_cast<rlim_t>(next) + spare;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    ~NoMoreFiles() { setrlimit(RLIMIT_NOFILE, &before_); }

private:
    /// The lowest free descriptor when a starting server opens and closes no more files: one that
    /// is closed later would be one more that can be opened.
    static int next_descriptor() {
        int next = -1;
        for (int same = 0; same < 20; usleep(5000)) {
            const int now = dup(0);
            close(now);
            same = now == next ? same + 1 : 0;
            next = now;
        }
        return next;
    }

    rlimit before_ = {};
};

TEST_F(ServedFolder, LinksGiveNothingThatIsHidden) {
    write_file(hub / "deep/er/file.txt", "seen");
    write_file(hub / ".hidden/file.txt", "secret");
    const std::pair<const char*, const char*> links[] = {
        {"gitdir", ".git"},
        {"gitcfg", ".git/config"},
        {"deep/up", "../.git/config"},
        {"second", "gitcfg"},
        {"third", "gitdir/config"},
        {"through", ".hidden/../deep/er/file.txt"},
        {"by-env", "./.env"},
        {"absolute", "/etc/passwd"},
        {"loop", "loop"},
        {"out", "../hub/deep/er/file.txt"},
        {"root", "."},
        {"dir", "deep"},
        {"file", "dir/er/file.txt"},
        {"deep/again", "er/../../dir/er/file.txt"}};
    for (const auto& [path, target] : links) fs::create_symlink(target, hub / path);
    fs::create_symlink("../outside-link", hub / ".git/back");
    Served served(hub.string());
    for (const char* path :
         {"/gitdir/config", "/gitcfg", "/deep/up", "/dir/up", "/second", "/third", "/through",
          "/by-env", "/absolute", "/loop", "/out", "/root", "/root/gitcfg", "/gitdir",
          "/o/n/main/gitcfg", "/media/o/n/main/gitdir/config", "/root/.env", "/dir"}) {
        const Reply reply = served.get(path);
        EXPECT_EQ(reply.status, 404) << path;
        EXPECT_THAT(reply.body, Not(HasSubstr("secret"))) << path;
    }
    for (const char* path : {"/file", "/dir/er/file.txt", "/deep/again", "/root/file", "/dir/again",
                             "/o/n/main/file"}) {
        EXPECT_EQ(served.get(path).body, "seen") << path;
    }
}

TEST_F(ServedFolder, TheIndexPageFollowsTheManifest) {
    ServerOptions options;
    int made = 0;
    bool fails = false;
    options.page_files = [&]() -> std::map<std::string, std::string> {
        if (fails) return {};
        return {{"index.html", "<html>" + std::to_string(++made)}, {"catalog/a-1.js", "script"}};
    };
    Served served(hub.string(), std::move(options));
    EXPECT_EQ(served.get("/").body, "<html>1");
    EXPECT_EQ(served.get("/").body, "<html>1");
    write_file(hub / "ONNX_HUB_MANIFEST.json", "[ ]");
    const Reply second = served.get("/");
    EXPECT_EQ(second.body, "<html>2");
    EXPECT_EQ(second.header("content-type"), "text/html; charset=utf-8");
    EXPECT_EQ(served.get("/catalog/a-1.js").body, "script");
    EXPECT_EQ(served.get("/catalog/a-1.js").header("content-security-policy"), "sandbox");
    EXPECT_EQ(served.get("/catalog/a-1.js").header("content-type"),
              "text/javascript; charset=utf-8");
    EXPECT_EQ(served.get("/catalog/a-2.js").status, 404);
    EXPECT_EQ(served.get("/index.html").status, 404);
    fails = true;
    write_file(hub / "ONNX_HUB_MANIFEST.json", "[  ]");
    EXPECT_EQ(served.get("/").body, "<html>2");
    write_file(hub / "index.html", "its own");
    EXPECT_EQ(served.get("/").body, "its own");
}

TEST_F(ServedFolder, AFolderIsNoFile) {
    Served served(hub.string());
    for (const char* path : {"/a%20b/", "/a%20b", "/x/", "/empty.txt/", "/o/n/main/", "/o/"}) {
        EXPECT_EQ(served.get(path).status, 404) << path;
    }
}

TEST_F(ServedFolder, WhatCantBeOpenedForNowIsNotAbsent) {
    RepositoryBuilder repository;
    repository.write("ONNX_HUB_MANIFEST.json", "[]").write_pointer("m.onnx", model).commit("Hub");
    repository.add_lfs_object(model);
    ServedHub plain(hub.string()), with_lfs(repository.path().string());
    const auto status = [](ServedHub& served, const char* path) {
        const onnxhub::Served result = served.open(path);
        const auto* missing = std::get_if<NotServed>(&result);
        return missing ? missing->status : 200;
    };
    EXPECT_EQ(status(with_lfs, "/m.onnx"), 200);
    {
        const NoMoreFiles limit(0);
        EXPECT_EQ(status(plain, "/a b/m.onnx"), 503);
        EXPECT_EQ(status(plain, "/media/o/n/main/a b/m.onnx"), 503);
        EXPECT_EQ(status(with_lfs, "/m.onnx"), 503);
    }
    {
        const NoMoreFiles but_the_pointer(1);
        EXPECT_EQ(status(with_lfs, "/m.onnx"), 503);
    }
    EXPECT_EQ(status(plain, "/a b/m.onnx"), 200);
    EXPECT_EQ(status(with_lfs, "/m.onnx"), 200);
}

TEST_F(ServedFolder, WhoComesWhenNoFileCanBeOpenedIsNotLeftWaiting) {
    Served served(hub.string());
    std::vector<Descriptor> sockets;
    for (int i = 0; i < 3; ++i) sockets.emplace_back(socket(AF_INET, SOCK_STREAM, 0));
    EXPECT_EQ(served.get("/empty.txt").status, 200);  // so that the server has started
    {
        const NoMoreFiles limit(0);
        for (const Descriptor& file : sockets) {
            served.connect(file);
            EXPECT_TRUE(Served::read_all(file).is_closed);
        }
    }
    sockets.clear();
    EXPECT_EQ(served.get("/empty.txt").status, 200);
    EXPECT_THAT(served.final_log(), Contains(HasSubstr("] \"-\" 503 0 ")).Times(3));
}

TEST_F(ServedFolder, ConnectionsStayOpenForMore) {
    Served served(hub.string());
    const std::string request = "GET /empty.txt HTTP/1.1\r\nHost: h\r\n\r\n";
    const std::string twice = served.raw(request + request);
    EXPECT_NE(twice.find("200 OK"), twice.rfind("200 OK"));
    EXPECT_THAT(twice, Not(HasSubstr("Connection: close")));
    const std::string body = "GET /empty.txt HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nGET ";
    const std::string after_body = served.raw(body + request);
    EXPECT_EQ(after_body.find("HTTP/1.1"), after_body.rfind("HTTP/1.1")) << after_body;
}

TEST_F(ServedFolder, TheLogCantBeForged) {
    Served served(hub.string());
    served.raw(
        "GET /a\x1b[31m HTTP/1.1\r\nHost: h\r\nUser-Agent: x\"y\r\nConnection: close\r\n\r\n");
    served.get("/empty.txt");
    const std::vector<std::string>& log = served.final_log();
    for (const std::string& line : log) {
        EXPECT_THAT(line, Not(HasSubstr("\x1b")));
        EXPECT_THAT(line, Not(HasSubstr("x\"y")));
    }
    EXPECT_THAT(log, Contains(HasSubstr("\"GET /empty.txt HTTP/1.1\" 200 0 ")));
}

TEST_F(ServedFolder, ATokenIsAskedForByAllButHealth) {
    ServerOptions options;
    options.token = "secret";
    Served served(hub.string(), std::move(options));
    EXPECT_EQ(served.get("/empty.txt").status, 401);
    EXPECT_EQ(served.get("/metrics").status, 401);
    EXPECT_EQ(served.get("/empty.txt", {{"Authorization", "Bearer secre"}}).status, 401);
    EXPECT_EQ(served.get("/empty.txt", {{"Authorization", "Basic secret"}}).status, 401);
    EXPECT_EQ(served.get("/empty.txt", {{"Authorization", "Bearer"}}).status, 401);
    for (const char* given : {"Bearer secret", "bearer secret", "BEARER  secret"}) {
        EXPECT_EQ(served.get("/empty.txt", {{"Authorization", given}}).status, 200) << given;
    }
    EXPECT_EQ(served.get("/healthz").body, "ok\n");
}

TEST_F(ServedFolder, MetricsCount) {
    Served served(hub.string());
    // A request is counted before its connection is closed, but after its answer can be read.
    for (const std::string path : {"/empty.txt", "/none"}) {
        served.raw("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    }
    const std::string text = served.get("/metrics").body;
    EXPECT_THAT(text, HasSubstr("onnxhub_requests_total{status=\"2xx\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("onnxhub_requests_total{status=\"4xx\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("onnxhub_request_seconds_count 2\n"));
}

/// A file that no socket's buffers hold, so that its sending waits for the reader.
constexpr std::size_t large = 64 << 20;

/// Asks for the large file and reads the beginning of the answer.
Descriptor begin_download(const Served& served) {
    Descriptor file = served.connect();
    const std::string request = "GET /large HTTP/1.1\r\nHost: h\r\n\r\n";
    send(file.get(), request.data(), request.size(), MSG_NOSIGNAL);
    char byte = 0;
    EXPECT_EQ(recv(file.get(), &byte, 1, 0), 1);
    return file;
}

TEST_F(ServedFolder, ADrainedServerFinishesWhatItSendsAndClosesWhatWaits) {
    write_file(hub / "large", std::string(large, 'x'));
    Served served(hub.string());
    const Descriptor download = begin_download(served), waiting = served.connect();
    const std::string request = "GET /empty.txt HTTP/1.1\r\nHost: h\r\n\r\n";
    const Descriptor asked = served.connect();
    char buffer[4096];
    send(asked.get(), request.data(), request.size(), MSG_NOSIGNAL);
    EXPECT_GT(recv(asked.get(), buffer, sizeof buffer, 0), 0);
    served.server->begin_drain();
    EXPECT_TRUE(Served::read_all(waiting).is_closed);
    EXPECT_TRUE(Served::read_all(asked).is_closed);
    EXPECT_FALSE(served.server->is_drained());
    EXPECT_EQ(served.get("/empty.txt").status, 0);
    const auto rest = Served::read_all(download);
    EXPECT_GT(rest.text.size(), large);
    EXPECT_TRUE(rest.is_closed);
    while (!served.server->is_drained()) usleep(1000);
}

TEST_F(ServedFolder, AReloadCutsNothingAndCountsOn) {
    write_file(hub / "large", std::string(large, 'x'));
    ServerOptions options;
    options.token = "old";
    Served served(hub.string(), ServerOptions());
    const Descriptor download = begin_download(served), waiting = served.connect();
    const std::string request = "GET /empty.txt HTTP/1.1\r\nHost: h\r\n\r\n";
    char buffer[4096];
    send(waiting.get(), request.data(), request.size(), MSG_NOSIGNAL);
    EXPECT_GT(recv(waiting.get(), buffer, sizeof buffer, 0), 0);
    served.server->reload(options);
    EXPECT_TRUE(Served::read_all(waiting).is_closed);
    EXPECT_EQ(served.get("/empty.txt").status, 401);
    options.token = "new";
    served.server->reload(options);
    EXPECT_EQ(served.get("/empty.txt", {{"Authorization", "Bearer old"}}).status, 401);
    EXPECT_EQ(served.get("/empty.txt", {{"Authorization", "Bearer new"}}).status, 200);
    const auto rest = Served::read_all(download);
    EXPECT_GT(rest.text.size(), large);
    EXPECT_TRUE(rest.is_closed);
    EXPECT_THAT(served.get("/metrics", {{"Authorization", "Bearer new"}}).body,
                HasSubstr("onnxhub_requests_total{status=\"4xx\"} 2\n"));
}

TEST_F(ServedFolder, AnAddressThatIsTakenIsToldInOneLine) {
    Served served(hub.string());
    ServerOptions options;
    options.port = served.server->port();
    try {
        HubServer(served.hub, std::move(options));
        ADD_FAILURE() << "two servers at one port";
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("cannot be listened on (Address already in use)"));
    }
    options = {};
    options.bind_address = "localhost.example";
    EXPECT_THROW(HubServer(served.hub, std::move(options)), UserError);
    EXPECT_THROW(ServedHub((folder.path() / "none").string()), UserError);
}

TEST(ServedRepository, FollowsRefsAndPointersWithoutARestart) {
    RepositoryBuilder repository;
    repository.write("ONNX_HUB_MANIFEST.json", "[1]").write_pointer("m.onnx", model).commit("One");
    repository.branch("feature/x");
    Served served(repository.path().string() + ":main", {}, {.history = true, .all_refs = true});
    EXPECT_EQ(served.get("/ONNX_HUB_MANIFEST.json").body, "[1]");
    const Reply pointer = served.get("/m.onnx");
    EXPECT_EQ(pointer.status, 404);
    EXPECT_THAT(pointer.body, HasSubstr("its object is not available"));
    repository.add_lfs_object(model);
    const Reply object = served.get("/m.onnx");
    EXPECT_EQ(object.body, model);
    EXPECT_EQ(object.header("etag"), '"' + to_hex(sha256_of(model)) + '"');

    const std::string second = repository.write("ONNX_HUB_MANIFEST.json", "[2]").commit("Two");
    EXPECT_EQ(served.get("/ONNX_HUB_MANIFEST.json").body, "[2]");
    EXPECT_EQ(served.get("/o/n/feature/x/ONNX_HUB_MANIFEST.json").body, "[1]");
    EXPECT_EQ(served.get("/o/n/" + second + "/ONNX_HUB_MANIFEST.json").body, "[2]");
    EXPECT_EQ(served.get("/media/o/n/main/m.onnx").body, model);
    EXPECT_EQ(served.get("/o/n/nonsense/ONNX_HUB_MANIFEST.json").status, 404);
    EXPECT_EQ(served.get("/o/n/HEAD/ONNX_HUB_MANIFEST.json").body, "[2]");
    for (const char* expression :
         {"main~1", "main%5E", "main@%7B0%7D", "main%5E%7B/Two%7D", ":/Two", ":%2FTwo", "main~"}) {
        EXPECT_EQ(served.get(std::string("/o/n/") + expression + "/ONNX_HUB_MANIFEST.json").status,
                  404)
            << expression;
    }
    Served bare(repository.bare_clone().string());
    EXPECT_EQ(bare.get("/ONNX_HUB_MANIFEST.json").body, "[2]");
}

TEST(ServedRepository, CommitsThatWereTakenBackAreNotServed) {
    RepositoryBuilder repository;
    repository.write("f.txt", "1");
    const std::string first = repository.commit("One");
    repository.branch("side").checkout("side").write("f.txt", "taken back");
    const std::string side = repository.commit("Side");
    repository.checkout("main").write("f.txt", "2").commit("Two");
    const auto git = [&](std::vector<std::string> command) {
        command.insert(command.begin(), "git");
        const auto result = test::run_command(command, repository.path());
        EXPECT_EQ(result.status, 0) << result.err;
    };
    git({"update-ref", "refs/hidden/one", side});
    git({"tag", "v1", side});
    Served served(repository.path().string() + ":main", {}, {.history = true, .all_refs = true});
    const auto get = [&](const std::string& ref) { return served.get("/o/n/" + ref + "/f.txt"); };
    for (const std::string& ref : {side, std::string("side"), std::string("v1")}) {
        EXPECT_EQ(get(ref).body, "taken back") << ref;
    }
    EXPECT_EQ(get(first).body, "1");
    git({"branch", "-D", "side"});
    git({"tag", "-d", "v1"});
    served.hub.reload();
    for (const std::string& ref : {side, side.substr(0, 10), std::string("side"), std::string("v1"),
                                   std::string("refs/hidden/one")}) {
        EXPECT_EQ(get(ref).status, 404) << ref;
    }
    EXPECT_EQ(served.get("/media/o/n/" + side + "/f.txt").status, 404);
    EXPECT_EQ(get(first).body, "1");
    EXPECT_EQ(get("main").body, "2");
}

TEST(ServedRepository, OnlyTheRefThatIsNamedWhereThatIsAsked) {
    RepositoryBuilder repository;
    repository.write("f.txt", "1");
    const std::string first = repository.commit("One");
    repository.branch("feature/x").branch("other");
    ServedHub hub(repository.path().string() + ":feature/x", {.only_ref = true});
    const auto is_there = [&](const std::string& path) {
        const onnxhub::Served served = hub.open(path);
        return std::holds_alternative<ServedFile>(served);
    };
    EXPECT_TRUE(is_there("/f.txt"));
    EXPECT_TRUE(is_there("/o/n/feature/x/f.txt"));
    EXPECT_TRUE(is_there("/media/o/n/feature/x/f.txt"));
    for (const std::string& ref : {first, std::string("other"), std::string("HEAD")}) {
        EXPECT_FALSE(is_there("/o/n/" + ref + "/f.txt")) << ref;
    }
    EXPECT_THROW(ServedHub(repository.path().string(), {.only_ref = true}), UserError);
}

TEST(ServedRepository, ARefThatIsGoneIsToldAndMayComeBack) {
    RepositoryBuilder repository;
    repository.write("f.txt", "1").commit("One");
    repository.branch("served");
    Served served(repository.path().string() + ":served");
    EXPECT_EQ(served.get("/f.txt").body, "1");
    test::run_command({"git", "branch", "-D", "served"}, repository.path());
    const Reply gone = served.get("/f.txt");
    EXPECT_EQ(gone.status, 404);
    EXPECT_THAT(gone.body, HasSubstr("the ref served, which is served here, was deleted"));
    EXPECT_EQ(served.get("/o/n/main/f.txt").status, 404);
    repository.branch("served");
    EXPECT_EQ(served.get("/f.txt").body, "1");
}

TEST(ServedRepository, LinksInACommitGiveNothingThatIsHidden) {
    RepositoryBuilder repository;
    repository.write(".ci/key", "secret").write("f.txt", "1");
    repository.symlink("key", ".ci/key").symlink("ci", ".ci").symlink("g", "f.txt").commit("One");
    Served served(repository.path().string() + ":main");
    for (const char* path : {"/key", "/ci/key", "/o/n/main/key"}) {
        EXPECT_EQ(served.get(path).status, 404) << path;
    }
    EXPECT_EQ(served.get("/g").body, "1");
}

TEST(ServedRepository, AWorkingTreeIsServedAsItStands) {
    RepositoryBuilder repository;
    repository.write("ONNX_HUB_MANIFEST.json", "[1]").write_pointer("m.onnx", model).commit("One");
    repository.write("ONNX_HUB_MANIFEST.json", "[changed]").add_lfs_object(model);
    Served served(repository.path().string());
    EXPECT_EQ(served.get("/ONNX_HUB_MANIFEST.json").body, "[changed]");
    EXPECT_EQ(served.get("/o/n/main/ONNX_HUB_MANIFEST.json").body, "[1]");
    EXPECT_EQ(served.get("/m.onnx").body, model);
}

}  // namespace
}  // namespace onnxhub
