// SPDX-License-Identifier: Apache-2.0
// Exports and bundles of hubs that describe models on other servers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/user_error.h"
#include "hosting/export/hub_bundle.h"
#include "hosting/export/hub_content.h"
#include "hosting/export/hub_export.h"
#include "manifest/manifest_reader.h"
#include "tests/support/hub_folder.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::string far_bytes = "a model on another server";
const auto go_on = [] {};

/// A hub with the file of "one" and without that of "far".
class ElsewhereExport : public testing::Test {
protected:
    ElsewhereExport() {
        write_hub_folder(hub, {{"a/one.onnx", "the model of one"}});
        entries = ordered_json::parse(read_file(hub / "ONNX_HUB_MANIFEST.json"));
        ordered_json far = entries.at(0);
        far["model"] = "far";
        far["model_path"] = "b/far.onnx";
        far["metadata"] = {{"model_sha", to_hex(sha256_of(far_bytes))},
                           {"model_bytes", far_bytes.size()},
                           {"tags", {"distant"}},
                           {"sources", {"https://models.example/far.onnx"}}};
        entries.push_back(far);
        write_manifest();
    }

    void write_manifest() { write_file(hub / "ONNX_HUB_MANIFEST.json", entries.dump(4)); }

    ordered_json& metadata_of_far() { return entries.at(1).at("metadata"); }

    ExportReport run_export() {
        ExportRequest request;
        request.to = site;
        request.hub_folder = hub;
        request.folder_name = "hub";
        return export_hub(LocalHub(hub.string()), request);
    }

    /// What the catalog page knows about the folders of the hub.
    ordered_json folder_facts() const {
        const std::string page = read_file(site / "index.html");
        const std::size_t begin = page.find("id=\"catalog\">") + 13;
        const auto facts =
            ordered_json::parse(page.substr(begin, page.find("</script>", begin) - begin));
        ordered_json folders = ordered_json::object();
        for (const auto& file : facts.at("facts")) {
            const fs::path path = site / file.at(1).get<std::string>();
            folders.update(ordered_json::parse(read_file(path)));
        }
        return folders;
    }

    BundleReport bundle(const FetchElsewhere& fetch = {}, const BundleChoice& choice = {}) {
        return create_bundle(LocalHub(hub.string()), choice, folder.path() / "b.tar", go_on, fetch);
    }

    std::string bundle_error(const FetchElsewhere& fetch = {}, const BundleChoice& choice = {}) {
        try {
            bundle(fetch, choice);
        } catch (const UserError& error) {
            return error.what();
        }
        return "";
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
    const fs::path site = folder.path() / "site";
    ordered_json entries;
};

TEST_F(ElsewhereExport, KeepsTheEntryAndNeedsNoFile) {
    const ExportReport report = run_export();
    EXPECT_EQ(report.files, 1u);
    EXPECT_THAT(report.missing, IsEmpty());
    EXPECT_THAT(report.elsewhere, ElementsAre("b/far.onnx"));
    EXPECT_EQ(read_file(site / "ONNX_HUB_MANIFEST.json"), entries.dump(4));
    EXPECT_FALSE(fs::exists(site / "b"));
    EXPECT_THAT(read_file(site / "SHA256SUMS"), Not(HasSubstr("far")));
    EXPECT_EQ(folder_facts().at("b").at("elsewhere"), ordered_json::array({"far.onnx"}));
    EXPECT_FALSE(folder_facts().at("b").contains("missing"));
    EXPECT_EQ(run_export().kept, 1u);
}

TEST_F(ElsewhereExport, TheSizeNeedNotBeStated) {
    metadata_of_far().erase("model_bytes");
    write_manifest();
    EXPECT_THAT(run_export().elsewhere, SizeIs(1));
    write_file(hub / "b/far.onnx", far_bytes);
    const ExportReport report = run_export();
    EXPECT_THAT(report.elsewhere, IsEmpty());
    EXPECT_EQ(report.files, 2u);
    EXPECT_EQ(report.bytes, 16u + far_bytes.size());
    EXPECT_EQ(read_file(site / "b/far.onnx"), far_bytes);
    EXPECT_FALSE(folder_facts().contains("b"));
    EXPECT_EQ(run_export().kept, 2u);
    write_file(hub / "b/far.onnx", "other bytes");
    fs::remove_all(site);
    EXPECT_THROW(run_export(), UserError);
}

TEST_F(ElsewhereExport, WithoutADigestItIsNotExported) {
    metadata_of_far().erase("model_sha");
    write_manifest();
    try {
        run_export();
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(),
                    HasSubstr("\"b/far.onnx\" has no SHA-256; run `onnxhub validate`"));
    }
}

TEST_F(ElsewhereExport, OneOfTwoEntriesForAFileIsEnough) {
    ordered_json twin = entries.at(1);
    twin["opset_version"] = 13;
    twin["metadata"].erase("sources");
    entries.push_back(twin);
    metadata_of_far().erase("model_bytes");
    write_manifest();
    EXPECT_THAT(run_export().elsewhere, ElementsAre("b/far.onnx"));
    const auto files = files_named_by(read_manifest(entries.dump(), "M.json"), "M.json");
    EXPECT_EQ(files.at("b/far.onnx").size_bytes, far_bytes.size());
}

TEST_F(ElsewhereExport, ABundleLeavesItOutAndSaysSo) {
    const BundleReport report = bundle();
    EXPECT_EQ(report.models, 1u);
    EXPECT_EQ(report.files, 1u);
    ASSERT_THAT(report.left_out, SizeIs(1));
    EXPECT_EQ(report.left_out[0].model, "far");
    EXPECT_THAT(report.left_out[0].reason, HasSubstr("use --fetch to download it"));
    EXPECT_EQ(import_bundle(folder.path() / "b.tar", folder.path() / "there", go_on).models, 1u);
    EXPECT_THAT(read_file(folder.path() / "there/ONNX_HUB_MANIFEST.json"), Not(HasSubstr("far")));
    EXPECT_THAT(bundle_error({}, {{"far"}, {}}),
                HasSubstr("no model can be bundled: \"far\": only other servers have it"));
}

TEST_F(ElsewhereExport, ABundleHasWhatWasFetched) {
    std::vector<std::string> fetched;
    const FetchElsewhere fetch = [&](const Entry& entry) {
        fetched.push_back(entry.sources.at(0));
        write_file(folder.path() / "cached", far_bytes);
        return folder.path() / "cached";
    };
    const BundleReport report = bundle(fetch);
    EXPECT_EQ(report.models, 2u);
    EXPECT_EQ(report.bytes, 16u + far_bytes.size());
    EXPECT_THAT(report.left_out, IsEmpty());
    EXPECT_THAT(fetched, ElementsAre("https://models.example/far.onnx"));
    EXPECT_EQ(verify_bundle(folder.path() / "b.tar", go_on).files, 2u);
    import_bundle(folder.path() / "b.tar", folder.path() / "there", go_on);
    EXPECT_EQ(read_file(folder.path() / "there/b/far.onnx"), far_bytes);
    EXPECT_THAT(read_file(folder.path() / "there/ONNX_HUB_MANIFEST.json"),
                HasSubstr("https://models.example/far.onnx"));

    write_file(hub / "b/far.onnx", far_bytes);
    EXPECT_EQ(bundle(fetch).models, 2u);
    EXPECT_THAT(fetched, SizeIs(1)) << "the hub has the file now";
}

TEST_F(ElsewhereExport, AFailedFetchWritesNoBundle) {
    const FetchElsewhere failing = [](const Entry&) -> fs::path { throw UserError("gone"); };
    EXPECT_EQ(bundle_error(failing), "gone");
    const FetchElsewhere lying = [&](const Entry&) {
        write_file(folder.path() / "cached", std::string(far_bytes.size(), 'x'));
        return folder.path() / "cached";
    };
    EXPECT_THAT(bundle_error(lying), HasSubstr("the manifest says"));
    EXPECT_FALSE(fs::exists(folder.path() / "b.tar"));
}

TEST_F(ElsewhereExport, ABundleNeedsTheSize) {
    metadata_of_far().erase("model_bytes");
    write_manifest();
    const FetchElsewhere never = [](const Entry&) -> fs::path {
        ADD_FAILURE() << "fetched for nothing";
        return {};
    };
    const BundleReport report = bundle(never);
    ASSERT_THAT(report.left_out, SizeIs(1));
    EXPECT_THAT(report.left_out[0].reason,
                AllOf(HasSubstr("has no size"), HasSubstr("onnxhub generate --fetch")));
}

TEST_F(ElsewhereExport, ABundleWhoseManifestHasNoSizeIsRefused) {
    write_file(hub / "b/far.onnx", far_bytes);
    bundle();
    std::string bytes = read_file(folder.path() / "b.tar");
    const std::string size = "\"model_bytes\": " + std::to_string(far_bytes.size());
    const std::size_t at = bytes.rfind(size);
    ASSERT_NE(at, bytes.npos);
    bytes.replace(at + 1, 11, "model_size_");  // the same length
    write_file(folder.path() / "other.tar", bytes);
    try {
        verify_bundle(folder.path() / "other.tar", go_on);
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("its manifest has no size for \"b/far.onnx\""));
    }
}

}  // namespace
}  // namespace onnxhub::test
