// SPDX-License-Identifier: Apache-2.0
// URLs that a hub must not make us request: each is refused with one line, and no connection is
// opened, which a listening socket on all addresses of this machine proves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/socket_address.h"
#include "http/http_client.h"
#include "tests/support/http_server.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using test::Answer;
using test::HttpServer;
using test::ReceivedRequest;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

/// Listens on one port of all IPv4 and IPv6 addresses of this machine.
class ListeningSocket {
public:
    ListeningSocket() {
        const int off = 0;
        socket_ = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_in6 address{};
        address.sin6_family = AF_INET6;
        socklen_t size = sizeof address;
        auto* generic = reinterpret_cast<sockaddr*>(&address);
        if (setsockopt(socket_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0 ||
            bind(socket_, generic, size) != 0 || listen(socket_, 100) != 0 ||
            getsockname(socket_, generic, &size) != 0) {
            throw std::runtime_error("no socket to listen on");
        }
        port_ = ntohs(address.sin6_port);
    }
    ~ListeningSocket() { close(socket_); }
    ListeningSocket(const ListeningSocket&) = delete;
    ListeningSocket& operator=(const ListeningSocket&) = delete;

    std::string port() const { return std::to_string(port_); }

    /// Connections since the last call.
    int connections() const {
        int count = 0;
        for (int accepted = 0; (accepted = accept(socket_, nullptr, nullptr)) >= 0; ++count) {
            close(accepted);
        }
        return count;
    }

private:
    int socket_ = -1;
    std::uint16_t port_ = 0;
};

struct HostileUrl {
    std::string url;     ///< PORT stands for the port of the listening socket
    const char* reason;  ///< part of the line
};

const char* const private_use = "a private address";
const char* const loopback = "a loopback address";
const char* const link_local = "a link-local address";
const char* const documentation = "an address for documentation";
const char* const cloud = "a cloud's metadata service";
const char* const spelling = "an unusual spelling of an IPv4 address";
const char* const user = "a user name or password";
const char* const no_https = "not https";
const char* const other_scheme = "does not begin with https://";
const char* const encoded = "must percent-encode";
const char* const other_characters = "a host with other characters";
const char* const private_name = "a name inside a private network";
const char* const wrong_port = "a port that is not a number";

const HostileUrl hostile_urls[] = {
    // Private networks and other addresses that are not public
    {"https://127.0.0.1:PORT/m", loopback},
    {"https://127.0.0.2:PORT/m", loopback},
    {"https://127.255.255.254:PORT/m", loopback},
    {"https://0.0.0.0:PORT/m", "the unspecified address"},
    {"https://0.1.2.3:PORT/m", "an address of this network"},
    {"https://10.0.0.1:PORT/m", private_use},
    {"https://10.255.255.255/m", private_use},
    {"https://172.16.0.1:PORT/m", private_use},
    {"https://172.31.255.255/m", private_use},
    {"https://192.168.0.1:PORT/m", private_use},
    {"https://192.168.255.255/m", private_use},
    {"https://169.254.0.1:PORT/m", link_local},
    {"https://100.64.0.1:PORT/m", "CGNAT"},
    {"https://100.127.255.255/m", "CGNAT"},
    {"https://192.0.0.1/m", "a reserved address"},
    {"https://192.0.2.7/m", documentation},
    {"https://198.51.100.7/m", documentation},
    {"https://203.0.113.7/m", documentation},
    {"https://198.18.0.1/m", "an address for benchmarks"},
    {"https://198.19.255.255/m", "an address for benchmarks"},
    {"https://224.0.0.1/m", "a multicast address"},
    {"https://239.255.255.250/m", "a multicast address"},
    {"https://240.0.0.1/m", "a reserved address"},
    {"https://255.255.255.255/m", "the broadcast address"},
    // Metadata services of clouds
    {"https://169.254.169.254/latest/meta-data/", cloud},
    {"http://169.254.169.254/latest/meta-data/", no_https},
    {"https://100.100.100.200/", cloud},
    {"https://168.63.129.16/", cloud},
    {"https://192.0.0.192/", cloud},
    {"https://[fd00:ec2::254]/", cloud},
    {"https://metadata.google.internal/", private_name},
    // IPv6
    {"https://[::1]:PORT/m", loopback},
    {"https://[0:0:0:0:0:0:0:1]:PORT/m", loopback},
    {"https://[::]:PORT/m", "the unspecified address"},
    {"https://[::ffff:127.0.0.1]:PORT/m", loopback},
    {"https://[::ffff:7f00:1]:PORT/m", loopback},
    {"https://[::FFFF:10.0.0.1]/m", private_use},
    {"https://[::127.0.0.1]:PORT/m", loopback},
    {"https://[::7f00:1]:PORT/m", loopback},
    {"https://[::ffff:0:127.0.0.1]:PORT/m", loopback},
    {"https://[64:ff9b::127.0.0.1]:PORT/m", loopback},
    {"https://[64:ff9b::a9fe:a9fe]/m", cloud},
    {"https://[64:ff9b:1::1]/m", "a reserved address"},
    {"https://[2002:7f00:1::1]:PORT/m", "a 6to4 address"},
    {"https://[2001:0:1::1]/m", "a Teredo address"},
    {"https://[2001:2::1]/m", "an address for benchmarks"},
    {"https://[2001:db8::1]/m", documentation},
    {"https://[3fff::1]/m", documentation},
    {"https://[fc00::1]/m", private_use},
    {"https://[fdff::1]/m", private_use},
    {"https://[fe80::1]:PORT/m", link_local},
    {"https://[fe80::1%25lo]:PORT/m", "an invalid IPv6 address"},
    {"https://[::1%25lo]:PORT/m", "an invalid IPv6 address"},
    {"https://[fec0::1]/m", private_use},
    {"https://[ff02::1]/m", "a multicast address"},
    {"https://[100::1]/m", "a reserved address"},
    {"https://[4000::1]/m", "a reserved address"},
    {"https://[127.0.0.1]:PORT/m", "an invalid IPv6 address"},
    {"https://[::1:PORT/m", "without a closing bracket"},
    {"https://::1/m", "has a port"},
    // Spellings of IPv4 addresses
    {"https://2130706433:PORT/m", spelling},
    {"https://0x7f000001:PORT/m", spelling},
    {"https://0X7F000001:PORT/m", spelling},
    {"https://017700000001:PORT/m", spelling},
    {"https://127.1:PORT/m", spelling},
    {"https://127.0.1:PORT/m", spelling},
    {"https://0x7f.0.0.1:PORT/m", spelling},
    {"https://0177.0.0.1:PORT/m", spelling},
    {"https://0177.0x0.0.1:PORT/m", spelling},
    {"https://127.0.0.01:PORT/m", spelling},
    {"https://127.0.0.0x1:PORT/m", spelling},
    {"https://0:PORT/m", spelling},
    {"https://256.256.256.256/m", spelling},
    {"https://127.0.0.1.:PORT/m", "without a dot at its end"},
    {"https://127.0.0.1..:PORT/m", "without a dot at its end"},
    {"https://127..0.0.1:PORT/m", "an empty part"},
    {"https://%31%32%37.0.0.1:PORT/m", other_characters},
    {"https://127.0.0.1%00.example.org:PORT/m", other_characters},
    {"https://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460:PORT/m", encoded},
    {"https://127\u30020\u30020\u30021:PORT/m", encoded},
    // Names
    {"https://localhost:PORT/m", private_name},
    {"https://LocalHost:PORT/m", private_name},
    {"https://localhost.:PORT/m", "without a dot at its end"},
    {"https://a.localhost:PORT/m", private_name},
    {"https://localhost.localdomain:PORT/m", private_name},
    {"https://ip6-localhost:PORT/m", private_name},
    {"https://intranet/m", private_name},
    {"https://printer.local/m", private_name},
    {"https://router.home.arpa/m", private_name},
    {"https://vault.internal/m", private_name},
    // User names and passwords
    {"https://user@example.org:PORT/m", user},
    {"https://user:secret@example.org:PORT/m", user},
    {"https://:secret@example.org/m", user},
    {"https://@example.org/m", user},
    {"https://example.org@127.0.0.1:PORT/m", user},
    {"https://127.0.0.1:PORT@example.org/m", user},
    {"https://example.org:443@127.0.0.1:PORT/m", user},
    {"https://a@b@127.0.0.1:PORT/m", user},
    {"https://example.org%40127.0.0.1:PORT/m", other_characters},
    {"https://example.org\\@127.0.0.1:PORT/m", encoded},
    {"https://127.0.0.1:PORT\\.example.org/m", encoded},
    // Schemes and forms
    {"http://127.0.0.1:PORT/m", no_https},
    {"HTTP://example.org:PORT/m", no_https},
    {"hTtP://example.org/m", no_https},
    {"HTTPS://127.0.0.1:PORT/m", loopback},
    {"file:///etc/passwd", other_scheme},
    {"FILE:///etc/passwd", other_scheme},
    {"ftp://127.0.0.1:PORT/m", other_scheme},
    {"gopher://127.0.0.1:PORT/m", other_scheme},
    {"dict://127.0.0.1:PORT/m", other_scheme},
    {"ws://127.0.0.1:PORT/m", other_scheme},
    {"data:application/octet-stream,x", other_scheme},
    {"javascript:alert(1)", other_scheme},
    {"127.0.0.1:PORT/m", other_scheme},
    {"//127.0.0.1:PORT/m", other_scheme},
    {"https:127.0.0.1:PORT/m", other_scheme},
    {"https:/127.0.0.1:PORT/m", other_scheme},
    {"https:///127.0.0.1:PORT/m", "has no host"},
    {"https://:PORT/m", "has no host"},
    {"https+unix://127.0.0.1:PORT/m", other_scheme},
    {"", other_scheme},
    {" https://127.0.0.1:PORT/m", encoded},
    {"https://127.0.0.1:PORT/m ", encoded},
    {"ht\ntps://127.0.0.1:PORT/m", encoded},
    {"https://127.0.0.1\t:PORT/m", encoded},
    {"https://127.0.0.1:PORT/m\r\nHost: example.org", encoded},
    {std::string("https://127.0.0.1\0.example.org:PORT/m", 38), encoded},
    // Ports
    {"https://example.org:22/m", "the port 22"},
    {"https://example.org:25/m", "the port 25"},
    {"https://example.org:80/m", "the port 80"},
    {"https://example.org:0/m", wrong_port},
    {"https://example.org:65536/m", wrong_port},
    {"https://example.org:-1/m", wrong_port},
    {"https://example.org:0443/m", wrong_port},
    {"https://example.org:/m", wrong_port},
    {"https://example.org:443:PORT/m", wrong_port},
};
static_assert(std::size(hostile_urls) >= 100);

std::string with_port(std::string url, const std::string& port) {
    const std::size_t at = url.find("PORT");
    return at == url.npos ? url : url.replace(at, 4, port);
}

HttpOptions strict_options() {
    HttpOptions options;
    options.policy.emplace();
    options.max_attempts = 2;
    options.sleep = [](std::chrono::milliseconds) {};
    options.addresses = {"example.org:443:127.0.0.1"};  // so that no test leaves this machine
    return options;
}

HttpFailure failure_of(HttpClient& client, const std::string& url) {
    auto result = client.send({.url = url});
    if (auto* failed = std::get_if<HttpFailure>(&result)) return std::move(*failed);
    ADD_FAILURE() << url << ": answered";
    return {};
}

/// The user names no proxy: connections go to the hosts themselves.
class HostileUrls : public testing::Test {
protected:
    void SetUp() override {
        for (const char* name : {"https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy",
                                 "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
            unsetenv(name);
        }
    }

    void expect_refused(const HttpFailure& failed, const char* reason) {
        EXPECT_EQ(failed.kind, HttpFailure::Kind::refused) << failed.reason;
        EXPECT_THAT(failed.reason, HasSubstr(reason));
        EXPECT_THAT(failed.reason, AllOf(Not(HasSubstr("\n")), Not(HasSubstr("secret"))));
        EXPECT_LT(failed.reason.size(), 300u);
    }

    ListeningSocket listener;
};

TEST_F(HostileUrls, AreRefusedBeforeAByteIsSent) {
    HttpClient client(strict_options());
    for (const HostileUrl& hostile : hostile_urls) {
        SCOPED_TRACE(hostile.url);
        expect_refused(failure_of(client, with_port(hostile.url, listener.port())), hostile.reason);
    }
    EXPECT_EQ(listener.connections(), 0);
}

TEST_F(HostileUrls, TheListeningSocketSeesConnections) {
    HttpOptions options = strict_options();
    options.policy->allow_origin_of("http://127.0.0.1:" + listener.port());
    std::atomic<int> connections = 0;
    options.is_stopped = [&] { return (connections += listener.connections()) > 0; };
    HttpClient client(options);
    EXPECT_EQ(failure_of(client, "http://127.0.0.1:" + listener.port() + "/m").kind,
              HttpFailure::Kind::stopped);
    EXPECT_EQ(connections, 1);
}

TEST_F(HostileUrls, NamesAreCheckedByTheirAddresses) {
    const std::pair<const char*, const char*> addresses[] = {
        {"127.0.0.1", loopback},
        {"[::1]", loopback},
        {"[::ffff:127.0.0.1]", loopback},
        {"127.0.0.1,127.0.0.2,[::1]", loopback},
        {"0.0.0.0", "the unspecified address"},
        {"10.0.0.1", private_use},
        {"169.254.169.254", cloud},
        {"[fd00::1]", private_use},
        {"[64:ff9b::127.0.0.1]", loopback},
    };
    int number = 0;
    for (const auto& [address, reason] : addresses) {
        SCOPED_TRACE(address);
        const std::string host = "host" + std::to_string(++number) + ".example";
        HttpOptions options = strict_options();
        options.addresses = {host + ":" + listener.port() + ":" + address};
        HttpClient client(options);
        const HttpFailure failed =
            failure_of(client, "https://" + host + ":" + listener.port() + "/m");
        expect_refused(failed, reason);
        EXPECT_THAT(failed.reason, HasSubstr("not requested: " + host + " has the address "));
    }
    EXPECT_EQ(listener.connections(), 0);
}

TEST_F(HostileUrls, TheSystemsOwnResolverIsAskedToo) {
    HttpOptions options = strict_options();
    options.policy = AddressPolicy({{"localhost", 1}});  // another port
    HttpClient client(options);
    // The text of these says nothing; this machine's hosts file knows the second one.
    for (const std::string& host : {std::string("localhost"), machine_name()}) {
        if (host.empty()) continue;
        expect_refused(failure_of(client, "https://" + host + ":" + listener.port() + "/m"), "");
    }
    EXPECT_EQ(listener.connections(), 0);
}

TEST_F(HostileUrls, AreRefusedAsTargetsOfRedirects) {
    std::vector<std::string> targets;
    for (const HostileUrl& hostile : hostile_urls) {
        std::string url = with_port(hostile.url, listener.port());
        const bool is_sent =
            !url.empty() && url.find_first_of(std::string("\r\n\t\0 ", 5)) == std::string::npos;
        if (is_sent) targets.push_back(std::move(url));
    }
    HttpServer server([&](const ReceivedRequest& request) {
        const std::size_t index = std::stoul(request.path.substr(1));
        return Answer{302, "", {{"Location", targets.at(index)}}};
    });
    HttpOptions options = strict_options();
    options.policy->allow_origin_of(server.url("/"));
    HttpClient client(options);
    for (std::size_t i = 0; i < targets.size(); ++i) {
        SCOPED_TRACE(targets[i]);
        // The server has no other pages: a relative target would go round in a circle.
        const auto result = client.send({.url = server.url("/" + std::to_string(i))});
        if (const auto* failed = std::get_if<HttpFailure>(&result)) {
            EXPECT_TRUE(failed->kind == HttpFailure::Kind::refused ||
                        failed->kind == HttpFailure::Kind::redirect)
                << failed->reason;
            EXPECT_THAT(failed->reason, HasSubstr("redirects to "));
        } else {
            // libcurl read it as a path of the server itself.
            EXPECT_THAT(std::get<HttpResponse>(result).head.url, HasSubstr(server.url("/")));
        }
    }
    EXPECT_EQ(listener.connections(), 0);
}

TEST_F(HostileUrls, EveryHopOfAChainIsChecked) {
    HttpServer server([&](const ReceivedRequest& request) {
        const bool is_last = request.path == "/c";
        const std::string next = "/" + std::string(1, static_cast<char>(request.path[1] + 1));
        return Answer{
            307, "", {{"Location", is_last ? "http://127.0.0.1:" + listener.port() + "/" : next}}};
    });
    HttpOptions options = strict_options();
    options.policy->allow_origin_of(server.url("/"));
    HttpClient client(options);
    const HttpFailure failed = failure_of(client, server.url("/a"));
    expect_refused(failed, no_https);
    EXPECT_THAT(failed.reason, HasSubstr(server.url("/a") + ": redirects to http://127.0.0.1:"));
    EXPECT_THAT(server.requests(), SizeIs(3));
    EXPECT_EQ(listener.connections(), 0);
}

TEST_F(HostileUrls, ARedirectBringsNoCredentialsToAnAllowedHost) {
    HttpServer server([&](const ReceivedRequest& request) {
        if (request.path != "/a") return Answer{200, "ok"};
        return Answer{
            302,
            "",
            {{"Location", "http://user:secret@127.0.0.1:" + std::to_string(server.port()) + "/b"}}};
    });
    HttpOptions options = strict_options();
    options.policy->allow_origin_of(server.url("/"));
    HttpClient client(options);
    expect_refused(failure_of(client, server.url("/a")), user);
    EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST_F(HostileUrls, TheUsersOwnPasswordStaysValidAfterARedirectWithinItsOrigin) {
    HttpServer server([&](const ReceivedRequest& request) {
        if (request.path == "/a") return Answer{302, "", {{"Location", "/b"}}};
        return Answer{200, request.header("authorization") ? "with password" : "without"};
    });
    std::string url = server.url("/a");
    url.insert(url.find("127"), "user:secret@");
    HttpOptions options = strict_options();
    options.policy->allow_origin_of(url);
    const auto result = HttpClient(options).send({.url = url});
    ASSERT_TRUE(std::holds_alternative<HttpResponse>(result));
    EXPECT_EQ(std::get<HttpResponse>(result).body, "with password");
}

TEST_F(HostileUrls, AProxyResolvesNamesButLiteralAddressesAreRefused) {
    HttpServer proxy([](const ReceivedRequest&) { return Answer{403, "no"}; });
    setenv("https_proxy", proxy.url("").c_str(), 1);
    setenv("no_proxy", "direct.example", 1);
    HttpOptions options = strict_options();
    options.max_attempts = 1;
    options.addresses = {"direct.example:" + listener.port() + ":127.0.0.1"};
    HttpClient client(options);
    for (const char* url : {"https://10.0.0.1/m", "https://169.254.169.254/", "https://2130706433/",
                            "https://localhost/m"}) {
        EXPECT_EQ(failure_of(client, url).kind, HttpFailure::Kind::refused) << url;
    }
    EXPECT_THAT(proxy.requests(), IsEmpty());
    // The proxy gets the name, and refuses to connect.
    EXPECT_NE(failure_of(client, "https://model.example/m").kind, HttpFailure::Kind::refused);
    EXPECT_THAT(proxy.requests(), Not(IsEmpty()));
    // no_proxy: the connection would be direct.
    expect_refused(failure_of(client, "https://direct.example:" + listener.port() + "/m"),
                   loopback);
    EXPECT_EQ(listener.connections(), 0);
    unsetenv("https_proxy");
    unsetenv("no_proxy");
}

TEST_F(HostileUrls, PasswordsOfNetrcGoOnlyWhereTheRequestWantsThem) {
    HttpServer server([](const ReceivedRequest& request) {
        return Answer{200, request.header("authorization") ? "password" : "none"};
    });
    const test::TemporaryFolder home;
    std::ofstream(home.path() / ".netrc") << "machine 127.0.0.1 login user password secret\n";
    const char* old_home = std::getenv("HOME");
    const std::string kept = old_home ? old_home : "";
    setenv("HOME", home.path().c_str(), 1);
    HttpClient client;
    HttpRequest request{.url = server.url("/m")};
    EXPECT_EQ(std::get<HttpResponse>(client.send(request)).body, "password");
    request.uses_netrc = false;
    EXPECT_EQ(std::get<HttpResponse>(client.send(request)).body, "none");
    setenv("HOME", kept.c_str(), 1);
}

}  // namespace
}  // namespace onnxhub
