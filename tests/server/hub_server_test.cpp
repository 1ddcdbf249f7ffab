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

#include "http/http_client.h"
#include "manifest/digest.h"
#include "manifest/environment_error.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::RepositoryBuilder;
using test::TemporaryFolder;
using test::write_file;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

const std::string model = [] {
    std::string bytes(300'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 / 7);
    return bytes;
}();

struct Reply {
    int status = 0;
    std::string body;
    std::vector<HttpHeader> headers;

    std::string header(const char* name) const {
        const std::string* value = find_header(headers, name);
        return value ? *value : "";
    }
};

class Served {
public:
    explicit Served(const std::string& location, ServerOptions options = {}) : hub(location) {
        options.port = 0;
        options.threads = 2;
        options.log = [this](const std::string& line) {
            const std::lock_guard lock(log_mutex_);
            log_.push_back(line);
        };
        server = std::make_unique<HubServer>(hub, std::move(options));
    }
    ~Served() { server.reset(); }  // before what its threads write to
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    Reply get(const std::string& path, std::vector<HttpHeader> headers = {},
              const std::string& method = "GET") {
        HttpOptions options;
        options.tries = 1;
        HttpClient client(options);
        HttpRequest request;
        request.method = method;
        request.url = server->url() + path;
        request.headers = std::move(headers);
        const auto result = client.send(request);
        if (const auto* failure = std::get_if<HttpFailure>(&result))
            return {0, failure->reason, {}};
        const auto& response = std::get<HttpResponse>(result);
        return {response.head.status, response.body, response.head.headers};
    }

    /// Ends the server: a request's line is written after its answer was read.
    const std::vector<std::string>& final_log() {
        server.reset();
        return log_;
    }

    /// What comes back for these very bytes, up to the end of the connection or a second of
    /// silence.
    std::string raw(const std::string& bytes) const {
        const int fd = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(server->port());
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        const timeval patience = {1, 0};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        std::string text;
        if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
            send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            shutdown(fd, SHUT_WR);
            char buffer[4096];
            for (ssize_t count = 0; (count = recv(fd, buffer, sizeof buffer, 0)) > 0;) {
                text.append(buffer, static_cast<std::size_t>(count));
            }
        }
        close(fd);
        return text;
    }

    ServedHub hub;
    std::unique_ptr<HubServer> server;

private:
    std::mutex log_mutex_;
    std::vector<std::string> log_;
};

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
    Served served(hub.string());
    for (const char* path :
         {"/a%20b/m.onnx", "/any/hub/main/a%20b/m.onnx", "/media/any/hub/main/a%20b/m.onnx"}) {
        const Reply reply = served.get(path);
        EXPECT_EQ(reply.status, 200) << path;
        EXPECT_EQ(reply.body, model) << path;
        EXPECT_EQ(reply.header("etag"), '"' + to_hex(sha256_of(model)) + '"');
        EXPECT_EQ(reply.header("content-type"), "application/octet-stream");
        EXPECT_EQ(reply.header("accept-ranges"), "bytes");
        EXPECT_EQ(reply.header("access-control-allow-origin"), "*");
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
    EXPECT_EQ(served.get("/ONNX_HUB_MANIFEST.json", {{"Accept-Encoding", "gzip;q=0"}}).body,
              plain.body);
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

/// While the object lives no files can be opened beyond those that are, but for `spare` ones.
class NoMoreFiles {
public:
    explicit NoMoreFiles(rlim_t spare) {
        getrlimit(RLIMIT_NOFILE, &before_);
        const int next = dup(0);
        close(next);
        rlimit limit = before_;
        limit.rlim_cur = static_cast<rlim_t>(next) + spare;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    ~NoMoreFiles() { setrlimit(RLIMIT_NOFILE, &before_); }

private:
    rlimit before_ = {};
};

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
    EXPECT_EQ(served.get("/empty.txt", {{"Authorization", "Bearer secret"}}).status, 200);
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

TEST_F(ServedFolder, ADrainedServerFinishesWhatItSends) {
    Served served(hub.string());
    EXPECT_EQ(served.get("/empty.txt").status, 200);
    served.server->drain(std::chrono::seconds(5));
    EXPECT_EQ(served.get("/empty.txt").status, 0);
}

TEST_F(ServedFolder, AnAddressThatIsTakenIsToldInOneLine) {
    Served served(hub.string());
    ServerOptions options;
    options.port = served.server->port();
    options.shares_port = false;
    EXPECT_THROW(HubServer(served.hub, std::move(options)), EnvironmentError);
    options = {};
    options.bind_address = "localhost.example";
    EXPECT_THROW(HubServer(served.hub, std::move(options)), EnvironmentError);
    EXPECT_THROW(ServedHub((folder.path() / "none").string()), EnvironmentError);
}

TEST(ServedRepository, FollowsRefsAndPointersWithoutARestart) {
    RepositoryBuilder repository;
    repository.write("ONNX_HUB_MANIFEST.json", "[1]").write_pointer("m.onnx", model).commit("One");
    repository.branch("feature/x");
    Served served(repository.path().string() + ":main");
    EXPECT_EQ(served.get("/ONNX_HUB_MANIFEST.json").body, "[1]");
    const Reply pointer = served.get("/m.onnx");
    EXPECT_EQ(pointer.status, 404);
    EXPECT_THAT(pointer.body, HasSubstr("its object is not here"));
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
