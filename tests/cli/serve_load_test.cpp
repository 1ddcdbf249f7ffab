// SPDX-License-Identifier: Apache-2.0
// `onnxhub serve` with many requests and connections: memory and availability.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <iterator>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "tests/support/running_server.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::Lt;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

/// ONNXHUB_SERVE_REQUESTS sets the number. A million finds more, but is slow.
std::size_t requests_to_ask() {
    const char* wanted = std::getenv("ONNXHUB_SERVE_REQUESTS");
    if (wanted) return std::strtoul(wanted, nullptr, 10);
    return is_sanitized ? 40'000 : 200'000;
}

constexpr std::size_t file_descriptors_to_spare = 200;

/// A connection for several successive requests.
class Connection {
public:
    explicit Connection(std::uint16_t port, const char* from = "127.0.0.1")
        : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval patience = {20, 0};
        const linger at_once = {1,
                                0};  // so that thousands of ports do not stay in use for a minute
        const int on = 1;
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        setsockopt(fd_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        const sockaddr_in source = address_of(from, 0), target = address_of("127.0.0.1", port);
        is_open_ = fd_ >= 0 &&
                   bind(fd_, reinterpret_cast<const sockaddr*>(&source), sizeof source) == 0 &&
                   connect(fd_, reinterpret_cast<const sockaddr*>(&target), sizeof target) == 0;
    }
    Connection(Connection&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)),
          is_open_(other.is_open_),
          received_(std::move(other.received_)) {}
    ~Connection() {
        if (fd_ >= 0) close(fd_);
    }

    bool is_open() const { return is_open_; }

    /// Whether the server has closed the connection. Reads no response.
    bool has_ended() const {
        char byte = 0;
        const ssize_t count = recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    }

    void send(const std::string& request) const {
        ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL);
    }

    /// Status of the next response, 0 without one. Ignores the body.
    int status() {
        std::size_t end = 0;
        while ((end = received_.find("\r\n\r\n")) == received_.npos) {
            if (!receive()) return 0;
        }
        const int status = std::atoi(received_.c_str() + sizeof "HTTP/1.1");
        constexpr std::string_view name = "\r\nContent-Length: ";
        const std::size_t length = received_.find(name);
        const bool has_body = status != 304 && length < end;
        const std::size_t bytes =
            has_body ? std::strtoul(received_.c_str() + length + name.size(), nullptr, 10) : 0;
        while (received_.size() < end + 4 + bytes) {
            if (!receive()) return 0;
        }
        received_.erase(0, end + 4 + bytes);
        return status;
    }

private:
    static sockaddr_in address_of(const char* host, std::uint16_t port) {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        inet_pton(AF_INET, host, &address.sin_addr);
        return address;
    }

    bool receive() {
        char buffer[16 * 1024];
        const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
        if (count > 0) received_.append(buffer, static_cast<std::size_t>(count));
        return count > 0;
    }

    int fd_;
    bool is_open_ = false;
    std::string received_;
};

std::string request(const std::string& path, const std::string& headers = "") {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n";
}

std::uint16_t serve_port(const RunningServer& server) {
    const std::string& url = server.url();
    return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

/// Resident memory of the process, in KiB.
long resident_kib(pid_t pid) {
    const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
    constexpr std::string_view name = "VmRSS:";
    return std::atol(status.c_str() + status.find(name) + name.size());
}

/// Waits for it; false when it doesn't within ten seconds.
bool becomes_true(const std::function<bool()>& condition) {
    for (int i = 0; i < 200; ++i) {
        if (condition()) return true;
        usleep(50'000);
    }
    return false;
}

struct Question {
    std::string request;
    int status;  ///< the expected one
};

class ServeLoad : public testing::Test {
protected:
    ServeLoad() {
        // ASan keeps freed memory to detect its use, which would look like growth.
        const char* given = std::getenv("ASAN_OPTIONS");
        const std::string options = given ? std::string(given) + ":" : "";
        setenv("ASAN_OPTIONS", (options + "quarantine_size_mb=1").c_str(), 1);
    }

    /// Asks `count` times over eight connections that stay open. Gives the growth of the server's
    /// memory from a quarter of them on, in KiB.
    static long growth_while_asking(const RunningServer& server, std::size_t count,
                                    const std::function<Question(std::size_t)>& question) {
        std::vector<Connection> connections;
        for (int i = 0; i < 8; ++i) connections.emplace_back(serve_port(server));
        long early = 0;
        std::vector<int> expected(connections.size());
        for (std::size_t asked = 0; asked < count;) {
            if (early == 0 && asked >= count / 4) early = resident_kib(server.pid());
            for (std::size_t i = 0; i < connections.size(); ++i, ++asked) {
                const Question next = question(asked);
                expected[i] = next.status;
                connections[i].send(next.request);
            }
            for (std::size_t i = 0; i < connections.size(); ++i) {
                const int status = connections[i].status();
                if (status == expected[i]) continue;
                ADD_FAILURE() << "got " << status
                              << " for: " << question(asked - connections.size() + i).request;
                return 0;
            }
        }
        const long late = resident_kib(server.pid());
        EXPECT_GT(early, 0);
        std::cout << count << " requests, " << early << " KiB at a quarter, " << late
                  << " KiB at the end\n";
        return late - early;
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
    const std::vector<std::string> quiet{"--threads", "2", "--access-log", "/dev/null"};
};

constexpr long most_growth_kib = 4 * 1024;

TEST_F(ServeLoad, MemoryStaysFlatOverManyRequestsOfAFolder) {
    const std::string manifest = "[" + std::string(20'000, ' ') + "]", model(300'000, 'm');
    write_file(hub / "ONNX_HUB_MANIFEST.json", manifest);
    write_file(hub / "m.onnx", model);
    RunningServer server(hub, folder.path(), quiet);
    ASSERT_NE(server.url(), "");
    const std::string known = "If-None-Match: \"" + to_hex(sha256_of(model)) + "\"\r\n";
    const auto question = [&](std::size_t i) -> Question {
        const std::string number = std::to_string(i);
        switch (i % 6) {
            case 0:
                return {request("/ONNX_HUB_MANIFEST.json"), 200};
            case 1:
                return {request("/o/n/main/ONNX_HUB_MANIFEST.json", "Accept-Encoding: gzip\r\n"),
                        200};
            case 2:
                return {request("/m.onnx", known), 304};
            case 3:
                return {request("/m.onnx", "Range: bytes=" + std::to_string(i % 290'000) + "-" +
                                               std::to_string(i % 290'000 + 999) + "\r\n"),
                        206};
            case 4:
                return {request("/m.onnx", "Range: bytes=0-9,100-109\r\nX-N: " + number + "\r\n"),
                        206};
            default:
                return {request("/none/" + number + ".onnx"), 404};
        }
    };
    EXPECT_THAT(growth_while_asking(server, requests_to_ask(), question), Lt(most_growth_kib));
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(ServeLoad, MemoryStaysFlatOverManyRequestsOfARepository) {
    RepositoryBuilder repository;
    repository.write("ONNX_HUB_MANIFEST.json", "[]").write("a/m.onnx", std::string(5000, 'm'));
    const std::string commit = repository.commit("Hub");
    RunningServer server(repository.path().string() + ":main", folder.path(), quiet);
    ASSERT_NE(server.url(), "");
    const auto question = [&](std::size_t i) -> Question {
        const std::string number = std::to_string(i);
        switch (i % 6) {
            case 5:
                return {request("/o/n/main%5E%7B/no-" + number + "%7D/a/m.onnx"), 404};
            case 0:
                return {request("/ONNX_HUB_MANIFEST.json"), 200};
            case 1:
                return {request("/o/n/" + commit + "/a/m.onnx", "Range: bytes=7-\r\n"), 206};
            case 2:
                return {request("/none/" + number + ".onnx"), 404};
            case 3:
                return {request("/o/n/v1-2-g" + number + "/a/m.onnx"), 404};
            default:
                return {request("/media/o/n/main/" + number), 404};
        }
    };
    EXPECT_THAT(growth_while_asking(server, is_sanitized ? 10'000 : 50'000, question),
                Lt(most_growth_kib));
    EXPECT_EQ(server.stop(), 0);
}

/// Ten thousand, or as many as may be open here, which is then reported. The server that is started
/// next may open as many files as this process.
std::size_t most_connections() {
    rlimit limit = {};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    constexpr std::size_t wanted = 10'000;
    const std::size_t possible = limit.rlim_cur - file_descriptors_to_spare;
    if (possible < wanted) {
        std::cout << "only " << possible << " of " << wanted
                  << " connections are tried: " << limit.rlim_cur << " files may be open here\n";
    }
    return std::min(wanted, possible);
}

std::vector<Connection> connect_often(const RunningServer& server, std::size_t count) {
    std::vector<Connection> connections;
    connections.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        connections.emplace_back(serve_port(server));
        EXPECT_TRUE(connections.back().is_open()) << i;
        if (!connections.back().is_open()) break;
        if (i % 2 == 0) connections.back().send("GET /m.on");  // and no more
    }
    return connections;
}

bool is_served(const RunningServer& server, const char* from) {
    Connection connection(serve_port(server), from);
    connection.send(request("/m.onnx"));
    return connection.status() == 200;
}

TEST_F(ServeLoad, MoreConnectionsThanOneAddressMayHaveKeepNobodyElseOut) {
    write_file(hub / "m.onnx", "model");
    const std::size_t count = most_connections();
    RunningServer server(hub, folder.path(), quiet);
    ASSERT_NE(server.url(), "");
    std::vector<Connection> connections = connect_often(server, count);
    ASSERT_EQ(connections.size(), count);
    EXPECT_TRUE(is_served(server, "127.0.0.2"));
    constexpr std::ptrdiff_t most_of_one_address = 4096;
    const auto has_ended = [](const Connection& connection) { return connection.has_ended(); };
    const auto admitted = [&] {
        return std::ssize(connections) - std::ranges::count_if(connections, has_ended);
    };
    EXPECT_TRUE(becomes_true([&] { return admitted() <= most_of_one_address; })) << admitted();
    EXPECT_EQ(admitted(), std::min<std::ptrdiff_t>(std::ssize(connections), most_of_one_address));
    connections.clear();
    EXPECT_TRUE(becomes_true([&] { return is_served(server, "127.0.0.1"); }));
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(ServeLoad, AsManyConnectionsAsAreAllowedAreAllServed) {
    write_file(hub / "m.onnx", "model");
    const std::size_t count = most_connections();
    std::vector<std::string> options = quiet;
    const std::string limit = std::to_string(2 * count);
    options.insert(options.end(), {"--connections", limit, "--connections-per-address", limit,
                                   "--idle-seconds", "300"});
    RunningServer server(hub, folder.path(), options);
    ASSERT_NE(server.url(), "");
    std::vector<Connection> connections = connect_often(server, count);
    ASSERT_EQ(connections.size(), count);
    const std::string whole = request("/m.onnx"), rest = whole.substr(9);
    for (std::size_t i = 0; i < count; ++i) connections[i].send(i % 2 == 0 ? rest : whole);
    const auto served = std::ranges::count_if(
        connections, [](Connection& connection) { return connection.status() == 200; });
    EXPECT_EQ(served, std::ssize(connections));
    connections.clear();
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(ServeLoad, ALowSoftLimitOfOpenFilesIsRaised) {
    write_file(hub / "m.onnx", "model");
    const std::size_t count = std::min<std::size_t>(1'000, most_connections());
    rlimit limit = {};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 256;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    RunningServer server(hub, folder.path(), quiet);
    ASSERT_NE(server.url(), "");
    most_connections();  // of this process
    std::vector<Connection> connections = connect_often(server, 0);
    for (std::size_t i = 0; i < count; ++i) {
        connections.emplace_back(serve_port(server));
        connections.back().send(request("/m.onnx"));
        ASSERT_EQ(connections.back().status(), 200) << i;
    }
    connections.clear();
    EXPECT_EQ(server.stop(), 0);
}

}  // namespace
}  // namespace onnxhub::test
