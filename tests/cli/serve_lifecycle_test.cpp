// SPDX-License-Identifier: Apache-2.0
// `onnxhub serve`: start, ports, SIGHUP, SIGTERM.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "tests/support/running_server.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::StartsWith;

std::uint16_t port_of(const RunningServer& server) {
    const std::string& url = server.url();
    return static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
}

/// Waits for it; false when it doesn't within ten seconds.
bool comes_true(const std::function<bool()>& condition) {
    for (int i = 0; i < 1000; ++i) {
        if (condition()) return true;
        usleep(10'000);
    }
    return false;
}

/// A request for a file. Reads only the first bytes, so the server has to wait with the rest.
class Download {
public:
    explicit Download(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
        const timeval patience = {20, 0};
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        is_open_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
        if (!is_open_) return;
        const std::string request = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n";
        send(fd_, request.data(), request.size(), MSG_NOSIGNAL);
        char byte = 0;
        is_open_ = recv(fd_, &byte, 1, 0) == 1;
    }
    ~Download() { close(fd_); }
    Download(const Download&) = delete;
    Download& operator=(const Download&) = delete;

    bool is_open() const { return is_open_; }

    /// Number of bytes until the server closes the connection.
    std::size_t remaining_bytes() const {
        std::string buffer(64 * 1024, '\0');
        std::size_t bytes = 0;
        for (ssize_t count = 0; (count = recv(fd_, buffer.data(), buffer.size(), 0)) > 0;) {
            bytes += static_cast<std::size_t>(count);
        }
        return bytes;
    }

private:
    int fd_;
    bool is_open_ = false;
};

class ServeLifecycle : public testing::Test {
protected:
    static constexpr std::size_t large = 64 << 20;  // bytes, more than socket buffers hold

    ServeLifecycle() { write_file(hub / "large", std::string(large, 'x')); }

    /// How often the server has printed it so far.
    std::size_t times_said(const std::string& text) const {
        const std::string log = read_file(folder.path() / "access.log");
        std::size_t count = 0;
        for (std::size_t at = 0; (at = log.find(text, at)) != log.npos; at += text.size()) ++count;
        return count;
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
};

TEST_F(ServeLifecycle, APortInUseIsOneLine) {
    RunningServer server(hub, folder.path());
    ASSERT_NE(server.url(), "");
    const ProgramResult second = run_command({"timeout", "60", onnxhub_program(), "serve", "hub",
                                              "--port", std::to_string(port_of(server))},
                                             folder.path());
    EXPECT_EQ(second.status, 2) << second.out;
    EXPECT_EQ(second.out, "");
    EXPECT_THAT(second.err, StartsWith("onnxhub: error: 127.0.0.1:"));
    EXPECT_THAT(second.err, HasSubstr("cannot be listened on (Address already in use)"));
    EXPECT_EQ(std::ranges::count(second.err, '\n'), 1) << second.err;
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(ServeLifecycle, LimitsOfNothingAndRefsOfNoneAreUsageErrors) {
    const std::vector<std::vector<std::string>> rows = {{"--connections", "0"},
                                                        {"--connections-per-address", "0"},
                                                        {"--idle-seconds", "0"},
                                                        {"--only-ref"}};
    for (const std::vector<std::string>& row : rows) {
        std::vector<std::string> command{"timeout", "60", onnxhub_program(), "serve", "hub",
                                         "--port",  "0"};
        command.insert(command.end(), row.begin(), row.end());
        const ProgramResult result = run_command(command, folder.path());
        EXPECT_EQ(result.status, 2) << row[0];
        EXPECT_EQ(result.out, "") << row[0];
        EXPECT_THAT(result.err, HasSubstr(row[0]));
    }
}

TEST_F(ServeLifecycle, AHubWithoutAManifestIsNotedAndOneWithHasItsName) {
    RunningServer without(hub, folder.path());
    ASSERT_TRUE(comes_true([&] { return times_said("there is no ONNX_HUB_MANIFEST.json") == 1; }));
    EXPECT_EQ(without.stop(), 0);
    write_file(hub / "ONNX_HUB_MANIFEST.json", "[]\n");
    RunningServer with(hub, folder.path(), {"--name", "Models of us"});
    const ProgramResult page =
        run_command({"curl", "-s", "--noproxy", "*", with.url() + "/"}, folder.path());
    EXPECT_THAT(page.out, HasSubstr("Models of us"));
    EXPECT_EQ(with.stop(), 0);
    EXPECT_EQ(times_said("there is no ONNX_HUB_MANIFEST.json"), 0u);
}

TEST_F(ServeLifecycle, ReloadsWaitForNoDownloadAndCutNone) {
    RunningServer server(hub, folder.path());
    ASSERT_NE(server.url(), "");
    const Download download(port_of(server));
    ASSERT_TRUE(download.is_open());
    for (std::size_t time = 1; time <= 3; ++time) {
        server.hang_up();
        ASSERT_TRUE(comes_true([&] { return times_said("onnxhub: reloaded\n") == time; })) << time;
        EXPECT_TRUE(Download(port_of(server)).is_open());
    }
    EXPECT_GT(download.remaining_bytes(), large);
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(ServeLifecycle, SigtermLetsADownloadEndAndASecondOneDoesNot) {
    for (const bool is_repeated : {false, true}) {
        RunningServer server(hub, folder.path());
        ASSERT_NE(server.url(), "");
        const std::uint16_t port = port_of(server);
        const Download download(port);
        ASSERT_TRUE(download.is_open());
        server.hang_up();  // a download that is an old daemon's counts too
        ASSERT_TRUE(comes_true([&] { return times_said("onnxhub: reloaded\n") == 1; }));
        kill(server.pid(), SIGTERM);
        EXPECT_TRUE(comes_true([&] { return !Download(port).is_open(); }));
        if (is_repeated) {
            kill(server.pid(), SIGTERM);
            EXPECT_TRUE(comes_true([&] {
                siginfo_t info = {};
                waitid(P_PID, static_cast<id_t>(server.pid()), &info, WEXITED | WNOHANG | WNOWAIT);
                return info.si_pid == server.pid();
            }));
            EXPECT_LT(download.remaining_bytes(), large);
        } else {
            EXPECT_GT(download.remaining_bytes(), large);
        }
        EXPECT_EQ(server.stop(), 0);
    }
}

}  // namespace
}  // namespace onnxhub::test
