// SPDX-License-Identifier: Apache-2.0
// Entries are kept while a row, a README or a model is invalid, and lost values come back from
// earlier manifests with the same digest.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/user_error.h"
#include "generator/generate.h"
#include "generator/manifest_part.h"
#include "tests/support/hub_builder.h"

namespace onnxhub {
namespace {

using test::HubBuilder;
using test::HubRow;
using test::MemoryTree;
using test::ModelBuilder;
using test::parse_document;
using test::small_model;
using test::texts;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string pointer_with(const std::string& content) {
    return lfs_pointer_text(sha256_of(content), content.size());
}

std::vector<std::string> names(const std::string& manifest) {
    std::vector<std::string> result;
    for (const ManifestEntry& entry : parse_document(manifest).entries) {
        result.push_back(entry.entry.value().model);
    }
    return result;
}

/// Four models without local content, so that only the manifest has their ports. It also has
/// an unknown key in each entry.
class KeptEntries : public testing::Test {
protected:
    KeptEntries() {
        fill(hub);
        text = hub.generate().update.text;
        for (std::size_t at = 0; (at = text.find("\"model\"", at)) != text.npos; at += 40) {
            text.insert(at, "\"team:owner\": \"us\",\n        ");
        }
        // One more run in its own layout: what is kept to the letter stays comparable.
        text = update(hub).text;
        for (const char* name : {"A", "B", "C", "D"}) put_pointer(name);
        EXPECT_EQ(update(hub).text, text);
    }

    static void fill(HubBuilder& hub) {
        hub.model("vision/one", "A", "a.onnx", small_model(1))
            .model("vision/one", "B", "b.onnx", small_model(2))
            .model("vision/two", "C", "c.onnx", small_model(3))
            .model("text", "D", "d.onnx", small_model(4));
    }

    void put_pointer(const std::string& name) {
        const std::int64_t features = name[0] - 'A' + 1;
        const std::string folder = name < "C"    ? "vision/one/"
                                   : name == "C" ? "vision/two/"
                                                 : "text/";
        hub.files()[folder + static_cast<char>(name[0] + 32) + ".onnx"] =
            pointer_with(small_model(features));
    }

    /// Rows of vision/one with another row for B.
    void set_row_of_b(HubRow row) {
        hub.remove_rows("vision/one");
        hub.row("vision/one", {"A", "a.onnx"}).row("vision/one", std::move(row));
    }

    ManifestUpdate update(HubBuilder& of,
                          const std::vector<const ManifestDocument*>& earlier = {}) {
        present = parse_document(text);
        GenerateOptions options;
        options.present = options.carry = &present;
        options.earlier = earlier;
        options.discover = discover;
        return of.generate(options).update;
    }

    HubBuilder hub;
    std::string text;
    ManifestDocument present;
    bool discover = false;
};

TEST_F(KeptEntries, EntryOfARowWithATypoStaysToTheLetter) {
    for (const HubRow& row :
         {HubRow{"B", "b.onnx", "", "1.8", "seven"}, HubRow{"B", "b.onnx", "", "", "13"},
          HubRow{"", "b.onnx"}, HubRow{"B", "../../../b.onnx"}, HubRow{"B", "https://x.org/b.onnx"},
          HubRow{"B", "", "", "1.8", "13"}, HubRow{"B", "nowhere.onnx"},
          HubRow{"B", "b.onnx", "/../x", "1.8", "13"}}) {
        set_row_of_b(row);
        const ManifestUpdate result = update(hub);
        EXPECT_TRUE(hub.diagnostics.has_errors()) << row.name << row.link;
        EXPECT_EQ(result.text, text) << row.name << row.link;
        EXPECT_THAT(result.removed, IsEmpty());
        ASSERT_EQ(result.kept.size(), 1u);
        EXPECT_EQ(result.kept[0].model, "B");
        EXPECT_EQ(result.entry_count, 4u);
    }
    set_row_of_b({"B", "b.onnx"});
    EXPECT_EQ(update(hub).text, text);
    EXPECT_THAT(texts(hub.diagnostics), IsEmpty());
}

TEST_F(KeptEntries, ARowThatIsReallyGoneTakesItsEntryAlong) {
    hub.remove_rows("vision/one").row("vision/one", {"A", "a.onnx", "", "1.8", "seven"});
    const ManifestUpdate result = update(hub);
    EXPECT_THAT(names(result.text), ElementsAre("D", "A", "C"));
    ASSERT_EQ(result.removed.size(), 1u);
    EXPECT_EQ(result.removed[0].model, "B");
}

TEST_F(KeptEntries, EntriesOfOnePathKeepTheirOrder) {
    hub.row("vision/one", {"B second", "b.onnx", "", "1.8", "12"})
        .row("vision/one", {"B third", "b.onnx", "", "1.8", "11"});
    text = update(hub).text;
    ASSERT_THAT(names(text), ElementsAre("D", "A", "B", "B second", "B third", "C"));
    for (int broken = 0; broken < 3; ++broken) {
        hub.remove_rows("vision/one").row("vision/one", {"A", "a.onnx"});
        hub.row("vision/one", {"B", "b.onnx", "", "1.8", broken == 0 ? "x" : "13"})
            .row("vision/one", {"B second", "b.onnx", "", "1.8", broken == 1 ? "x" : "12"})
            .row("vision/one", {"B third", "b.onnx", "", "1.8", broken == 2 ? "x" : "11"});
        EXPECT_EQ(update(hub).text, text) << broken;
    }
}

TEST_F(KeptEntries, ReadmeThatCannotBeUsedKeepsAllEntriesOfItsFolder) {
    const std::string table = "| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n";
    const std::string row = "| A | [1](a.onnx) | 1.8 | 13 |\n";
    for (const std::string& readme :
         {pointer_with("a README"), "# xet version 0\nfilesize = 1\n" + table,
          table + "<<<<<<< HEAD\n" + row + "=======\n" + row + ">>>>>>> branch\n",
          table + row + "=======\n" + row, std::string(200, '>') + table + row,
          "| Model | Download | ONNX version | Opset verison |\n|-|-|-|-|\n" + row}) {
        hub.files()["vision/one/README.md"] = readme;
        const ManifestUpdate result = update(hub);
        EXPECT_EQ(result.text, text) << readme;
        EXPECT_EQ(result.kept.size(), 2u) << readme;
        EXPECT_THAT(texts(hub.diagnostics), testing::SizeIs(1)) << readme;
    }
    MemoryTree tree = hub.tree();
    tree.add_unreadable("vision/one/README.md", 100);
    present = parse_document(text);
    GenerateOptions options;
    options.present = &present;
    Diagnostics diagnostics;
    EXPECT_EQ(generate(tree, options, diagnostics).update.text, text);
    tree.remove("vision/one/README.md");
    EXPECT_EQ(generate(tree, options, diagnostics).update.text, text);
}

TEST_F(KeptEntries, ConflictInAModelReadmeIsToldOnceAtItsFirstLine) {
    hub.files()["vision/one/README.md"] =
        "| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n<<<<<<< HEAD\n"
        "| A | [1](a.onnx) | 1.8 | 13 |\n=======\n| A | [1](a.onnx) | 1.8 | 12 |\n>>>>>>> theirs\n";
    update(hub);
    EXPECT_THAT(texts(hub.diagnostics),
                ElementsAre(HasSubstr("vision/one/README.md:3: has conflict markers")));
}

TEST_F(KeptEntries, UnderlinedHeadingsAreNoConflict) {
    hub.files()["vision/one/README.md"] =
        "Models\n=======\n\n| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n"
        "| A | [1](a.onnx) | 1.8 | 13 |\n| B | [1](b.onnx) | 1.8 | 13 |\n";
    EXPECT_EQ(update(hub).text, text);
    EXPECT_THAT(texts(hub.diagnostics), IsEmpty());
}

TEST_F(KeptEntries, TopReadmeThatCannotBeUsedStopsEverything) {
    const std::string folders = "| Model Class |\n|-|\n| [x](vision/one) |\n";
    const std::vector<std::string> readmes{
        folders + "<<<<<<< HEAD\n| [x](vision/two) |\n=======\n>>>>>>> x\n",
        "||||||| base\n" + folders + "=======\n", pointer_with(folders),
        "/annex/objects/SHA256E-s9--0a\n" + folders};
    for (const bool discovers : {false, true}) {
        for (const std::string& readme : readmes) {
            HubBuilder broken = hub;
            broken.files()["README.md"] = readme;
            discover = discovers;
            EXPECT_THROW(update(broken), UserError) << readme;
            EXPECT_THAT(texts(broken.diagnostics), Contains(HasSubstr("README.md"))) << readme;
        }
    }
}

TEST_F(KeptEntries, LinkOfAFolderThatCannotBeUsedDropsNothing) {
    hub.files()["README.md"] =
        "| Model Class |\n|-|\n| [one](https://x.org/vision/one) |\n| [two](vision/two) |\n"
        "| [text](text) |\n";
    EXPECT_EQ(update(hub).text, text);
    EXPECT_TRUE(hub.diagnostics.has_errors());
}

TEST_F(KeptEntries, DiscoveryDoesNotTakeModelsOfTablesInError) {
    discover = true;
    hub.files()["vision/one/README.md"] = "<<<<<<< HEAD\n";
    hub.files()["vision/one/a.onnx"] = small_model(1);
    hub.files()["vision/one/new.onnx"] = small_model(9);
    EXPECT_EQ(update(hub).text, text);
    hub.files().erase("vision/one/README.md");
    hub.files().erase("vision/one/new.onnx");
    set_row_of_b({"B", "https://x.org/b.onnx"});
    hub.files()["vision/one/b.onnx"] = small_model(2);
    EXPECT_EQ(update(hub).text, text);
}

TEST_F(KeptEntries, ExcludedModelsGoEvenWhereRowsAreInError) {
    set_row_of_b({"B", "b.onnx", "", "1.8", "seven"});
    present = parse_document(text);
    GenerateOptions options;
    options.present = &present;
    options.settings.exclude = {"vision/one/b.onnx"};
    EXPECT_THAT(names(hub.generate(options).update.text), ElementsAre("D", "A", "C"));
}

TEST_F(KeptEntries, DiffAndSingleKeepTheEntryToo) {
    const MemoryTree base = hub.tree();
    set_row_of_b({"B", "b.onnx", "", "1.8", "seven"});
    present = parse_document(text);
    GenerateOptions options;
    options.present = &present;
    options.target = Target::diff;
    options.base = &base;
    EXPECT_EQ(hub.generate(options).update.text, text);
    set_row_of_b({"B", "b.onnx"});
    hub.files()["vision/one/b.onnx"] = "<!DOCTYPE html>";
    EXPECT_EQ(hub.generate(options).update.text, text);
    options.target = Target::single;
    options.single_path = "vision/one/b.onnx";
    const GenerateResult result = hub.generate(options);
    EXPECT_EQ(result.update.text, text);
    EXPECT_EQ(result.unmade, 1u);
}

TEST_F(KeptEntries, SingleNamesTheErrorThatHidesTheRow) {
    set_row_of_b({"B", "b.onnx", "", "1.8", "seven"});
    present = parse_document(text);
    GenerateOptions options;
    options.present = &present;
    options.target = Target::single;
    options.single_path = "vision/one/b.onnx";
    try {
        hub.generate(options);
        FAIL();
    } catch (const UserError& error) {
        EXPECT_THAT(error.what(), HasSubstr("vision/one/README.md:4"));
    }
}

TEST_F(KeptEntries, FilesThatAreNoModelsKeepTheEntryAsItWas) {
    const std::string model = small_model(2);
    for (const std::string& content :
         {std::string("<!DOCTYPE html><html></html>"), model.substr(0, model.size() - 5),
          std::string("# xet version 0\nfilesize = 4\nhash = 'a'\n"),
          std::string("/annex/objects/SHA256E-s4--a.onnx\n"),
          std::string("outs:\n- md5: 0a\n  path: b.onnx\n"), std::string(5000, '\0'),
          std::string("version https://git-lfs.github.com/spec/v1\noid x\n"),
          "version https://git-lfs.github.com/spec/v1\noid sha256:" + std::string(64, 'a') +
              "\nsize 9223372036854775808\n"}) {
        hub.files()["vision/one/b.onnx"] = content;
        EXPECT_EQ(update(hub).text, text) << content;
        EXPECT_TRUE(hub.diagnostics.has_errors()) << content;
    }
}

TEST_F(KeptEntries, FilesThatAreNoModelsGiveNoNewEntry) {
    hub.model("text", "New", "new.onnx", "<html>");
    EXPECT_EQ(update(hub).text, text);
    EXPECT_THAT(texts(hub.diagnostics),
                ElementsAre(AllOf(HasSubstr("text/new.onnx: "), HasSubstr("HTML"))));
}

TEST_F(KeptEntries, OtherToolsPointersAreNamed) {
    const std::vector<std::pair<std::string, std::string>> contents{
        {"# xet version 0\n", "git-xet"},
        {"/annex/objects/SHA256E-s4--a.onnx\n", "git-annex"},
        {"outs:\n- md5: 0a\n", "DVC"}};
    for (const auto& [content, tool] : contents) {
        hub.files()["vision/one/b.onnx"] = content;
        update(hub);
        EXPECT_THAT(texts(hub.diagnostics), Contains(HasSubstr(tool))) << content;
    }
    hub.files().erase("vision/one/b.onnx");
    hub.files()["vision/one/b.onnx.dvc"] = "outs:\n- md5: 0a\n";
    EXPECT_EQ(update(hub).text, text);
    EXPECT_THAT(texts(hub.diagnostics), Contains(HasSubstr("vision/one/b.onnx is stored by DVC")));
    MemoryTree tree = hub.tree();
    tree.add_symlink("vision/one/b.onnx", "../../.git/annex/objects/0j/K3/S/S");
    GenerateOptions options;
    options.present = &present;
    Diagnostics diagnostics;
    EXPECT_EQ(generate(tree, options, diagnostics).update.text, text);
    EXPECT_THAT(texts(diagnostics), Contains(HasSubstr("is a git-annex link")));
}

TEST_F(KeptEntries, ModelWhoseExternalDataIsMissingKeepsItsEntry) {
    hub.files()["vision/one/b.onnx"] =
        ModelBuilder().external_initializer("w", {2}, "gone.data").output("y", {1}).bytes();
    EXPECT_EQ(update(hub).text, text);
}

TEST_F(KeptEntries, ManifestRegeneratedWithoutARowGetsPortsAndKeysFromAnEarlierOne) {
    const ManifestDocument head = parse_document(text);
    hub.remove_rows("vision/one").row("vision/one", {"A", "a.onnx"});
    const std::string whole = text;
    text = update(hub).text;
    ASSERT_THAT(names(text), ElementsAre("D", "A", "C"));
    set_row_of_b({"B", "b.onnx"});
    EXPECT_EQ(update(hub, {&head}).text, whole);
    EXPECT_NE(update(hub).text, whole);
    text = "[]";
    EXPECT_EQ(update(hub, {&head}).text, whole);
}

TEST_F(KeptEntries, FolderRenamedInTwoStepsLosesNothing) {
    const ManifestDocument head = parse_document(text);
    HubBuilder moved = hub;  // the files have moved, the tables have not
    for (const char* name : {"a.onnx", "b.onnx"}) {
        moved.files()["pictures/one/" + std::string(name)] =
            moved.files().at("vision/one/" + std::string(name));
        moved.files().erase("vision/one/" + std::string(name));
    }
    EXPECT_EQ(update(moved).text, text);
    EXPECT_TRUE(moved.diagnostics.has_errors());
    moved.remove_rows("vision/one");
    moved.row("pictures/one", {"A", "a.onnx"}).row("pictures/one", {"B", "b.onnx"});
    const ManifestUpdate result = update(moved);
    EXPECT_EQ(result.moved.size(), 2u);
    EXPECT_THAT(texts(moved.diagnostics), IsEmpty());
    const auto expect_all = [](const std::string& manifest) {
        const ManifestDocument after = parse_document(manifest);
        ASSERT_EQ(after.entries.size(), 4u);
        for (const ManifestEntry& entry : after.entries) {
            EXPECT_TRUE(entry.entry->io_ports) << entry.text.view();
            EXPECT_THAT(entry.text.copy(), HasSubstr("team:owner"));
        }
    };
    expect_all(result.text);
    // A step between the two that dropped them is made good by the commit's manifest.
    text = "[]";
    expect_all(update(moved, {&head}).text);
}

TEST_F(KeptEntries, ACopyOfAModelTakesNoKeysOfAnEntryThatIsStillThere) {
    const ManifestDocument head = parse_document(text);
    hub.model("text", "Copy", "copy.onnx", pointer_with(small_model(4)));
    const auto after = parse_document(update(hub, {&head}).text).entries;
    ASSERT_EQ(after.size(), 5u);
    EXPECT_EQ(after[0].entry->model, "Copy");
    EXPECT_THAT(after[0].text, Not(HasSubstr("team:owner")));
    EXPECT_TRUE(after[0].entry->io_ports);
}

TEST_F(KeptEntries, ShardsKeepAndCarryTheSame) {
    const ManifestDocument head = parse_document(text);
    set_row_of_b({"B", "b.onnx", "", "1.8", "seven"});
    hub.files()["vision/two/c.onnx"] = "<html>";
    present = parse_document(text);
    std::erase_if(present.entries,
                  [](const ManifestEntry& entry) { return entry.entry->model == "D"; });
    GenerateOptions options;
    options.present = &present;
    options.earlier = {&head};
    const MemoryTree tree = hub.tree();
    std::vector<ManifestPart> parts;
    for (const std::uint32_t number : {1u, 2u, 3u}) {
        options.shard = Shard{number, 3};
        ManifestPart part;
        part.shard = *options.shard;
        part.is_complete = true;
        const GenerationPlan plan = plan_generation(tree, options, part.diagnostics);
        part.rows = make_rows(tree, plan, plan.selected, options, nullptr);
        make_complete(plan, part.rows);
        part.present = present_entries_of(part.shard, present, plan.claims);
        part.earlier = earlier_entries_of(part.shard, options.earlier, present);
        auto json = parse_json(part_text(part));
        auto read = parse_manifest_part(std::get<JsonDocument>(json).root);
        ASSERT_TRUE(std::holds_alternative<ManifestPart>(read)) << std::get<std::string>(read);
        parts.push_back(std::get<ManifestPart>(std::move(read)));
    }
    Diagnostics diagnostics;
    EXPECT_EQ(merge_parts(std::move(parts), diagnostics).result.update.text, text);
}

TEST(GenerateWarnings, PointersThatGitLfsWouldNotWrite) {
    HubBuilder hub;
    std::string crlf;
    for (const char c : pointer_with(small_model())) crlf += c == '\n' ? "\r\n" : std::string(1, c);
    const std::string unsorted =
        "version https://git-lfs.github.com/spec/v1\nsize 5\noid sha256:" + std::string(64, 'a') +
        "\n";
    hub.model("a", "A", "a.onnx", crlf).model("a", "B", "b.onnx", unsorted);
    hub.files()["a/c.tar.gz"] = unsorted;
    hub.row("a", {"C", "c.onnx", "c.tar.gz"});
    hub.files()["a/c.onnx"] = small_model(3);
    hub.generate();
    EXPECT_FALSE(hub.diagnostics.has_errors());
    EXPECT_THAT(
        texts(hub.diagnostics),
        ElementsAre(HasSubstr("a/a.onnx:1: the lines of this Git LFS pointer end with CR LF"),
                    HasSubstr("a/b.onnx:1: this Git LFS pointer differs from what"),
                    HasSubstr("a/c.tar.gz:1: this Git LFS pointer differs from what")));
}

TEST(GenerateWarnings, ContradictoryModelsGetNoPorts) {
    HubBuilder hub;
    hub.model(
        "a", "M", "m.onnx",
        ModelBuilder().input("x", {1}, 99).node("Relu", {"x"}, {"y"}).output("y", {1}).bytes());
    hub.model("a", "N", "n.onnx", small_model());
    const auto entries = parse_document(hub.generate().update.text).entries;
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_FALSE(entries[0].entry->io_ports);
    EXPECT_TRUE(entries[1].entry->io_ports);
    EXPECT_FALSE(hub.diagnostics.has_errors());
    EXPECT_THAT(texts(hub.diagnostics),
                ElementsAre(AllOf(HasSubstr("a/m.onnx: "), HasSubstr("element type 99"))));
}

}  // namespace
}  // namespace onnxhub
