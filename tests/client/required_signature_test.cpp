// SPDX-License-Identifier: Apache-2.0
// Models that are only loaded with a signature by the user's key.
#include "hosting/client/required_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/user_error.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/hub_error.h"
#include "tests/support/http_server.h"
#include "tests/support/hub_folder.h"
#include "tests/support/repository_builder.h"
#include "tests/support/signing_certificates.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using test::Answer;
using test::HttpServer;
using test::ReceivedRequest;
using test::TemporaryFolder;
using test::write_file;
using testing::HasSubstr;

const std::string model_bytes = "the model";

std::string manifest_text_of(const std::string& path) {
    return R"([{"model": "M", "model_path": ")" + path +
           R"(", "onnx_version": "1.9", "opset_version": 12, "metadata": {"model_sha": ")" +
           to_hex(sha256_of(model_bytes)) + R"(", "model_bytes": )" +
           std::to_string(model_bytes.size()) + R"(, "tags": []}}])";
}

std::string signature_over(const std::string& path, const std::string& content,
                           const ModelSigner& signer) {
    return sign_model({"a", {{path, sha256_of(content), 0, 0}}, {}, {}}, signer);
}

class RequiredSignature : public testing::Test {
protected:
    RequiredSignature()
        : server([this](const ReceivedRequest& request) { return answer(request); }) {
        write_file(folder.path() / "key.pub", key.public_key().pem());
        signature = signature_over("m.onnx", model_bytes, {key});
    }

    Answer answer(const ReceivedRequest& request) const {
        if (request.path.ends_with("/ONNX_HUB_MANIFEST.json")) {
            return {200, manifest_text_of("a/m.onnx")};
        }
        if (!request.path.ends_with(".sig")) return {200, model_bytes};
        return signature.empty() ? Answer{404, ""} : Answer{200, signature};
    }

    ClientOptions options(bool is_required = true) {
        ClientOptions options;
        options.hub = server.url("/hub");
        options.http.max_attempts = 1;
        options.is_trusted = [](const TrustQuestion&) { return true; };
        options.environment = [this](const char* name) -> std::optional<std::string> {
            return std::string(name) == "HOME" ? std::optional(folder.path().string())
                                               : std::nullopt;
        };
        if (is_required) options.model_keys = {folder.path() / "key.pub"};
        return options;
    }

    fs::path load(ClientOptions options, bool with_test_data = false) {
        HubClient client(std::move(options));
        const Entry& entry = *client.manifest().entries.at(0).entry;
        return client.load(client.resolve(entry, with_test_data), {});
    }

    std::string refusal(ClientOptions options) {
        try {
            load(std::move(options));
            return "";
        } catch (const HubError& error) {
            EXPECT_EQ(error.problem, HubProblem::signature);
            return error.what();
        }
    }

    std::size_t requests_for_model() const {
        const auto requests = server.requests();
        return static_cast<std::size_t>(std::ranges::count_if(
            requests, [](const auto& request) { return request.path.ends_with(".onnx"); }));
    }

    const PrivateKey key = PrivateKey::create(EcdsaCurve::p256);
    std::string signature;
    TemporaryFolder folder;
    HttpServer server;
};

TEST_F(RequiredSignature, ASignedModelIsLoaded) {
    EXPECT_EQ(test::read_file(load(options())), model_bytes);
}

TEST_F(RequiredSignature, AModelWithoutOneIsNotFetched) {
    signature = "";
    EXPECT_EQ(
        refusal(options()),
        "a/m.onnx: a signature is required, but the hub has no signature of it; ask the hub's "
        "maintainers for a signature by your key");
    EXPECT_EQ(requests_for_model(), 0u);
    EXPECT_EQ(test::read_file(load(options(false))), model_bytes);
}

TEST_F(RequiredSignature, WrongSignaturesAreNamed) {
    const PrivateKey other = PrivateKey::create(EcdsaCurve::p256);
    signature = signature_over("m.onnx", model_bytes, {other});
    EXPECT_THAT(refusal(options()), HasSubstr("its signature is signed with another key"));
    signature = signature_over("m.onnx", "an older model", {key});
    EXPECT_THAT(refusal(options()), HasSubstr("signs another file than the hub has as a/m.onnx"));
    signature = signature_over("n.onnx", model_bytes, {key});
    EXPECT_THAT(refusal(options()), HasSubstr("does not sign a/m.onnx"));
    signature = "{}";
    EXPECT_THAT(refusal(options()), HasSubstr("mediaType is missing"));
    EXPECT_EQ(requests_for_model(), 0u);
}

TEST_F(RequiredSignature, ACachedModelNeedsOneToo) {
    signature = "";
    load(options(false));
    EXPECT_THAT(refusal(options()), HasSubstr("has no signature"));
}

TEST_F(RequiredSignature, OnceVerifiedItIsKeptForWorkWithoutAConnection) {
    ClientOptions offline = options();
    offline.is_offline = true;
    load(options(false));
    EXPECT_THAT(refusal(offline), HasSubstr("--offline"));
    load(options());
    EXPECT_EQ(test::read_file(load(offline)), model_bytes);
    // The stored one is verified again, with the keys of this time.
    write_file(folder.path() / "key.pub", PrivateKey::create(EcdsaCurve::p256).public_key().pem());
    EXPECT_THAT(refusal(offline), HasSubstr("--offline"));
}

TEST_F(RequiredSignature, TheConfigurationNamesKeysOfAHub) {
    write_file(folder.path() / ".config/onnxhub/company.pub", key.public_key().pem());
    write_file(
        folder.path() / ".config/onnxhub/config.toml",
        "[hubs.company]\nhub = \"" + server.url("/hub") + "\"\nmodel_keys = [\"company.pub\"]\n");
    ClientOptions named = options(false);
    named.hub = "company";
    EXPECT_EQ(test::read_file(load(named)), model_bytes);
    signature = signature_over("m.onnx", model_bytes, {PrivateKey::create(EcdsaCurve::p256)});
    fs::remove_all(folder.path() / ".local");
    EXPECT_THAT(refusal(named), HasSubstr("another key"));
    write_file(folder.path() / ".config/onnxhub/company.pub", "no key");
    EXPECT_THROW(load(named), UserError);
}

TEST_F(RequiredSignature, CertificatesLeadToARoot) {
    const auto made = test::make_signing_certificates();
    ModelSigner signer{PrivateKey::from_pem(made.key, [] { return std::optional<std::string>(); })};
    for (const std::string& pem : made.chain) {
        signer.chain.push_back(certificates_of_pem(pem).front());
    }
    signature = signature_over("m.onnx", model_bytes, signer);
    write_file(folder.path() / "root.pem", made.root);
    ClientOptions by_root = options(false);
    by_root.model_keys = {folder.path() / "key.pub", folder.path() / "root.pem"};
    EXPECT_EQ(test::read_file(load(by_root)), model_bytes);
    fs::remove_all(folder.path() / ".local");
    EXPECT_THAT(refusal(options()), HasSubstr("is signed with a certificate"));
}

TEST_F(RequiredSignature, LocalHubsHaveThemAsFiles) {
    const fs::path hub = folder.path() / "hub";
    test::write_hub_folder(hub, {{"a/m.onnx", model_bytes}});
    ClientOptions local = options();
    local.hub = hub.string();
    EXPECT_THAT(refusal(local), HasSubstr("has no signature"));
    write_file(hub / "a/m.onnx.sig", signature);
    EXPECT_EQ(test::read_file(load(local)), model_bytes);
}

TEST(RefusalOfSignature, ExternalDataMustBeSignedToo) {
    const PrivateKey key = PrivateKey::create(EcdsaCurve::p256);
    const RequiredSigners signers{{{key.public_key()}}, {}};
    const ModelStatement both{
        "a", {{"d/w.bin", sha256_of("w"), 0, 0}, {"m.onnx", sha256_of("m"), 0, 0}}, {}, {}};
    const std::string bundle = sign_model(both, {key});
    const CacheKey model{"a/m.onnx", sha256_of("m")};
    EXPECT_EQ(refusal_of_signature(bundle, {model}, signers), std::nullopt);
    EXPECT_EQ(refusal_of_signature(bundle, {model, {"a/d/w.bin", sha256_of("w")}}, signers),
              std::nullopt);
    EXPECT_EQ(refusal_of_signature(bundle, {model, {"a/d/w.bin", sha256_of("x")}}, signers),
              "signs another file than the hub has as a/d/w.bin");
    EXPECT_EQ(refusal_of_signature(bundle, {model, {"a/v.bin", sha256_of("w")}}, signers),
              "does not sign a/v.bin");
    EXPECT_EQ(refusal_of_signature(bundle, {model, {"d/w.bin", sha256_of("w")}}, signers),
              "does not sign d/w.bin");
    EXPECT_NE(refusal_of_signature(bundle, {model}, RequiredSigners{}), std::nullopt);
}

}  // namespace
}  // namespace onnxhub
