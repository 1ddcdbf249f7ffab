// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/digest.h"
#include "base/user_error.h"
#include "hosting/export/previous_export.h"
#include "repository/lfs_pointer.h"
#include "tests/support/hub_folder.h"
#include "tests/support/repository_builder.h"
#include "tests/support/signed_hub.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class HubExport : public testing::Test {
protected:
    HubExport() { write_hub_folder(hub, files); }

    ExportRequest request() const {
        ExportRequest request;
        request.to = site;
        request.hub_folder = hub;
        request.folder_name = "hub";
        return request;
    }

    ExportReport run(const ExportRequest& request) const {
        return export_hub(LocalHub(hub.string()), request);
    }

    /// The message of the UserError; "" when the hub is exported.
    std::string refusal(const ExportRequest& request) const {
        try {
            run(request);
            return "";
        } catch (const UserError& error) {
            return error.what();
        }
    }

    /// The text of the files with what the catalog page knows about folders.
    static std::string folder_facts(const fs::path& site) {
        std::string text;
        for (const auto& file : fs::directory_iterator(site / "catalog")) {
            const std::string name = file.path().filename();
            if (name.starts_with("facts-") && name.ends_with(".json")) text += read_file(file);
        }
        return text;
    }

    void expect_sums_hold() const {
        std::ifstream sums(site / "SHA256SUMS");
        std::size_t count = 0;
        for (std::string line; std::getline(sums, line); ++count) {
            EXPECT_EQ(to_hex(sha256_of(read_file(site / line.substr(66)))), line.substr(0, 64))
                << line;
        }
        EXPECT_GE(count, 4u);
    }

    void expect_nothing_left_behind() const {
        for (const auto& file : fs::directory_iterator(folder.path())) {
            EXPECT_FALSE(file.path().filename().string().starts_with('.')) << file.path();
        }
    }

    const std::map<std::string, std::string> files = {{"a/one.onnx", "the model of one"},
                                                      {"b/two.onnx", "another model"}};
    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
    const fs::path site = folder.path() / "site";
};

TEST_F(HubExport, HasTheSignaturesOfItsModels) {
    write_file(hub / "a/one.onnx.sig", "the signature of one");
    write_file(hub / "a/other.onnx.sig", "of no model");
    write_file(hub / "b/model.sig", "no signature");
    EXPECT_EQ(run(request()).files, 3u);
    EXPECT_EQ(read_file(site / "a/one.onnx.sig"), "the signature of one");
    EXPECT_FALSE(fs::exists(site / "a/other.onnx.sig"));
    EXPECT_FALSE(fs::exists(site / "b/model.sig"));
    expect_sums_hold();
    fs::remove(hub / "a/one.onnx.sig");
    EXPECT_EQ(run(request()).files, 2u);
    EXPECT_FALSE(fs::exists(site / "a/one.onnx.sig"));
}

TEST_F(HubExport, HasTheStatementAndTheRootsOfASignedHub) {
    const std::string manifest = read_file(hub / "ONNX_HUB_MANIFEST.json");
    for (const auto& [path, text] : signing_files_for(manifest)) write_file(hub / path, text);
    write_file(hub / "ONNX_HUB_TRUST/notes.txt", "no root");
    EXPECT_EQ(run(request()).unsigned_reason, "");
    for (const auto& [path, text] : signing_files_for(manifest)) {
        EXPECT_EQ(read_file(site / path), read_file(hub / path)) << path;
    }
    EXPECT_FALSE(fs::exists(site / "ONNX_HUB_TRUST/notes.txt"));
    expect_sums_hold();
    const std::string page = read_file(site / "index.html");
    EXPECT_THAT(page, HasSubstr(R"("signing":{"hub":"acme/models","version":1,"expires":)"));
    EXPECT_THAT(page, HasSubstr(pool_key(1).public_key().id()));
}

TEST_F(HubExport, AStatementAboutAnotherManifestIsLeftOut) {
    for (const auto& [path, text] : signing_files_for("another")) write_file(hub / path, text);
    EXPECT_EQ(
        run(request()).unsigned_reason,
        "the copy is not signed, because its manifest is not the one that was signed; sign the "
        "hub again with `onnxhub sign`, and copy all of its models");
    EXPECT_FALSE(fs::exists(site / "ONNX_HUB_MANIFEST.json.sig"));
    EXPECT_FALSE(fs::exists(site / "ONNX_HUB_TRUST"));
    EXPECT_THAT(read_file(site / "index.html"), HasSubstr(R"("signing":null)"));
    write_file(hub / "ONNX_HUB_MANIFEST.json.sig", "damaged");
    EXPECT_THAT(run(request()).unsigned_reason, HasSubstr("is not JSON"));
}

TEST_F(HubExport, HasTheFilesAndWhatAWebServerNeeds) {
    const ExportReport report = run(request());
    EXPECT_EQ(report.files, 2u);
    EXPECT_EQ(report.linked + report.copied, 2u);
    EXPECT_EQ(report.bytes, 16u + 13u);
    for (const auto& [path, bytes] : files) EXPECT_EQ(read_file(site / path), bytes);
    for (const char* name :
         {"ONNX_HUB_MANIFEST.json", "ONNX_HUB_MANIFEST.json.gz", "index.html", "index.html.gz",
          "nginx.conf.example", "Caddyfile.example", ".nojekyll", "SHA256SUMS"}) {
        EXPECT_TRUE(fs::exists(site / name)) << name;
    }
    expect_sums_hold();
    expect_nothing_left_behind();
}

TEST_F(HubExport, ASecondTimeOnlyWhatChangedIsWritten) {
    run(request());
    for (const auto& file : fs::recursive_directory_iterator(site)) {
        if (file.is_regular_file()) set_old_time(file.path());
    }
    const auto old = fs::last_write_time(site / "index.html");
    EXPECT_EQ(run(request()).kept, 2u);
    for (const auto& file : fs::recursive_directory_iterator(site)) {
        if (!file.is_regular_file()) continue;
        EXPECT_EQ(file.last_write_time(), old) << file.path();
    }
    write_hub_folder(hub, {{"a/one.onnx", "a new version"}});
    const ExportReport report = run(request());
    EXPECT_EQ(report.files, 1u);
    EXPECT_EQ(report.kept, 0u);
    EXPECT_EQ(read_file(site / "a/one.onnx"), "a new version");
    EXPECT_FALSE(fs::exists(site / "b/two.onnx")) << "no model names it any more";
    EXPECT_EQ(fs::last_write_time(site / "nginx.conf.example"), old);
    expect_sums_hold();
}

TEST_F(HubExport, HasAnIndexWhenAskedTo) {
    ExportRequest with_index = request();
    with_index.index_roots = 2;
    const ExportReport report = run(with_index);
    ASSERT_TRUE(report.index);
    EXPECT_GT(report.index->files, 1u);
    EXPECT_TRUE(fs::exists(site / "index/root.json"));
    EXPECT_TRUE(fs::exists(site / "index/root.json.gz"));
    expect_sums_hold();
    const ExportReport again = run(with_index);
    EXPECT_EQ(again.index->written, 0u);
    EXPECT_EQ(again.carried, 0u);
    expect_sums_hold();
}

TEST_F(HubExport, KeepsTheFilesOfTheLastIndex) {
    ExportRequest with_index = request();
    with_index.index_roots = 2;
    run(with_index);
    const std::string first = to_hex(sha256_of(read_file(site / "index/root.json")));
    const fs::path old_root = site / "index" / first.substr(0, 2) / (first + ".json");
    ASSERT_TRUE(fs::exists(old_root));
    write_hub_folder(hub, {{"c/three.onnx", "3"}});
    run(with_index);
    EXPECT_TRUE(fs::exists(old_root));
    expect_sums_hold();
    write_hub_folder(hub, {{"d/four.onnx", "4"}});
    run(with_index);
    EXPECT_FALSE(fs::exists(old_root));
    expect_sums_hold();
    run(request());
    EXPECT_FALSE(fs::exists(site / "index"));
}

TEST_F(HubExport, CanLeaveOutTheManifestOfAHubWithAnIndex) {
    ExportRequest with_index = request();
    with_index.index_roots = 2;
    with_index.has_manifest = false;
    run(with_index);
    EXPECT_FALSE(fs::exists(site / "ONNX_HUB_MANIFEST.json"));
    EXPECT_TRUE(fs::exists(site / "a/one.onnx"));
    EXPECT_THAT(read_file(site / "index.html"), HasSubstr(R"("has_index":true)"));
    EXPECT_EQ(run(with_index).kept, 2u) << "it is known as an export";
}

TEST_F(HubExport, ForeignFilesAreCarriedOver) {
    run(request());
    write_file(site / "CNAME", "hub.example");
    write_file(site / "a/notes.txt", "about one");
    fs::create_symlink("a", site / "latest");
    fs::create_directory(site / "inbox");
    write_hub_folder(hub, {{"c/three.onnx", "3"}});
    EXPECT_EQ(run(request()).carried, 3u) << "files and links";
    EXPECT_EQ(read_file(site / "CNAME"), "hub.example");
    EXPECT_EQ(read_file(site / "a/notes.txt"), "about one");
    EXPECT_EQ(fs::read_symlink(site / "latest"), "a");
    EXPECT_TRUE(fs::is_directory(site / "inbox"));
    EXPECT_FALSE(fs::exists(site / "a/one.onnx"));
    expect_sums_hold();
    expect_nothing_left_behind();
}

TEST_F(HubExport, AForeignFileInTheWayIsRefusedAndStays) {
    run(request());
    write_hub_folder(hub, {{"c/model/three.onnx", "3"}});
    for (const char* path : {"c/model/three.onnx", "c", "c/model/three.onnx/notes.txt"}) {
        fs::remove_all(site / "c");
        write_file(site / path, "ours");
        EXPECT_NE(refusal(request()), "") << path;
        EXPECT_EQ(read_file(site / path), "ours");
        expect_nothing_left_behind();
    }
}

TEST_F(HubExport, WhatIsMissingIsListedAndNothingIsWrittenUnlessAllowed) {
    fs::remove(hub / "b/two.onnx");
    EXPECT_THAT(run(request()).missing, ElementsAre("b/two.onnx"));
    EXPECT_FALSE(fs::exists(site));
    ExportRequest allowing = request();
    allowing.allows_missing = true;
    EXPECT_THAT(run(allowing).missing, ElementsAre("b/two.onnx"));
    EXPECT_TRUE(fs::exists(site / "a/one.onnx"));
    EXPECT_THAT(folder_facts(site), HasSubstr(R"("b":{"missing":["two.onnx"]})"));
}

TEST_F(HubExport, AlteredFilesAreNeverExported) {
    write_file(hub / "a/one.onnx", "the model of two");
    EXPECT_THAT(refusal(request()), HasSubstr("a/one.onnx: "));
    EXPECT_FALSE(fs::exists(site));
    write_file(hub / "a/one.onnx", files.at("a/one.onnx"));
    run(request());
    fs::remove(site / "a/one.onnx");
    write_file(site / "a/one.onnx", "the model of two");
    EXPECT_EQ(run(request()).kept, 1u) << "the altered file of the export is replaced";
    EXPECT_EQ(read_file(site / "a/one.onnx"), files.at("a/one.onnx"));
    expect_nothing_left_behind();
}

TEST_F(HubExport, CopiesShareNothingWithTheHub) {
    run(request());
    EXPECT_TRUE(fs::equivalent(hub / "a/one.onnx", site / "a/one.onnx"));
    ExportRequest copying = request();
    copying.copies = true;
    EXPECT_EQ(run(copying).copied, 2u);
    EXPECT_EQ(fs::hard_link_count(site / "a/one.onnx"), 1u);
    EXPECT_EQ(run(copying).kept, 2u);
}

/// The bytes of an earlier export are used where the hub has pointers.
TEST_F(HubExport, TakesFilesFromTheEarlierExport) {
    run(request());
    const std::string& bytes = files.at("a/one.onnx");
    fs::remove(hub / "a/one.onnx");
    write_file(hub / "a/one.onnx", lfs_pointer_text(sha256_of(bytes), bytes.size()));
    const ExportReport report = run(request());
    EXPECT_EQ(report.kept, 2u);
    EXPECT_EQ(read_file(site / "a/one.onnx"), bytes);
}

TEST_F(HubExport, OtherFoldersAreNotReplaced) {
    write_file(site / "thesis.doc", "precious");
    EXPECT_NE(refusal(request()), "");
    EXPECT_EQ(read_file(site / "thesis.doc"), "precious");
    ExportRequest inside = request();
    inside.to = hub / "site";
    EXPECT_NE(refusal(inside), "");
    EXPECT_FALSE(fs::exists(hub / "site"));
    expect_nothing_left_behind();
}

TEST_F(HubExport, AnInterruptedOneLeavesTheEarlierExport) {
    ExportRequest interrupted = request();
    interrupted.copies = true;
    run(interrupted);
    const auto before = content_of(site);
    write_hub_folder(hub, {{"a/one.onnx", "a new version"}, {"c/three.onnx", "3"}});
    interrupted.check_interruption = [] { throw Interrupted(); };
    EXPECT_THROW(run(interrupted), Interrupted);
    EXPECT_TRUE(content_of(site) == before);
    expect_nothing_left_behind();
}

}  // namespace
}  // namespace onnxhub::test
