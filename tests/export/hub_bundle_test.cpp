// SPDX-License-Identifier: Apache-2.0
// Bundles: every byte of one is as it was made, or it is refused.
#include "hosting/export/hub_bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"
#include "hosting/export/bundle_format.h"
#include "tests/support/archive_builder.h"
#include "tests/support/hub_folder.h"
#include "tests/support/repository_builder.h"
#include "tests/support/signed_hub.h"
#include "trust/model_signature.h"

namespace onnxhub::test {
namespace {

/// Of a bundle, every byte is changed; where each change takes ten times as long, one in five.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t byte_step = 5;
#else
constexpr std::size_t byte_step = 1;
#endif

namespace fs = std::filesystem;
using testing::HasSubstr;

const auto not_interrupted = [] {};

/// A hub with three files. A tar header alone cannot hold the path of one of them.
class HubBundle : public testing::Test {
protected:
    void SetUp() override { write_hub_folder(folder.path() / "hub", files); }

    fs::path at(const std::string& name) const { return folder.path() / name; }

    BundleReport create(const BundleChoice& choice = {}, const std::string& to = "b.tar") const {
        return create_bundle(LocalHub(at("hub").string()), choice, at(to), not_interrupted);
    }

    std::string made() const {
        create();
        return read_file(at("b.tar"));
    }

    /// The message of the UserError; "" when the bundle is accepted.
    std::string refusal(const std::string& bytes) const {
        write_file(at("other.tar"), bytes);
        try {
            verify_bundle(at("other.tar"), not_interrupted);
            return "";
        } catch (const UserError& error) {
            return error.what();
        }
    }

    std::string refusal_to_create(const BundleChoice& choice = {}) const {
        try {
            create(choice, "c.tar");
            return "";
        } catch (const UserError& error) {
            EXPECT_FALSE(fs::exists(at("c.tar")));
            return error.what();
        }
    }

    const std::map<std::string, std::string> files = {
        {"a/empty.onnx", ""},
        {"a/one.onnx", "the model of one"},
        {"b/" + std::string(110, 'l') + "/tw\u00f6.onnx", std::string(512, '2')},
    };
    TemporaryFolder folder;
};

TEST_F(HubBundle, IsImportedAsTheSameHub) {
    const BundleReport report = create();
    EXPECT_EQ(report.models, 3u);
    EXPECT_EQ(report.files, 3u);
    EXPECT_EQ(report.bytes, 16u + 512u);
    EXPECT_EQ(verify_bundle(at("b.tar"), not_interrupted).bytes, report.bytes);
    EXPECT_EQ(import_bundle(at("b.tar"), at("there"), not_interrupted).files, 3u);
    auto imported = content_of(at("there"));
    EXPECT_EQ(imported.erase("SHA256SUMS"), 1u);
    EXPECT_TRUE(imported == content_of(at("hub")));
    create_bundle(LocalHub(at("there").string()), {}, at("again.tar"), not_interrupted);
    EXPECT_TRUE(read_file(at("again.tar")) == read_file(at("b.tar"))) << "the same bytes again";
}

TEST_F(HubBundle, StatementAndRootsTravelWithTheWholeHub) {
    const std::string manifest = read_file(at("hub/ONNX_HUB_MANIFEST.json"));
    for (const auto& [path, text] : signing_files_for(manifest)) write_file(at("hub") / path, text);
    const BundleReport report = create();
    EXPECT_EQ(report.unsigned_reason, "");
    EXPECT_EQ(report.files, 5u);
    import_bundle(at("b.tar"), at("there"), not_interrupted);
    for (const auto& [path, text] : signing_files_for(manifest)) {
        EXPECT_EQ(read_file(at("there") / path), read_file(at("hub") / path)) << path;
    }
    const std::string bytes = read_file(at("b.tar"));
    for (std::size_t i = 0; i < bytes.size(); i += 7) {
        std::string other = bytes;
        other[i] = static_cast<char>(other[i] ^ 1);
        ASSERT_NE(refusal(other), "") << "byte " << i;
    }
    // A part of the hub has another manifest, which no one signed.
    const BundleReport part = create({{"ONE"}, {}});
    EXPECT_THAT(part.unsigned_reason,
                HasSubstr("the signed statement is about the manifest of all models; bundle all of "
                          "them to keep it"));
    EXPECT_EQ(part.files, 1u);
}

TEST_F(HubBundle, NoBitOfItMayChange) {
    const std::string bytes = made();
    ASSERT_EQ(refusal(bytes), "");
    for (std::size_t i = 0; i < bytes.size(); i += byte_step) {
        std::string other = bytes;
        other[i] = static_cast<char>(other[i] ^ (1 << (i % 8)));
        ASSERT_NE(refusal(other), "") << "byte " << i;
    }
}

TEST_F(HubBundle, NoByteOfItMayBeMissingOrAdded) {
    const std::string bytes = made();
    for (std::size_t size = 0; size < bytes.size(); size += byte_step) {
        ASSERT_NE(refusal(bytes.substr(0, size)), "") << size << " bytes";
    }
    EXPECT_THAT(refusal(bytes.substr(0, bytes.size() - 1)), HasSubstr("is truncated"));
    for (const std::size_t more : {1, 511, 512, 1024, 10240}) {
        EXPECT_THAT(refusal(bytes + std::string(more, '\0')), HasSubstr("after its end")) << more;
    }
    EXPECT_NE(refusal(bytes + bytes), "");
}

TEST_F(HubBundle, MembersHaveOneOrderAndThereAreNoOthers) {
    const std::string bytes = made();
    const auto member = [](const std::string& path, const std::string& content) {
        return bundle_header(path, content.size()) + content +
               std::string(bundle_padding(content.size()), '\0');
    };
    std::string rest;
    for (const auto& [path, content] : files) rest += member(path, content);
    const std::string end(bundle_end, '\0');
    ASSERT_TRUE(bytes.ends_with(rest + end));
    const std::string head = bytes.substr(0, bytes.size() - rest.size() - end.size());
    std::string reversed;
    for (auto it = files.rbegin(); it != files.rend(); ++it) {
        reversed += member(it->first, it->second);
    }
    EXPECT_NE(refusal(head + reversed + end), "");
    EXPECT_NE(refusal(head + rest + member("evil", "x") + end), "");
    EXPECT_NE(refusal(head + rest + rest + end), "");
    std::string folder_entry = bundle_header("a/", 0);
    folder_entry[156] = '5';
    EXPECT_NE(refusal(head + folder_entry + rest + end), "");
    EXPECT_NE(refusal(member("evil", "x") + end), "");
}

TEST_F(HubBundle, CompressedFilesAndOtherFilesAreRefused) {
    EXPECT_THAT(refusal(ArchiveBuilder().file("../evil", "x").gzip()), HasSubstr("gzip"));
    EXPECT_NE(refusal("no archive"), "");
    EXPECT_NE(refusal(""), "");
    EXPECT_NE(refusal(made().replace(0, 4, "BZh9")), "");
}

/// A hub with signatures of two models and of a folder.
class SignedHubBundle : public HubBundle {
protected:
    void SetUp() override {
        HubBundle::SetUp();
        write_file(at("hub/a/one.onnx.sig"), "the signature of one");
        write_file(at("hub/" + std::string(long_path) + ".sig"), "a longer signature");
        write_file(at("hub/a/no.onnx.sig"), "of no model");
        const ModelStatement statement{
            "a", {{"empty.onnx", sha256_of(""), 0, 0}, {"one.onnx", sha256_of("x"), 0, 0}}, {}, {}};
        write_file(at("hub/a/model.sig"),
                   sign_model(statement, {PrivateKey::create(EcdsaCurve::p256)}));
    }

    const std::string long_path = files.rbegin()->first;
};

TEST_F(SignedHubBundle, SignaturesTravelWithTheirModels) {
    EXPECT_EQ(create().files, 6u);
    ASSERT_EQ(import_bundle(at("b.tar"), at("there"), not_interrupted).files, 6u);
    auto imported = content_of(at("there"));
    EXPECT_EQ(imported.erase("SHA256SUMS"), 1u);
    auto expected = content_of(at("hub"));
    EXPECT_EQ(expected.erase("a/no.onnx.sig"), 1u);
    EXPECT_TRUE(imported == expected);
    EXPECT_EQ(create({{"ONE"}, {}}).files, 2u) << "the folder's signature lists another file too";
}

TEST_F(SignedHubBundle, NoBitOfItMayChange) {
    const std::string bytes = made();
    ASSERT_EQ(refusal(bytes), "");
    for (std::size_t i = 0; i < bytes.size(); i += byte_step) {
        std::string other = bytes;
        other[i] = static_cast<char>(other[i] ^ (1 << (i % 8)));
        ASSERT_NE(refusal(other), "") << "byte " << i;
    }
}

TEST_F(SignedHubBundle, NoByteOfItMayBeMissingOrAdded) {
    const std::string bytes = made();
    for (std::size_t size = 0; size < bytes.size(); size += byte_step) {
        ASSERT_NE(refusal(bytes.substr(0, size)), "") << size << " bytes";
    }
    for (const std::size_t more : {1, 511, 512, 1024, 10240}) {
        EXPECT_THAT(refusal(bytes + std::string(more, '\0')), HasSubstr("after its end")) << more;
    }
}

TEST_F(SignedHubBundle, OnlySignaturesMayBeListedBesideTheManifest) {
    std::string bytes = made();
    const std::size_t at = bytes.find("a/one.onnx.sig\n");
    ASSERT_NE(at, bytes.npos);
    bytes.replace(at, 14, "a/evil.onnx.si");
    EXPECT_THAT(refusal(bytes), HasSubstr("SHA256SUMS does not match"));
    bytes.replace(at, 14, "../no.onnx.sig");
    EXPECT_THAT(refusal(bytes), HasSubstr("SHA256SUMS does not match"));
}

TEST_F(HubBundle, NamesAndTagsChooseModels) {
    EXPECT_EQ(create({{"ONE"}, {}}).files, 1u);
    EXPECT_EQ(create({{"one"}, {"empty"}}).files, 2u);
    EXPECT_EQ(create({{}, {"VISION"}}).files, 3u);
    EXPECT_THAT(refusal_to_create({{}, {"vison"}}),
                HasSubstr("\"vison\"; did you mean \"vision\"?"));
    EXPECT_THAT(refusal_to_create({{}, {"nope"}}), HasSubstr("empty, one, tw\u00f6, vision"));
    EXPECT_THAT(refusal_to_create({{"one", "onne"}, {}}), HasSubstr("\"onne\""));
    EXPECT_THAT(refusal_to_create({{"one"}, {"nope"}}), HasSubstr("\"nope\""));
}

TEST_F(HubBundle, AFileThatIsAbsentOrAlteredIsRefusedAndLeavesNoBundle) {
    write_file(at("hub/a/one.onnx"), "the model of two");
    EXPECT_THAT(refusal_to_create(), HasSubstr("one.onnx: "));
    write_file(at("hub/a/one.onnx"), "shorter");
    EXPECT_THAT(refusal_to_create(), HasSubstr("one.onnx: "));
    fs::remove(at("hub/a/one.onnx"));
    EXPECT_THAT(refusal_to_create(), HasSubstr("one.onnx: "));
    write_file(at("hub/ONNX_HUB_MANIFEST.json"), "[]");
    EXPECT_NE(refusal_to_create(), "") << "an empty hub";
    for (const auto& file : fs::directory_iterator(folder.path())) {
        EXPECT_FALSE(file.path().filename().string().ends_with(".part")) << file.path();
    }
}

TEST_F(HubBundle, AnImportIsAllOrNothing) {
    std::string bytes = made();
    bytes[bytes.size() - bundle_end - 1] ^= 1;
    write_file(at("bad.tar"), bytes);
    EXPECT_THROW(import_bundle(at("bad.tar"), at("there"), not_interrupted), UserError);
    EXPECT_THROW(import_bundle(at("b.tar"), at("there"), [] { throw Interrupted(); }), Interrupted);
    for (const auto& file : fs::directory_iterator(folder.path())) {
        EXPECT_THAT(file.path().filename().string(), testing::AnyOf("hub", "b.tar", "bad.tar"));
    }
    write_file(at("there/file"), "ours");
    EXPECT_THROW(import_bundle(at("b.tar"), at("there"), not_interrupted), UserError);
    EXPECT_EQ(read_file(at("there/file")), "ours");
}

}  // namespace
}  // namespace onnxhub::test
