// SPDX-License-Identifier: Apache-2.0
// `onnxhub serve --tls-cert --tls-key`, with curl and with onnxhub's own client.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"
#include "tests/support/running_server.h"
#include "tests/support/test_certificate.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class ServeTls : public testing::Test {
protected:
    void SetUp() override {
        const TestCertificate other = make_test_certificate();
        write_file(folder.path() / "cert.pem", mine.certificate);
        write_file(folder.path() / "key.pem", mine.key);
        write_file(folder.path() / "other-cert.pem", other.certificate);
        write_file(folder.path() / "other-key.pem", other.key);
        write_file(
            hub / "text/net/net.onnx",
            ModelBuilder().input("x", {2}).node("Abs", {"x"}, {"y"}).output("y", {2}).bytes());
        const ProgramResult made = run({onnxhub_program(), "init", "hub", "--adopt", "--tables"});
        ASSERT_EQ(made.status, 0) << made.err;
    }

    /// Runs with this test's own home directory and certificate authorities.
    ProgramResult run(std::vector<std::string> command, const std::string& authority = "cert.pem") {
        command.insert(command.begin(), {"env", "-u", "SSL_CERT_FILE", "-u", "SSL_CERT_DIR",
                                         "no_proxy=127.0.0.1", "HOME=" + folder.path().string(),
                                         "CURL_CA_BUNDLE=" + (folder.path() / authority).string()});
        return run_command(command, folder.path());
    }

    ProgramResult curl(const std::string& url, const std::string& authority = "cert.pem") {
        return run({"curl", "-sS", "--max-time", "20", "--cacert", authority, url});
    }

    std::vector<std::string> options(const std::string& key = "key.pem") const {
        return {"--tls-cert", (folder.path() / "cert.pem").string(), "--tls-key",
                (folder.path() / key).string(), "--untracked"};
    }

    /// Waits until the server prints `text`; false after ten seconds.
    bool has_said(const std::string& text) const {
        for (int i = 0; i < 1000; ++i) {
            if (read_file(folder.path() / "access.log").find(text) != std::string::npos)
                return true;
            usleep(10'000);
        }
        return false;
    }

    const TestCertificate mine = make_test_certificate();
    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
};

TEST_F(ServeTls, CurlGetsTheManifestFromWhomTheCertificateNames) {
    RunningServer server(hub, folder.path(), options());
    ASSERT_THAT(server.url(), StartsWith("https://127.0.0.1:"));
    const std::string url = server.url() + "/ONNX_HUB_MANIFEST.json";
    const ProgramResult got = curl(url);
    EXPECT_EQ(got.status, 0) << got.err;
    EXPECT_EQ(got.out, read_file(hub / "ONNX_HUB_MANIFEST.json"));
    constexpr int not_trusted = 60;  // CURLE_PEER_FAILED_VERIFICATION
    EXPECT_EQ(curl(url, "other-cert.pem").status, not_trusted);
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(ServeTls, TheClientTrustsTheAuthorityItIsTold) {
    RunningServer server(hub, folder.path(), options());
    const ProgramResult refused =
        run({onnxhub_program(), "list", "--hub", server.url()}, "other-cert.pem");
    EXPECT_EQ(refused.status, 2) << refused.out;
    EXPECT_THAT(refused.err, HasSubstr("certificate"));
    const ProgramResult listed = run({onnxhub_program(), "list", "--hub", server.url()});
    EXPECT_EQ(listed.status, 0) << listed.err;
    EXPECT_THAT(listed.out, HasSubstr("net"));
    const ProgramResult loaded =
        run({onnxhub_program(), "load", "net", "--trust", "--hub", server.url()});
    ASSERT_EQ(loaded.status, 0) << loaded.err;
    EXPECT_EQ(read_file(loaded.out.substr(0, loaded.out.size() - 1)),
              read_file(hub / "text/net/net.onnx"));
}

TEST_F(ServeTls, PlainHttpIsRefusedAndTheServerGoesOn) {
    RunningServer server(hub, folder.path(), options());
    const std::string plain = "http" + server.url().substr(5) + "/ONNX_HUB_MANIFEST.json";
    for (int i = 0; i < 3; ++i) {
        const ProgramResult refused = curl(plain);
        EXPECT_NE(refused.status, 0);
        EXPECT_EQ(refused.out, "");
    }
    EXPECT_EQ(run({onnxhub_program(), "list", "--hub", plain.substr(0, plain.rfind('/'))}).status,
              2);
    EXPECT_EQ(curl(server.url() + "/healthz").out, "ok\n");
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(ServeTls, WhatCantBeUsedAsKeyIsOneLine) {
    write_file(folder.path() / "no-key.pem", "no key\n");
    for (const char* key : {"other-key.pem", "no-key.pem", "cert.pem"}) {
        std::vector<std::string> command{"timeout", "60", onnxhub_program(), "serve", "hub",
                                         "--port",  "0"};
        const std::vector<std::string> more = options(key);
        command.insert(command.end(), more.begin(), more.end());
        const ProgramResult result = run(command);
        EXPECT_EQ(result.status, 2) << key;
        EXPECT_EQ(result.out, "") << key;
        EXPECT_THAT(result.err,
                    AllOf(StartsWith("onnxhub: error: "), HasSubstr("certificate and key")));
        EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    }
}

TEST_F(ServeTls, AnEmptyFileNeverMeansPlainHttp) {
    write_file(folder.path() / "empty.pem", "");
    const ProgramResult result = run({"timeout", "60", onnxhub_program(), "serve", "hub", "--port",
                                      "0", "--tls-cert", "empty.pem", "--tls-key", "empty.pem"});
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, AllOf(StartsWith("onnxhub: error: empty.pem: "), HasSubstr("PEM")));
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;

    RunningServer server(hub, folder.path(), options());
    write_file(folder.path() / "cert.pem", "");
    write_file(folder.path() / "old-cert.pem", mine.certificate);
    write_file(folder.path() / "key.pem", "");
    server.hang_up();
    ASSERT_TRUE(has_said("onnxhub: not reloaded: "));
    EXPECT_EQ(curl(server.url() + "/healthz", "old-cert.pem").out, "ok\n");
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(ServeTls, BeginsAtVersion1Point2) {
    RunningServer server(hub, folder.path(), options());
    const auto got_with = [&](const char* version) {
        return run({"curl", "-sS", "--max-time", "20", "--cacert", "cert.pem", "--ciphers",
                    "DEFAULT@SECLEVEL=0", "--tlsv1.0", "--tls-max", version,
                    server.url() + "/healthz"});
    };
    EXPECT_EQ(got_with("1.2").out, "ok\n");
    EXPECT_EQ(got_with("1.3").out, "ok\n");
    for (const char* old : {"1.0", "1.1"}) {
        const ProgramResult refused = got_with(old);
        constexpr int no_handshake = 35;  // CURLE_SSL_CONNECT_ERROR
        EXPECT_EQ(refused.status, no_handshake) << old << refused.out << refused.err;
    }
    EXPECT_EQ(server.stop(), 0);
}

TEST_F(ServeTls, ACertificateIsRenewedAndAWrongKeyKeepsTheOldOne) {
    RunningServer server(hub, folder.path(), options());
    write_file(folder.path() / "key.pem", read_file(folder.path() / "other-key.pem"));
    server.hang_up();
    ASSERT_TRUE(has_said("onnxhub: not reloaded: "));
    EXPECT_EQ(curl(server.url() + "/healthz").out, "ok\n");
    write_file(folder.path() / "old-cert.pem", read_file(folder.path() / "cert.pem"));
    write_file(folder.path() / "cert.pem", read_file(folder.path() / "other-cert.pem"));
    server.hang_up();
    ASSERT_TRUE(has_said("onnxhub: reloaded\n"));
    EXPECT_EQ(curl(server.url() + "/healthz", "other-cert.pem").out, "ok\n");
    EXPECT_NE(curl(server.url() + "/healthz", "old-cert.pem").status, 0);
    EXPECT_EQ(server.stop(), 0);
}

}  // namespace
}  // namespace onnxhub::test
