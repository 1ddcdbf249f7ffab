// SPDX-License-Identifier: Apache-2.0
// `onnxhub export`: what it replaces, what it keeps, and what it verifies.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "tests/support/model_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Export : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(
            onnxhub({"init", "hub", "--name", "Team hub", "--owner", "team", "--licence", "MIT"})
                .status,
            0);
        for (const char* name : {"one", "two"}) add(name);
    }

    void add(const std::string& name) {
        write_file(folder.path() / (name + ".onnx"), ModelBuilder()
                                                         .input(name, {1, 4})
                                                         .node("Relu", {name}, {"y"})
                                                         .output("y", {1, 4})
                                                         .bytes());
        const ProgramResult added =
            onnxhub({"add", name + ".onnx", "--hub-dir", "hub", "--class", "a/" + name});
        ASSERT_EQ(added.status, 0) << added.err;
    }

    ProgramResult onnxhub(std::vector<std::string> arguments) {
        std::vector<std::string> command{"env", "HOME=" + folder.path().string(),
                                         onnxhub_program()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_command(command, folder.path());
    }

    ProgramResult export_hub(std::vector<std::string> more = {}, const std::string& to = "site") {
        more.insert(more.begin(), {"export", "hub", "--to", to});
        return onnxhub(more);
    }

    static fs::path model(const std::string& name) {
        return fs::path("a") / name / "model" / (name + ".onnx");
    }

    void expect_sums_hold() {
        const ProgramResult sums = run_command({"sha256sum", "--quiet", "-c", "SHA256SUMS"}, site);
        EXPECT_EQ(sums.status, 0) << sums.out << sums.err;
    }

    void expect_nothing_left_behind() {
        for (const auto& file : fs::directory_iterator(folder.path())) {
            EXPECT_THAT(file.path().filename().string(), Not(HasSubstr(".export")));
        }
    }

    nlohmann::json facts() {
        const std::string page = read_file(site / "index.html");
        const std::size_t begin = page.find("id=\"catalog\">") + 13;
        return nlohmann::json::parse(page.substr(begin, page.find("</script>", begin) - begin));
    }

    /// What the page knows of each directory, by its path.
    nlohmann::json facts_of_folders() {
        nlohmann::json folders = nlohmann::json::object();
        const nlohmann::json files = facts()["facts"];
        for (const nlohmann::json& file : files) {
            folders.update(nlohmann::json::parse(read_file(site / file[1].get<std::string>())));
        }
        return folders;
    }

    TemporaryFolder folder;
    const fs::path hub = folder.path() / "hub";
    const fs::path site = folder.path() / "site";
};

TEST_F(Export, AFolderWithSumsOfItsOwnIsNoEarlierExport) {
    const fs::path mine = folder.path() / "mine";
    write_file(mine / "thesis.doc", "precious");
    const std::vector<std::string> lists[] = {
        {"thesis.doc"},
        {"thesis.doc", "index.html"},
        {"thesis.doc", "ONNX_HUB_MANIFEST.json"},  // as an imported bundle has it
    };
    for (const auto& list : lists) {
        std::string sums;
        for (const std::string& name : list) {
            sums += to_hex(sha256_of("precious")) + "  " + name + "\n";
            write_file(mine / name, "precious");
        }
        write_file(mine / "SHA256SUMS", sums);
        const ProgramResult result = export_hub({}, "mine");
        EXPECT_EQ(result.status, 2);
        EXPECT_THAT(result.err, HasSubstr("mine: exists and is not an earlier export"));
        EXPECT_EQ(read_file(mine / "thesis.doc"), "precious");
        EXPECT_EQ(read_file(mine / "SHA256SUMS"), sums);
        expect_nothing_left_behind();
    }
}

TEST_F(Export, WhatSomebodyPutThereIsCarriedOver) {
    ASSERT_EQ(export_hub().status, 0);
    write_file(site / "CNAME", "hub.example");
    write_file(site / ".well-known/security.txt", "Contact: us");
    write_file(site / "a/one/model/notes.txt", "about one");
    fs::create_symlink("a/one", site / "latest");
    fs::create_directory(site / "inbox");
    fs::permissions(site / ".well-known", fs::perms(0700));
    ASSERT_EQ(
        onnxhub({"add", "one.onnx", "--hub-dir", "hub", "--class", "b", "--name", "Other"}).status,
        0);

    const ProgramResult result = export_hub();
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("carried over 4 files"));
    EXPECT_EQ(read_file(site / "CNAME"), "hub.example");
    EXPECT_EQ(read_file(site / ".well-known/security.txt"), "Contact: us");
    EXPECT_EQ(fs::status(site / ".well-known").permissions(), fs::perms(0700));
    EXPECT_EQ(read_file(site / "a/one/model/notes.txt"), "about one");
    EXPECT_EQ(fs::read_symlink(site / "latest"), "a/one");
    EXPECT_TRUE(fs::is_directory(site / "inbox"));
    EXPECT_TRUE(fs::exists(site / "b/model/one.onnx"));
    expect_sums_hold();
    expect_nothing_left_behind();
}

TEST_F(Export, AFileOfTheExportThatNoModelNamesAnyMoreGoes) {
    ASSERT_EQ(export_hub().status, 0);
    const std::string manifest = read_file(hub / "ONNX_HUB_MANIFEST.json");
    auto entries = nlohmann::ordered_json::parse(manifest);
    entries.erase(0);
    write_file(hub / "ONNX_HUB_MANIFEST.json", entries.dump(4));
    const ProgramResult result = export_hub();
    EXPECT_THAT(result.err, AllOf(HasSubstr("1 kept"), Not(HasSubstr("carried over"))));
    EXPECT_FALSE(fs::exists(site / model("one")));
    EXPECT_TRUE(fs::exists(site / model("two")));
}

TEST_F(Export, SomebodysFileInTheWayIsRefusedAndStays) {
    ASSERT_EQ(export_hub().status, 0);
    const std::pair<fs::path, const char*> ways[] = {
        {"b/model/three.onnx", "b/model/three.onnx"},           // the very place
        {"b", "b"},                                             // a file where a folder belongs
        {"b/model/three.onnx/notes.txt", "b/model/three.onnx"}  // a folder where a file belongs
    };
    write_file(folder.path() / "three.onnx", read_file(folder.path() / "one.onnx"));
    ASSERT_EQ(onnxhub({"add", "three.onnx", "--hub-dir", "hub", "--class", "b"}).status, 0);
    for (const auto& [path, reported] : ways) {
        fs::remove_all(site / "b");
        write_file(site / path, "mine");
        const ProgramResult result = export_hub();
        EXPECT_EQ(result.status, 2) << path;
        EXPECT_THAT(result.err, AllOf(HasSubstr(reported), HasSubstr("move it"))) << path;
        EXPECT_EQ(read_file(site / path), "mine");
        expect_nothing_left_behind();
    }
}

TEST_F(Export, AKeptFileIsHashedAndReplacedWhenItsBytesAreOthers) {
    ASSERT_EQ(export_hub({"--copy"}).status, 0);
    const std::string bytes = read_file(site / model("one"));
    std::string other = bytes;
    other.back() ^= 1;
    write_file(site / model("one"), other);
    const ProgramResult result = export_hub({"--copy"});
    EXPECT_THAT(result.err, HasSubstr("1 kept, 0 linked, 1 copied")) << result.err;
    EXPECT_EQ(read_file(site / model("one")), bytes);
    expect_sums_hold();
}

/// The hub's file and the exported one are hard links: writing to one changes both.
TEST_F(Export, ALinkedFileThatWasWrittenIntoIsNeverExported) {
    ASSERT_EQ(export_hub().status, 0);
    ASSERT_TRUE(fs::equivalent(hub / model("one"), site / model("one")));
    const std::string bytes = read_file(hub / model("one"));
    {
        std::ofstream file(hub / model("one"), std::ios::in | std::ios::out);
        file << "other";
    }
    ASSERT_NE(read_file(site / model("one")), bytes);
    const ProgramResult refused = export_hub();
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("one.onnx: the SHA-256 is "));

    fs::remove(hub / model("one"));
    write_file(hub / model("one"), bytes);
    EXPECT_EQ(export_hub().status, 0);
    EXPECT_EQ(read_file(site / model("one")), bytes);
    expect_sums_hold();
}

TEST_F(Export, CopiesShareNothingWithTheHubAlsoOntoALinkedExport) {
    ASSERT_EQ(export_hub().status, 0);
    ASSERT_TRUE(fs::equivalent(hub / model("one"), site / model("one")));
    const ProgramResult copied = export_hub({"--copy"});
    EXPECT_THAT(copied.err, HasSubstr("0 kept, 0 linked, 2 copied"));
    for (const char* name : {"one", "two"}) {
        EXPECT_FALSE(fs::equivalent(hub / model(name), site / model(name)));
        EXPECT_EQ(fs::hard_link_count(site / model(name)), 1u);
    }
    EXPECT_THAT(export_hub({"--copy"}).err, HasSubstr("2 kept, 0 linked, 0 copied"));
}

/// A linked export supplies content that the hub no longer has.
TEST_F(Export, CopiesAreMadeOfTheEarlierExportWhereTheHubHasPointers) {
    ASSERT_EQ(export_hub().status, 0);
    fs::create_hard_link(site / model("one"), folder.path() / "another name");
    const std::string bytes = read_file(hub / model("one"));
    fs::remove(hub / model("one"));
    write_file(hub / model("one"), "version https://git-lfs.github.com/spec/v1\noid sha256:" +
                                       to_hex(sha256_of(bytes)) + "\nsize " +
                                       std::to_string(bytes.size()) + "\n");
    const ProgramResult copied = export_hub({"--copy"});
    ASSERT_EQ(copied.status, 0) << copied.err;
    EXPECT_EQ(read_file(site / model("one")), bytes);
    EXPECT_FALSE(fs::equivalent(site / model("one"), folder.path() / "another name"));
}

TEST_F(Export, WhatStaysTheSameStaysAsOldAsItIs) {
    ASSERT_EQ(export_hub().status, 0);
    std::vector<fs::path> files;
    for (const auto& file : fs::recursive_directory_iterator(site)) {
        if (!file.is_regular_file()) continue;
        files.push_back(file.path());
        set_old_time(file.path());
    }
    ASSERT_GT(files.size(), 8u);
    const auto old = fs::last_write_time(site / "SHA256SUMS");
    ASSERT_EQ(export_hub().status, 0);
    for (const fs::path& file : files) EXPECT_EQ(fs::last_write_time(file), old) << file;

    add("three");
    ASSERT_EQ(export_hub().status, 0);
    EXPECT_NE(fs::last_write_time(site / "ONNX_HUB_MANIFEST.json"), old);
    EXPECT_EQ(fs::last_write_time(site / "nginx.conf.example"), old);
}

TEST_F(Export, ALinkToTheFolderStaysALink) {
    ASSERT_EQ(export_hub().status, 0);
    fs::create_symlink("site", folder.path() / "link");
    add("three");
    ASSERT_EQ(export_hub({}, "link").status, 0);
    EXPECT_TRUE(fs::is_symlink(folder.path() / "link"));
    EXPECT_TRUE(fs::exists(site / model("three")));
    fs::create_symlink("nowhere", folder.path() / "dangling");
    EXPECT_EQ(export_hub({}, "dangling").status, 2);
    EXPECT_TRUE(fs::is_symlink(folder.path() / "dangling"));
}

TEST_F(Export, NeverGoesIntoTheHubOrAroundIt) {
    fs::create_directory_symlink("hub/a", folder.path() / "link");
    fs::create_directory_symlink("hub", folder.path() / "same");
    fs::create_directories(folder.path() / "hub/empty");
    const auto count = [&] {
        return std::distance(fs::recursive_directory_iterator(hub),
                             fs::recursive_directory_iterator());
    };
    const auto before = count();
    for (const char* to : {"hub/site", "hub/new/deep/site", "hub", "hub/.", "hub/empty",
                           "hub/.git/site", "site/../hub/site", "link/site", "same/site", "same"}) {
        const ProgramResult result = export_hub({}, to);
        EXPECT_EQ(result.status, 2) << to;
        EXPECT_THAT(result.err,
                    HasSubstr("is inside the hub hub, so its files would become part of the hub; "
                              "choose a --to outside of it"))
            << to;
        EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    }
    EXPECT_EQ(onnxhub({"export", "hub:main", "--to", "hub/site"}).status, 2);
    EXPECT_EQ(onnxhub({"bundle", "create", "--from", "hub", "--to", "link/b.tar"}).status, 2);
    EXPECT_EQ(count(), before);

    // An export around the hub: replacing it would move the hub.
    ASSERT_EQ(export_hub().status, 0);
    fs::rename(hub, site / "hub");
    const ProgramResult around = onnxhub({"export", "site/hub", "--to", "site"});
    EXPECT_EQ(around.status, 2);
    EXPECT_THAT(around.err, HasSubstr("site: contains the hub site/hub"));
    EXPECT_EQ(onnxhub({"export", "site/hub", "--to", "site2"}).status, 0);
}

TEST_F(Export, APlaceThatTakesNoFolderIsToldInOneLine) {
    for (const char* to : {"/proc/x", "/proc/x/y", "one.onnx/site"}) {
        const ProgramResult result = export_hub({}, to);
        EXPECT_EQ(result.status, 2) << to;
        EXPECT_THAT(result.err, AllOf(HasSubstr("can't be made"), Not(HasSubstr("report this"))))
            << to;
    }
}

TEST_F(Export, WhatAKilledRunLeftGoesAndWhatARunningOneHasStays) {
    const fs::path abandoned = folder.path() / ".site.1234567.export";
    const fs::path running = folder.path() / ".site.7654321.export";
    const fs::path others = folder.path() / ".site.x.export";
    for (const fs::path& path : {abandoned, running, others}) write_file(path / "a/b", "x");
    const int fd = open(running.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ASSERT_EQ(flock(fd, LOCK_EX), 0);
    EXPECT_EQ(export_hub().status, 0);
    EXPECT_FALSE(fs::exists(abandoned));
    EXPECT_TRUE(fs::exists(running / "a/b"));
    EXPECT_TRUE(fs::exists(others / "a/b"));
    close(fd);
}

/// The state after an export was killed between two renames, on a file system that can't
/// exchange names.
TEST_F(Export, AFolderThatWasMovedAsideGoesBack) {
    ASSERT_EQ(export_hub().status, 0);
    write_file(site / "CNAME", "hub.example");
    fs::rename(site, folder.path() / ".site.1234567.export.old");
    const ProgramResult result = export_hub();
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(read_file(site / "CNAME"), "hub.example");
    expect_nothing_left_behind();
}

/// git-lfs checks only the size of an object, so `git lfs fetch` alone would do nothing.
TEST_F(Export, OfACorruptObjectItIsToldHowToGetItAnew) {
    const std::string bytes = read_file(hub / model("one"));
    const std::string oid = to_hex(sha256_of(bytes));
    const std::string object =
        "lfs/objects/" + oid.substr(0, 2) + "/" + oid.substr(2, 2) + "/" + oid;
    write_file(hub / ".git" / object, std::string(bytes.size(), 'x'));
    write_file(hub / model("one"), "version https://git-lfs.github.com/spec/v1\noid sha256:" + oid +
                                       "\nsize " + std::to_string(bytes.size()) + "\n");
    const ProgramResult result = export_hub();
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err,
                AllOf(HasSubstr("the LFS object of a/one/model/one.onnx"), HasSubstr("remove "),
                      HasSubstr(object), HasSubstr("`git lfs fetch`"), Not(HasSubstr("generate"))));
}

TEST_F(Export, ChangedBytesInTheFolderDoNotHideTheObject) {
    const std::string bytes = read_file(hub / model("one"));
    const std::string oid = to_hex(sha256_of(bytes));
    write_file(hub / ".git/lfs/objects" / oid.substr(0, 2) / oid.substr(2, 2) / oid, bytes);
    write_file(hub / model("one"), std::string(bytes.size(), 'x'));
    const ProgramResult result = export_hub();
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(read_file(site / model("one")), bytes);
}

TEST_F(Export, ThePageStatesNoLicenceThatNoOneGave) {
    ASSERT_EQ(onnxhub({"init", "other"}).status, 0);
    ASSERT_EQ(onnxhub({"add", "one.onnx", "--hub-dir", "other", "--class", "a"}).status, 0);
    const std::string readme = read_file(folder.path() / "other/README.md");
    EXPECT_THAT(readme, AllOf(Not(HasSubstr("Apache")), Not(HasSubstr("{{")),
                              HasSubstr("Each model's README states the licence of that model.")));
    ASSERT_EQ(onnxhub({"export", "other", "--to", "site"}).status, 0);
    EXPECT_EQ(facts()["licence"], "");
    const nlohmann::json folders = facts_of_folders();
    for (const nlohmann::json& of_folder : folders) EXPECT_FALSE(of_folder.contains("licence"));
}

TEST_F(Export, ThePageIsNamedByTheReadmeAndTellsLicencesAndWhatIsMissing) {
    write_file(hub / "a/two/README.md", "---\nlicense: bsd-3-clause\n---\n# Two\n");
    fs::remove(hub / model("two"));
    ASSERT_EQ(export_hub({"--allow-missing"}).status, 0);
    EXPECT_EQ(facts()["name"], "Team hub");
    EXPECT_EQ(facts()["licence"], "MIT");
    EXPECT_EQ(facts_of_folders()["a/two"]["licence"], "bsd-3-clause");
    EXPECT_EQ(facts_of_folders()["a/two/model"]["missing"], nlohmann::json::array({"two.onnx"}));

    write_file(hub / "README.md", "Nothing of a title.\n");
    write_file(hub / "LICENSE", "                    Apache License\n   Version 2.0\n");
    ASSERT_EQ(export_hub({"--allow-missing"}).status, 0);
    EXPECT_EQ(facts()["name"], "hub");
    EXPECT_EQ(facts()["licence"], "Apache License (LICENSE)");
    ASSERT_EQ(export_hub({"--allow-missing", "--name", "Ours"}).status, 0);
    EXPECT_EQ(facts()["name"], "Ours");
}

}  // namespace
}  // namespace onnxhub::test
