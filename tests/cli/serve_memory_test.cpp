// SPDX-License-Identifier: Apache-2.0
// `onnxhub serve`: many slow readers of a file that is stored in git.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "tests/support/running_server.h"

namespace onnxhub::test {
namespace {

using testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__)
constexpr long most_memory_kib = 1024 * 1024;  // freed memory is kept for a while
#else
constexpr long most_memory_kib = 200 * 1024;
#endif

/// Peak resident memory of the process, in KiB.
long peak_kib(pid_t pid) {
    const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
    constexpr std::string_view name = "VmHWM:";
    return std::atol(status.c_str() + status.find(name) + name.size());
}

/// Sends a request and reads only the first byte of the response.
int begin_download(const RunningServer& server, const std::string& path) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    const std::string& url = server.url();
    address.sin_port =
        htons(static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1))));
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    EXPECT_EQ(send(fd, request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
    return fd;
}

TEST(ServeMemory, SixtyReadersOfOneBlobHoldItOnce) {
    RepositoryBuilder repository;
    repository.write("large.bin", std::string(32 << 20, 'x')).commit("Hub");
    TemporaryFolder folder;
    RunningServer server(repository.path().string() + ":main", folder.path(),
                         {"--threads", "2", "--access-log", "/dev/null"});
    ASSERT_NE(server.url(), "");
    const auto get = [&](const std::string& path) {
        return run_command({"curl", "-s", "--noproxy", "*", server.url() + path}, folder.path())
            .out;
    };
    std::vector<int> readers;
    for (int i = 0; i < 60; ++i) readers.push_back(begin_download(server, "/large.bin"));
    EXPECT_EQ(get("/healthz"), "ok\n");
    for (const int reader : readers) {
        char status[13] = {};
        EXPECT_EQ(recv(reader, status, 12, MSG_WAITALL), 12);
        EXPECT_STREQ(status, "HTTP/1.1 200");
    }
    EXPECT_EQ(get("/healthz"), "ok\n");
    EXPECT_THAT(get("/metrics"), HasSubstr("\nonnxhub_inflated_blobs_total 1\n"));
    EXPECT_LT(peak_kib(server.pid()), most_memory_kib);
    for (const int reader : readers) close(reader);
    EXPECT_EQ(server.stop(), 0);
}

}  // namespace
}  // namespace onnxhub::test
