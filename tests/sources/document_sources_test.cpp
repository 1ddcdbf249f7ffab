// SPDX-License-Identifier: Apache-2.0
// Sidecars and records, read through read_hub_rows().
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sources/hub_rows.h"
#include "tests/support/memory_tree.h"

namespace onnxhub {
namespace {

using test::MemoryTree;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct ReadHub {
    HubRows rows;
    std::vector<std::string> diagnostics;  ///< "error: file:line: message; hint"
};

ReadHub read_hub(const MemoryTree& tree, const std::string& toml, unsigned jobs = 2) {
    Diagnostics diagnostics;
    const Settings settings = parse_settings(toml, "onnxhub.toml", diagnostics);
    ReadHub read;
    read.rows = read_hub_rows(tree, settings, jobs, diagnostics);
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        read.diagnostics.push_back(std::string(name_of(diagnostic.severity)) + ": " +
                                   to_text(diagnostic));
    }
    return read;
}

const ModelRow& row_at(const ReadHub& hub, const std::string& path) {
    for (const ModelRow& row : hub.rows.models) {
        if (row.model_path == path) return row;
    }
    throw std::runtime_error("no row for " + path);
}

std::vector<std::string> row_paths(const ReadHub& hub) {
    std::vector<std::string> paths;
    for (const ModelRow& row : hub.rows.models) paths.push_back(row.model_path);
    return paths;
}

constexpr const char* stats_source = R"(
[[source]]
kind = "sidecar"
files = ["**/stats.yaml"]
facts = { name = "name", author = "by.author", opset = "onnx.opset", ir_version = "onnx.ir", onnx_version = "onnx.version", parameters = "parameters", license = "license", task = "task", description = "text", tags = "tags", test_data = "data" }
tags = ["{folder[0]:_}", "{author}"]
distinguish = ["{author}", "{stem}", "{task}"]
)";

TEST(SidecarSource, FactsOfADocumentDescribeTheModelBesideIt) {
    MemoryTree tree;
    tree.add("computer_vision/net/model.onnx", "x");
    tree.add("computer_vision/net/stats.yaml",
             "name: Net\n"
             "by: {author: timm}\n"
             "onnx:\n"
             "  opset: 16\n"
             "  ir: 8\n"
             "  version: 1.10\n"
             "parameters: 23834568\n"
             "license: MIT\n"
             "text: >\n"
             "  One\n"
             "  two.\n"
             "tags: [a, b]\n"
             "data: ../data/net.tar.gz\n"
             "builds: {x86: [1, 2, {opset: 3}]}\n");
    const ReadHub hub = read_hub(tree, stats_source);
    EXPECT_THAT(hub.diagnostics, IsEmpty());
    ASSERT_EQ(hub.rows.models.size(), 1u);
    const ModelRow& row = hub.rows.models[0];
    EXPECT_EQ(row.source_file, "computer_vision/net/stats.yaml");
    EXPECT_EQ(row.name, "Net");
    EXPECT_EQ(row.opset_version, 16);
    EXPECT_EQ(row.onnx_version, "1.10");
    EXPECT_THAT(row.tags, ElementsAre("a", "b", "computer vision", "timm"));
    EXPECT_EQ(row.archive_path, "computer_vision/data/net.tar.gz");
    ASSERT_TRUE(row.stated);
    EXPECT_EQ(row.stated->ir_version, 8);
    EXPECT_EQ(row.stated->about.author, "timm");
    EXPECT_EQ(row.stated->about.license, "MIT");
    EXPECT_EQ(row.stated->about.parameters, 23834568u);
    EXPECT_EQ(row.stated->about.description, "One two.");
    EXPECT_EQ(row.stated->about.task, std::nullopt);
    EXPECT_THAT(row.stated->distinguish, ElementsAre("timm", "model"));
    const auto origin = std::ranges::find(row.stated->origins, Fact::opset, &FactOrigin::fact);
    ASSERT_NE(origin, row.stated->origins.end());
    EXPECT_EQ(*origin->file, "computer_vision/net/stats.yaml");
    EXPECT_EQ(origin->line, 4);
}

TEST(SidecarSource, JsonAndTomlAreReadToo) {
    MemoryTree tree;
    tree.add("a/en.onnx", "x").add("a/en.onnx.json", R"({"voice": {"name": "English"}})");
    tree.add("a/de.onnx", "x").add("a/de.onnx.json", R"({"voice": {"name": "German"}})");
    tree.add("b/net.onnx", "x").add("b/net.toml", "[voice]\nname = 'Net'\n");
    const ReadHub hub = read_hub(tree, R"(
[[source]]
kind = "sidecar"
files = ["**/*.onnx.json"]
model = "{stem}"
facts = { name = "voice.name" }
[[source]]
kind = "sidecar"
files = ["**/*.toml"]
model = "{stem}.onnx"
facts = { name = "voice.name" }
)");
    EXPECT_THAT(hub.diagnostics, IsEmpty());
    EXPECT_EQ(row_at(hub, "a/en.onnx").name, "English");
    EXPECT_EQ(row_at(hub, "a/de.onnx").name, "German");
    EXPECT_EQ(row_at(hub, "b/net.onnx").name, "Net");
}

TEST(SidecarSource, ASidecarDescribesExactlyOneModel) {
    MemoryTree tree;
    tree.add("none/stats.yaml", "name: A\n");
    tree.add("two/stats.yaml", "name: B\n").add("two/a.onnx", "x").add("two/b.onnx", "x");
    tree.add("old/stats.yaml", "name: C\n").add("old/a.onnx", "x");
    tree.add("draft/stats.yaml", "name: D\n").add("draft/a.onnx", "x");
    tree.add("draft/b-draft.onnx", "x");
    tree.add("below/stats.yaml", "name: E\n").add("below/deeper/a.onnx", "x");
    const std::string exclude = "[generate]\nexclude = [\"old/\", \"*-draft.onnx\"]\n";
    const ReadHub hub = read_hub(tree, exclude + stats_source);
    EXPECT_THAT(
        hub.diagnostics,
        ElementsAre(
            "note: below/stats.yaml: no file here matches \"*.onnx\", so this sidecar describes no "
            "model; add the model, or remove the sidecar",
            "note: none/stats.yaml: no file here matches \"*.onnx\", so this sidecar describes no "
            "model; add the model, or remove the sidecar",
            "error: two/stats.yaml: 2 models match this sidecar, such as two/a.onnx and "
            "two/b.onnx; name the model with {stem}, such as model = \"{stem}.onnx\", or exclude "
            "the others",
            HasSubstr("warning: below/deeper/a.onnx: no source describes this model")));
    EXPECT_THAT(row_paths(hub), ElementsAre("draft/a.onnx"));
    EXPECT_THAT(hub.rows.broken, ElementsAre(BrokenRow{"two/stats.yaml", 0, "", "two/a.onnx"},
                                             BrokenRow{"two/stats.yaml", 0, "", "two/b.onnx"}));
    EXPECT_THAT(hub.rows.undescribed, ElementsAre("below/deeper/a.onnx"));
}

TEST(SidecarSource, ABrokenDocumentIsOneErrorAndTheOthersAreRead) {
    MemoryTree tree;
    for (const char* folder : {"a", "b", "c", "d", "e"}) {
        tree.add(std::string(folder) + "/m.onnx", "x");
    }
    tree.add("a/stats.yaml", "name: A\n");
    tree.add("b/stats.yaml", "name: B\nname: B\n");
    tree.add("c/stats.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:" +
                                 std::string(64, '0') + "\nsize 5\n");
    tree.add("d/stats.yaml", std::string(16 * 1024 * 1024 + 1, ' '));
    tree.add_symlink("e/stats.yaml", "../a/stats.yaml");
    const ReadHub hub = read_hub(tree, stats_source);
    EXPECT_THAT(
        hub.diagnostics,
        ElementsAre("error: b/stats.yaml:2: has the key \"name\" twice in one mapping; remove one "
                    "of them",
                    HasSubstr("error: c/stats.yaml: is a Git LFS pointer, and its text is not "
                              "available locally; fetch it"),
                    "error: d/stats.yaml: is larger than 16.0 MiB; shorten it"));
    EXPECT_THAT(tree.opened(), Not(Contains("d/stats.yaml")));
    EXPECT_THAT(row_paths(hub), ElementsAre("a/m.onnx", "e/m.onnx"));
    EXPECT_EQ(row_at(hub, "e/m.onnx").name, "A");
    EXPECT_THAT(hub.rows.broken, ElementsAre(BrokenRow{"b/stats.yaml", 0, "", "b/m.onnx"},
                                             BrokenRow{"c/stats.yaml", 0, "", "c/m.onnx"},
                                             BrokenRow{"d/stats.yaml", 0, "", "d/m.onnx"}));
    EXPECT_THAT(hub.rows.undescribed, IsEmpty());
}

TEST(SidecarSource, BadValuesAreErrorsAtTheirLineAndLeftOut) {
    MemoryTree tree;
    tree.add("a/m.onnx", "x");
    tree.add("a/stats.yaml",
             "name: [A]\n"
             "by: {author: {first: x}}\n"
             "onnx:\n"
             "  opset: 1001\n"
             "  ir: -1\n"
             "  version: v1\n"
             "parameters: 1e6\n"
             "license: \"M\\x07IT\"\n"
             "data: ../../x.tar.gz\n"
             "task: " +
                 std::string(5000, 'x') +
                 "\n"
                 "text: ' '\n");
    const ReadHub hub = read_hub(tree, stats_source);
    EXPECT_THAT(
        hub.diagnostics,
        testing::UnorderedElementsAre(
            HasSubstr("error: a/stats.yaml:1: the name is a list, not a text; correct it"),
            HasSubstr("error: a/stats.yaml:2: the author is a mapping, not a text; correct it"),
            HasSubstr("error: a/stats.yaml:4: "), HasSubstr("error: a/stats.yaml:5: "),
            HasSubstr("error: a/stats.yaml:6: "), HasSubstr("error: a/stats.yaml:7: "),
            HasSubstr("error: a/stats.yaml:8: the license has a control character; correct it"),
            HasSubstr("error: a/stats.yaml:9: the path \"../../x.tar.gz\" of test data can't be "
                      "used: it "),
            HasSubstr("error: a/stats.yaml:10: the task is longer than 4096 bytes; correct it")));
    const ModelRow& row = row_at(hub, "a/m.onnx");
    EXPECT_EQ(row.name, "m");
    EXPECT_EQ(row.opset_version, 0);
    EXPECT_EQ(row.onnx_version, "");
    EXPECT_EQ(row.stated->ir_version, std::nullopt);
    EXPECT_EQ(row.stated->about, ModelFacts{});
}

TEST(SidecarSource, GlobsThatMatchNothingAreReported) {
    MemoryTree tree;
    tree.add("a/m.onnx", "x").add("a/stats.yaml", "name: A\n");
    const ReadHub hub = read_hub(tree,
                                 "[[source]]\nkind = \"sidecar\"\n"
                                 "files = [\"**/stats.yaml\", \"**/stats.yml\"]\n");
    EXPECT_THAT(hub.diagnostics,
                ElementsAre("warning: onnxhub.toml:1: \"**/stats.yml\" of this [[source]] matches "
                            "no file; correct or remove it"));
}

constexpr const char* record_source = R"(
[[source]]
kind = "records"
files = ["models.yaml"]
records = "**"
facts = { url = "url", sha256 = "SHA256", bytes = "size", opset = "opset", name = "name" }
)";

TEST(RecordSource, EveryMappingWithAUrlIsAModelElsewhere) {
    MemoryTree tree;
    const std::string sha(64, 'A');
    tree.add("models.yaml",
             "ocr:\n"
             "  det:\n"
             "    url: https://host.example/v1/det%20net.onnx?download=true\n"
             "    SHA256: " +
                 sha +
                 "\n"
                 "    size: 12\n"
                 "  note: {url: null}\n"
                 "  list:\n"
                 "  - {url: [https://a.example/rec.onnx, https://b.example/mirror.onnx], name: R}\n"
                 "  - {url: https://a.example/cls.onnx, opset: 12}\n");
    const ReadHub hub = read_hub(tree, record_source);
    EXPECT_THAT(hub.diagnostics, IsEmpty());
    EXPECT_THAT(row_paths(hub), ElementsAre("cls.onnx", "det net.onnx", "rec.onnx"));
    const ModelRow& det = row_at(hub, "det net.onnx");
    EXPECT_EQ(det.name, "det");
    EXPECT_EQ(det.line, 2);
    EXPECT_THAT(det.stated->urls,
                ElementsAre("https://host.example/v1/det%20net.onnx?download=true"));
    EXPECT_EQ(to_hex(det.stated->sha.value()), std::string(64, 'a'));
    EXPECT_EQ(det.stated->size_bytes, 12u);
    const ModelRow& rec = row_at(hub, "rec.onnx");
    EXPECT_EQ(rec.name, "R");
    EXPECT_THAT(rec.stated->urls,
                ElementsAre("https://a.example/rec.onnx", "https://b.example/mirror.onnx"));
    EXPECT_EQ(row_at(hub, "cls.onnx").name, "1");
}

TEST(RecordSource, PathsSelectRecordsAndPathsOfModels) {
    MemoryTree tree;
    tree.add("sub/models.json", R"({"models": {
"a": {"file": "net/a.onnx", "opset": 11},
"b": {"file": "../b.onnx"},
"c": {"opset": 3},
"d": 1,
"e": {"file": "../../e.onnx"}},
"other": {"f": {"file": "f.onnx"}}})");
    tree.add("sub/net/a.onnx", "x").add("b.onnx", "x");
    const ReadHub hub = read_hub(tree, R"(
[[source]]
kind = "records"
files = ["**/models.json"]
records = "models.*"
facts = { path = "file", opset = "opset" }
name = "net {key}"
tags = ["{folder}"]
)");
    EXPECT_THAT(row_paths(hub), ElementsAre("b.onnx", "sub/net/a.onnx"));
    EXPECT_EQ(row_at(hub, "sub/net/a.onnx").name, "net a");
    EXPECT_THAT(row_at(hub, "sub/net/a.onnx").tags, ElementsAre("sub/net"));
    EXPECT_THAT(
        hub.diagnostics,
        ElementsAre("error: sub/models.json:4: the record \"c\" has neither a URL nor a path; add "
                    "one, or correct `facts` of the [[source]]",
                    "error: sub/models.json:5: the record \"d\" is not a mapping; correct it, or "
                    "`records` of the [[source]]",
                    "error: sub/models.json:6: the path \"../../e.onnx\" of \"e\" can't be used: "
                    "it points outside of the repository; write a path relative to this file"));
    EXPECT_THAT(hub.rows.broken, ElementsAre(BrokenRow{"sub/models.json", 4, "c", ""},
                                             BrokenRow{"sub/models.json", 5, "d", ""},
                                             BrokenRow{"sub/models.json", 6, "e", ""}));
}

TEST(RecordSource, UnusableUrlsAreReportedAndTheOthersAreRead) {
    MemoryTree tree;
    tree.add("models.yaml",
             "a: {url: http://h.example/a.onnx}\n"
             "b: {url: 'https://user:secret@h.example/b.onnx'}\n"
             "c: {url: https://h.example/c.zip}\n"
             "d: {url: https://h.example/d.tar.gz?x=1}\n"
             "e: {url: https://h.example/}\n"
             "f: {url: https://h.example/%2e%2e%2ff.onnx}\n"
             "g: {url: https://h.example/g.pth}\n"
             "h: {url: [https://h.example/h.onnx, ftp://h.example/h.onnx]}\n"
             "i: {url: https://h.example/i.onnx}\n");
    const ReadHub hub = read_hub(tree, record_source);
    EXPECT_THAT(row_paths(hub), ElementsAre("i.onnx"));
    EXPECT_EQ(hub.rows.broken.size(), 8u);
    EXPECT_THAT(
        hub.diagnostics,
        ElementsAre(
            AllOf(HasSubstr("error: models.yaml:1: "), HasSubstr("does not start with https://")),
            AllOf(HasSubstr("error: models.yaml:2: "), HasSubstr("has a user or password")),
            AllOf(HasSubstr("warning: models.yaml:3: "), HasSubstr("archive, which is not supp")),
            AllOf(HasSubstr("warning: models.yaml:4: "), HasSubstr("archive, which is not supp")),
            AllOf(HasSubstr("error: models.yaml:5: "), HasSubstr("end with the name of a file")),
            AllOf(HasSubstr("error: models.yaml:6: "), HasSubstr("end with the name of a file")),
            AllOf(HasSubstr("warning: models.yaml:7: "), HasSubstr("does not name an .onnx file")),
            AllOf(HasSubstr("error: models.yaml:8: "), HasSubstr("not start with https://"))));
}

TEST(RecordSource, TwoUrlsForOnePathAreReported) {
    MemoryTree tree;
    tree.add("models.yaml",
             "a: {url: https://h.example/v1/net.onnx, opset: 1}\n"
             "b: {url: https://h.example/v2/net.onnx, opset: 2}\n"
             "c: {url: https://h.example/v1/net.onnx, size: 5}\n");
    const ReadHub hub = read_hub(tree, record_source);
    EXPECT_THAT(hub.diagnostics,
                ElementsAre("error: models.yaml:2: https://h.example/v2/net.onnx would have the "
                            "path net.onnx, as https://h.example/v1/net.onnx has; state another "
                            "path, or move one of them to a document in another directory"));
    ASSERT_EQ(hub.rows.models.size(), 1u);
    EXPECT_EQ(hub.rows.models[0].opset_version, 1);
    EXPECT_EQ(hub.rows.models[0].stated->size_bytes, 5u);
    EXPECT_THAT(hub.rows.broken, ElementsAre(BrokenRow{"models.yaml", 2, "b", "net.onnx"}));
}

TEST(RecordSource, AnUnreadableDocumentIsLost) {
    MemoryTree tree;
    tree.add("models.yaml", "a: [");
    const ReadHub hub = read_hub(tree, record_source);
    EXPECT_THAT(hub.diagnostics, ElementsAre(HasSubstr("error: models.yaml:2: is not YAML")));
    EXPECT_THAT(hub.rows.lost_readmes, ElementsAre("models.yaml"));
}

TEST(RecordSource, AliasesDoNotMultiplyRecords) {
    std::string bomb = "a0: &a0 {url: https://h.example/a.onnx}\n";
    std::string stars;
    for (int i = 1; i < 30; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last + ", " + last +
                ", " + last + "]\n";
        stars += ".*";
    }
    MemoryTree tree;
    tree.add("models.yaml", bomb);
    const ReadHub hub = read_hub(tree, record_source);
    EXPECT_THAT(hub.diagnostics, IsEmpty());
    EXPECT_THAT(row_paths(hub), ElementsAre("a.onnx"));

    std::string settings = record_source;
    settings.replace(settings.find("\"**\""), 4, "\"a29" + stars + "\"");
    const ReadHub multiplied = read_hub(tree, settings);
    EXPECT_THAT(multiplied.diagnostics,
                ElementsAre("error: models.yaml: has too many records by its aliases; split it "
                            "into smaller files"));
    EXPECT_THAT(multiplied.rows.lost_readmes, ElementsAre("models.yaml"));
}

TEST(RecordSource, TheNumberOfRecordsHasALimit) {
    std::string records;
    for (int i = 0; i < 100'000; ++i) records += "- {url: https://h.example/a.onnx}\n";
    MemoryTree tree;
    tree.add("models.yaml", records);
    EXPECT_THAT(read_hub(tree, record_source).diagnostics, IsEmpty());
    tree.add("models.yaml", records + "- {url: https://h.example/b.onnx}\n");
    EXPECT_THAT(read_hub(tree, record_source).diagnostics,
                ElementsAre("error: models.yaml: has over 100000 records; split it into smaller "
                            "files"));
}

TEST(DocumentSources, ResultsDoNotDependOnTheNumberOfThreads) {
    MemoryTree tree;
    for (int i = 0; i < 200; ++i) {
        const std::string folder = "m" + std::to_string(i);
        tree.add(folder + "/m.onnx", "x");
        tree.add(folder + "/stats.yaml", i % 7 == 0 ? "a: [" : "name: N" + std::to_string(i));
    }
    const ReadHub one = read_hub(tree, stats_source, 1);
    const ReadHub many = read_hub(tree, stats_source, 8);
    EXPECT_EQ(one.diagnostics, many.diagnostics);
    EXPECT_EQ(row_paths(one), row_paths(many));
    EXPECT_EQ(one.rows.broken, many.rows.broken);
    EXPECT_EQ(one.rows.models.size(), 171u);
}

constexpr const char* own_repository = "[generate]\nrepository = \"https://github.com/org/hub\"\n";

TEST(RecordSource, UrlsOfTheHubsOwnRepositoryAreItsFiles) {
    MemoryTree tree;
    tree.add("nets/a.onnx", "x");
    tree.add("models.yaml",
             "a: {url: 'https://media.githubusercontent.com/media/org/hub/main/nets/a.onnx'}\n"
             "b: {url: 'https://example.org/b.onnx'}\n");
    const ReadHub hub = read_hub(tree, std::string(own_repository) + R"(
[[source]]
kind = "records"
files = ["models.yaml"]
records = "*"
facts = { url = "url" }
)");
    EXPECT_THAT(row_paths(hub), ElementsAre("b.onnx", "nets/a.onnx"));
    EXPECT_THAT(row_at(hub, "nets/a.onnx").stated->urls, IsEmpty());
    EXPECT_THAT(row_at(hub, "b.onnx").stated->urls, ElementsAre("https://example.org/b.onnx"));
}

TEST(LinkSource, AUrlOfTheHubsOwnRepositoryIsItsFile) {
    MemoryTree tree;
    tree.add("nets/a.onnx", "x");
    tree.add("links/a.onnx.link", "https://github.com/org/hub/raw/refs/heads/main/nets/a.onnx\n");
    const ReadHub hub = read_hub(tree, std::string(own_repository) + R"(
[[source]]
kind = "links"
files = ["**/*.onnx.link"]
)");
    EXPECT_THAT(row_paths(hub), ElementsAre("nets/a.onnx"));
    EXPECT_THAT(row_at(hub, "nets/a.onnx").stated->urls, IsEmpty());
}

}  // namespace
}  // namespace onnxhub
