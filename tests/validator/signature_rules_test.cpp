// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "repository/lfs_pointer.h"
#include "tests/support/bundle_changes.h"
#include "tests/support/hub_files.h"
#include "trust/model_signature.h"

namespace onnxhub::test {
namespace {

using testing::IsEmpty;

constexpr const char* signed_model = "vision/digits/model/mnist-12.onnx";
constexpr const char* model_signature = "vision/digits/model/mnist-12.onnx.sig";
constexpr const char* folder_signature = "vision/digits/model/model.sig";

Sha256 digest_in(const HubFiles& hub, const std::string& path) {
    const auto pointer = parse_lfs_pointer(hub.files.at(path));
    const auto* known = std::get_if<LfsPointer>(&pointer);
    return known ? known->oid : sha256_of(hub.files.at(path));
}

std::string bundle_for(const std::vector<std::string>& paths, const HubFiles& hub) {
    static const PrivateKey key = PrivateKey::create(EcdsaCurve::p256);
    ModelStatement statement;
    statement.ignored_paths = {"mnist-12.onnx.sig"};
    for (const std::string& path : paths) {
        statement.resources.push_back(
            {path.substr(std::string("vision/digits/model/").size()), digest_in(hub, path), 0, 0});
    }
    return sign_model(statement, {key});
}

std::vector<std::string> paths_in_folder(const HubFiles& hub) {
    std::vector<std::string> paths;
    for (const auto& [path, text] : hub.files) {
        if (path.starts_with("vision/digits/model/") && !path.ends_with(".sig")) {
            paths.push_back(path);
        }
    }
    return paths;
}

/// A hub with signatures of a model and of its folder.
HubFiles signed_hub() {
    HubFiles hub = healthy_hub();
    hub.files[folder_signature] = bundle_for(paths_in_folder(hub), hub);
    hub.files[model_signature] = bundle_for({signed_model}, hub);
    return hub;
}

/// Findings of the family, as "rule file: message".
std::vector<std::string> found_in(const HubFiles& hub) {
    std::vector<std::string> lines;
    for (const Finding& finding : validate_files(hub)) {
        if (!finding.rule.starts_with("signature-")) continue;
        lines.push_back(finding.rule + " " + finding.file + ": " + finding.message);
    }
    return lines;
}

using Lines = std::vector<std::string>;

TEST(SignatureRules, CorrectSignaturesHaveNoFindings) {
    EXPECT_THAT(found_in(signed_hub()), IsEmpty());
    EXPECT_TRUE(validate_files(signed_hub()) == validate_files(healthy_hub()));
}

TEST(SignatureRules, AChangedModelIsFoundInBothSignatures) {
    HubFiles hub = signed_hub();
    hub.files.at(signed_model) = lfs_pointer_text(sha256_of("other"), 5);
    EXPECT_EQ(found_in(hub), (Lines{"signature-differs vision/digits/model/mnist-12.onnx.sig: "
                                    "vision/digits/model/mnist-12.onnx was changed after it was "
                                    "signed",
                                    "signature-differs vision/digits/model/model.sig: "
                                    "vision/digits/model/mnist-12.onnx was changed after it was "
                                    "signed"}));
}

TEST(SignatureRules, OtherFilesOnlyMatterToAFolder) {
    HubFiles hub = signed_hub();
    hub.files["vision/digits/model/notes.txt"] = "x";
    EXPECT_EQ(found_in(hub), Lines{"signature-differs vision/digits/model/model.sig: "
                                   "vision/digits/model/notes.txt is not signed"});
    hub.files["vision/digits/model/more.txt"] = "x";
    EXPECT_EQ(found_in(hub),
              Lines{"signature-differs vision/digits/model/model.sig: "
                    "vision/digits/model/more.txt is not signed, and 1 more files differ"});
}

TEST(SignatureRules, AMissingFileIsFound) {
    HubFiles hub = signed_hub();
    hub.files["vision/digits/model/weights.bin"] = "w";
    hub.files[model_signature] = bundle_for({signed_model, "vision/digits/model/weights.bin"}, hub);
    hub.files[folder_signature] = bundle_for(paths_in_folder(hub), hub);
    EXPECT_THAT(found_in(hub), IsEmpty());
    hub.files.erase("vision/digits/model/weights.bin");
    EXPECT_EQ(found_in(hub).size(), 2u);
    EXPECT_EQ(found_in(hub)[0],
              "signature-differs vision/digits/model/mnist-12.onnx.sig: "
              "vision/digits/model/weights.bin is signed and does not exist");
}

TEST(SignatureRules, WhatIsNoSignatureIsUnreadable) {
    HubFiles hub = signed_hub();
    for (const char* text : {"", "{}", "<<<<<<< HEAD\n", "[1]"}) {
        hub.files[model_signature] = text;
        ASSERT_EQ(found_in(hub).size(), 1u) << text;
        EXPECT_TRUE(found_in(hub)[0].starts_with("signature-unreadable " +
                                                 std::string(model_signature) + ": "));
    }
    hub.files[model_signature] = with_payload(hub.files.at(folder_signature), R"({"_type":"x"})");
    EXPECT_THAT(found_in(hub), IsEmpty()) << "another format is counted and not judged";
}

TEST(SignatureRules, OnlySignaturesByTheirNamesAreRead) {
    HubFiles hub = healthy_hub();
    hub.files["vision/digits/model/absent.onnx.sig"] = "";
    hub.files["vision/digits/model/notes.txt.sig"] = "";
    EXPECT_THAT(found_in(hub), IsEmpty());
}

TEST(SignatureRules, OtherFormatsAreCounted) {
    HubFiles hub = signed_hub();
    auto payload = nlohmann::json::parse(payload_of(hub.files.at(model_signature)));
    payload["predicate"]["resources"][0]["algorithm"] = "blake3";
    hub.files[model_signature] = with_payload(hub.files.at(model_signature), payload.dump());
    const ValidationReport report = report_on(hub, hub.tree(), {});
    const auto counted = std::ranges::find(report.unchecked, "signature-differs", &Unchecked::rule);
    ASSERT_NE(counted, report.unchecked.end());
    EXPECT_EQ(counted->reason, "formats that onnxhub does not compare");
    EXPECT_EQ(counted->count, 1u);
}

}  // namespace
}  // namespace onnxhub::test
