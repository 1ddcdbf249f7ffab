// SPDX-License-Identifier: Apache-2.0
// Signatures of models that the reference implementation of OpenSSF Model Signing made.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>

#include "tests/support/bundle_changes.h"
#include "tests/support/program.h"
#include "trust/base64.h"
#include "trust/model_signature.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using test::run_onnxhub;

std::string text_of_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

class RealSignatures : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        const char* corpus = std::getenv("ONNXHUB_CORPUS");
        if (!corpus || !fs::exists(fs::path(corpus) / "signing")) {
            GTEST_SKIP() << "ONNXHUB_CORPUS has no signed models";
        }
        corpus_ = fs::path(corpus) / "signing";
        const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
        folder_ = fs::path(testing::TempDir()) /
                  ("signed-" + std::to_string(std::hash<std::string>()(name)));
        fs::remove_all(folder_);
    }
    void TearDown() override { fs::remove_all(folder_); }

    static bool has_certificate(const std::string& name) {
        return name.ends_with("certificate") || name.ends_with("sigstore");
    }

    AcceptedSigners signers(const std::string& name) const {
        if (has_certificate(name)) {
            return AcceptedRoots{certificates_of_pem(text_of_file(corpus_ / "ca-cert.pem")), {}};
        }
        return AcceptedKeys{{PublicKey::from_pem(text_of_file(corpus_ / "signing-key-pub.pem"))}};
    }

    std::string bundle(const std::string& name) const {
        return text_of_file(corpus_ / name / "model.sig");
    }

    /// A copy that tests may change.
    fs::path copy(const std::string& name) {
        fs::create_directories(folder_);
        for (const auto& file : fs::directory_iterator(corpus_ / name)) {
            std::ofstream(folder_ / file.path().filename(), std::ios::binary)
                << text_of_file(file.path());
        }
        return folder_;
    }

    test::ProgramResult verify(const std::string& name, std::vector<std::string> more) const {
        std::vector<std::string> arguments{"verify", folder_.string(), "--signature",
                                           (folder_ / "model.sig").string()};
        if (has_certificate(name)) {
            arguments.insert(arguments.end(),
                             {"--certificate-chain", (corpus_ / "ca-cert.pem").string()});
        } else {
            arguments.insert(arguments.end(),
                             {"--key", (corpus_ / "signing-key-pub.pem").string()});
        }
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_onnxhub(arguments, corpus_);
    }

    fs::path corpus_;
    fs::path folder_;
};

using RealSupportedSignatures = RealSignatures;

TEST_P(RealSupportedSignatures, VerifyAndEachDifferenceIsNamed) {
    const std::string name = GetParam();
    const fs::path folder = copy(name);
    const std::vector<std::string> ignoring{"--ignore-paths", "ignore-me"};
    auto result = verify(name, ignoring);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(verify(name, {"--ignore-unsigned-files"}).status, 0);
    EXPECT_EQ(verify(name, {"--ignore-paths", "ignore-me", "--strict-time"}).status, 0);

    std::ofstream(folder / "added") << "x";
    result = verify(name, ignoring);
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.out, "not signed: added\n");
    fs::remove(folder / "added");

    const std::string before = text_of_file(folder / "signme-1");
    std::ofstream(folder / "signme-1") << before << ".";
    result = verify(name, ignoring);
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.out, "changed: signme-1\n");

    fs::remove(folder / "signme-1");
    result = verify(name, ignoring);
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.out, "missing: signme-1\n");

    std::ofstream(folder / "signme-1") << before;
    EXPECT_EQ(verify(name, ignoring).status, 0);
    fs::rename(folder / "signme-2", folder / "elsewhere");
    fs::create_symlink("elsewhere", folder / "signme-2");
    result = verify(name, ignoring);
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.out, "not signed: elsewhere\nnot checked: signme-2: is a symbolic link\n");
}

TEST_P(RealSupportedSignatures, EveryChangeIsRefusedWithTheRightReason) {
    const std::string name = GetParam();
    const std::string text = bundle(name);
    const AcceptedSigners accepted = signers(name);
    ASSERT_TRUE(std::holds_alternative<VerifiedSignature>(verify_model_signature(text, accepted)));
    const auto changes = test::changes_of_bundle(text);
    std::printf("%zu changes of %s\n", changes.size(), name.c_str());
    EXPECT_GE(changes.size(), 500u);
    for (const test::BundleChange& change : changes) {
        const auto result = verify_model_signature(change.text, accepted);
        const auto* refusal = std::get_if<Refusal>(&result);
        ASSERT_TRUE(refusal) << change.what;
        EXPECT_EQ(name_of(refusal->kind), name_of(change.expected))
            << change.what << ": " << refusal->reason;
    }
}

/// The type of each member, by its place. Positions in lists do not count.
void collect_structure(const Json& value, const std::string& place,
                       std::map<std::string, std::string>& structure) {
    structure[place] = value.type_name();
    for (const auto& [key, member] : value.items()) {
        if (value.is_structured()) {
            collect_structure(member, place + (value.is_array() ? "/*" : "/" + key), structure);
        }
    }
}

std::map<std::string, std::string> structure_of(const std::string& text) {
    std::map<std::string, std::string> structure;
    collect_structure(Json::parse(text), "", structure);
    return structure;
}

using CurrentSignatures = RealSignatures;

TEST_P(CurrentSignatures, OursHaveTheirStructureFieldByField) {
    const std::string name = GetParam();
    const std::string real = bundle(name);
    const auto verified = std::get<VerifiedSignature>(verify_model_signature(real, signers(name)));
    const Json real_json = Json::parse(real);
    ModelSigner signer{PrivateKey::create(EcdsaCurve::p384)};
    if (has_certificate(name)) {
        const Json& chain = real_json["verificationMaterial"]["x509CertificateChain"];
        for (const Json& certificate : chain["certificates"]) {
            signer.chain.push_back(*decode_base64(certificate["rawBytes"].get<std::string>()));
        }
    }
    const std::string ours = sign_model(verified.statement, signer);
    EXPECT_EQ(structure_of(ours), structure_of(real));
    EXPECT_EQ(structure_of(test::payload_of(ours)), structure_of(test::payload_of(real)));

    const Json ours_json = Json::parse(ours);
    EXPECT_EQ(ours_json["mediaType"], real_json["mediaType"]);
    if (has_certificate(name)) {
        EXPECT_EQ(ours_json["verificationMaterial"], real_json["verificationMaterial"]);
    }
    EXPECT_EQ(ours_json["dsseEnvelope"]["payloadType"], real_json["dsseEnvelope"]["payloadType"]);
    EXPECT_EQ(ours_json["dsseEnvelope"]["signatures"][0]["keyid"],
              real_json["dsseEnvelope"]["signatures"][0]["keyid"]);
    // nlohmann::json compares without regard to the order of members. Real signers list the ignored
    // paths in any order.
    const auto payload = [](const std::string& text) {
        auto json = nlohmann::json::parse(test::payload_of(text));
        auto& ignored = json["predicate"]["serialization"]["ignore_paths"];
        std::sort(ignored.begin(), ignored.end());
        return json;
    };
    EXPECT_EQ(payload(ours), payload(real));
}

TEST_P(RealSignatures, OthersAreNamedAsWhatTheyAre) {
    const std::string name = GetParam();
    const auto result = verify_model_signature(bundle(name), signers(name));
    const auto& refusal = std::get<Refusal>(result);
    EXPECT_EQ(refusal.kind, RefusalKind::unsupported);
    const std::string what = name.starts_with("v0.2") ? "is of model_signing 0.2, which is too old"
                                                      : "is a keyless signature (Sigstore";
    EXPECT_TRUE(refusal.reason.starts_with(what)) << refusal.reason;
    copy(name);
    const auto program = verify(name, {});
    EXPECT_EQ(program.status, 2);
    EXPECT_NE(program.err.find(what), program.err.npos) << program.err;
}

std::string test_name(const testing::TestParamInfo<const char*>& info) {
    std::string name = info.param;
    std::erase_if(name, [](char c) { return c == '.' || c == '-'; });
    return name;
}

INSTANTIATE_TEST_SUITE_P(Corpus, RealSignatures,
                         testing::Values("v0.2.0-certificate", "v1.1.0-sigstore"), test_name);
INSTANTIATE_TEST_SUITE_P(Supported, RealSupportedSignatures,
                         testing::Values("v1.0.1-elliptic-key", "v1.0.1-certificate",
                                         "v1.1.0-elliptic-key", "v1.1.0-certificate"),
                         test_name);
INSTANTIATE_TEST_SUITE_P(Current, CurrentSignatures,
                         testing::Values("v1.1.0-elliptic-key", "v1.1.0-certificate"), test_name);

}  // namespace
}  // namespace onnxhub
