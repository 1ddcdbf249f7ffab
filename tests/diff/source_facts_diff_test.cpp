// SPDX-License-Identifier: Apache-2.0
// Facts that sources state, and models whose bytes are outside of the repository.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "diff/model_diff.h"
#include "diff/source_difference.h"
#include "manifest/manifest.h"
#include "tests/support/hub_builder.h"
#include "tests/support/memory_tree.h"

namespace onnxhub {
namespace {

using test::MemoryTree;
using test::parse_document;
using test::small_model;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Files = std::map<std::string, std::string>;
using Kind = ModelChange::Kind;

constexpr const char* settings_of_sources = R"(
[[source]]
kind = "sidecar"
files = ["**/facts.yaml"]
model = "*.onnx"
facts = { name = "name", opset = "opset", author = "author", task = "task", description = "description", license = "license", parameters = "parameters", ir_version = "ir", tags = "tags" }

[[source]]
kind = "records"
files = ["models.yaml"]
facts = { url = "url", sha256 = "sha", opset = "opset", license = "license", path = "path" }

[[source]]
kind = "links"
files = ["**/*.onnx.link"]
)";

ModelDiff compare(const Files& before, const Files& after) {
    struct Side {
        explicit Side(const Files& files) {
            for (const auto& [path, content] : files) tree.add(path, content);
            const auto toml = files.find("onnxhub.toml");
            const std::string text = toml == files.end() ? settings_of_sources : toml->second;
            settings = parse_settings(text, "onnxhub.toml", diagnostics);
            const auto manifest_file = files.find(std::string(manifest_file_name));
            if (manifest_file != files.end()) manifest = parse_document(manifest_file->second);
        }
        HubSide view() const { return {tree, settings, manifest ? &*manifest : nullptr}; }

        MemoryTree tree;
        Diagnostics diagnostics;
        Settings settings;
        std::optional<ManifestDocument> manifest;
    };
    const Side one(before);
    const Side other(after);
    return compare_models(one.view(), other.view(), {});
}

ModelChange only_change(const ModelDiff& diff) {
    EXPECT_THAT(diff.models, SizeIs(1));
    return diff.models.empty() ? ModelChange{} : diff.models.front();
}

std::string record(const std::string& url, const std::string& content,
                   const std::string& more = "") {
    return "net:\n  url: " + url + "\n  sha: " + to_hex(sha256_of(content)) + "\n  opset: 13\n" +
           more;
}

Files record_hub(const std::string& url, const std::string& content, const std::string& more = "") {
    return {{"models.yaml", record(url, content, more)}};
}

std::string manifest_of(const std::string& path, const std::string& content,
                        const std::vector<std::string>& sources, ModelFacts about = {}) {
    Entry entry;
    entry.model = "net";
    entry.model_path = path;
    entry.onnx_version = "1.8";
    entry.opset_version = 13;
    entry.content.sha = sha256_of(content);
    entry.sources = sources;
    entry.about = std::move(about);
    return manifest_text({entry_text(to_json(entry))});
}

TEST(SourceFacts, EachChangedFactIsShown) {
    const auto hub = [](const std::string& facts) {
        return Files{{"a/facts.yaml", facts}, {"a/net.onnx", small_model()}};
    };
    const ModelDiff diff = compare(
        hub("name: Net\nopset: 13\nauthor: Ann\ntask: Detection\nlicense: MIT\nir: 7\n"
            "parameters: 4000\ntags: [small]\n"),
        hub("name: Net\nopset: 13\nauthor: Bob\ndescription: Finds faces.\nlicense: Apache-2.0\n"
            "ir: 8\nparameters: 5000\ntags: [large]\n"));
    const ModelChange change = only_change(diff);
    EXPECT_EQ(change.kind, Kind::changed);
    EXPECT_EQ(change.path, "a/net.onnx");
    EXPECT_EQ(change.note, "");
    EXPECT_THAT(
        change.fields,
        testing::UnorderedElementsAre(
            FieldChange{"tags", "small", "large"}, FieldChange{"listed IR version", "7", "8"},
            FieldChange{"license", "MIT", "Apache-2.0"}, FieldChange{"author", "Ann", "Bob"},
            FieldChange{"task", "Detection", ""}, FieldChange{"description", "", "Finds faces."},
            FieldChange{"listed parameters", "4,000", "5,000"}));
    EXPECT_THAT(compare(hub("author: Ann\n"), hub("# A comment.\nauthor: Ann\n")).models,
                IsEmpty());
}

TEST(SourceFacts, OfAModelElsewhereAreComparedWithoutItsBytes) {
    const std::string url = "https://models.example.org/net.onnx";
    const Files before = record_hub(url, "bytes", "  license: MIT\n");
    EXPECT_EQ(compare(before, before).unchanged, 1u);
    const ModelChange change =
        only_change(compare(before, record_hub(url, "bytes", "  license: Apache-2.0\n")));
    EXPECT_EQ(change.kind, Kind::changed);
    EXPECT_EQ(change.path, "net.onnx");
    EXPECT_THAT(change.fields, ElementsAre(FieldChange{"license", "MIT", "Apache-2.0"}));
    EXPECT_EQ(change.note, "");
}

TEST(Elsewhere, AddedAndRemovedModelsHaveTheirUrlAndDigest) {
    const Files hub = record_hub("https://models.example.org/net.onnx", "bytes");
    const ModelChange added = only_change(compare({}, hub));
    EXPECT_EQ(added.kind, Kind::added);
    EXPECT_THAT(added.fields,
                AllOf(Contains(FieldChange{"location", "", "elsewhere"}),
                      Contains(FieldChange{"source", "", "https://models.example.org/net.onnx"}),
                      Contains(FieldChange{"SHA-256", "", to_hex(sha256_of("bytes"))})));
    EXPECT_EQ(added.note, "its graph is not shown: its content is elsewhere");
    const ModelChange removed = only_change(compare(hub, {}));
    EXPECT_EQ(removed.kind, Kind::removed);
    EXPECT_THAT(removed.fields,
                Contains(FieldChange{"source", "https://models.example.org/net.onnx", ""}));
}

TEST(Elsewhere, AnotherUrlOfTheSameContentIsOnlyThat) {
    const ModelChange change =
        only_change(compare(record_hub("https://a.example.org/net.onnx", "bytes"),
                            record_hub("https://b.example.org/net.onnx", "bytes")));
    EXPECT_EQ(change.kind, Kind::changed);
    EXPECT_THAT(change.fields, ElementsAre(FieldChange{"source", "https://a.example.org/net.onnx",
                                                       "https://b.example.org/net.onnx"}));
}

TEST(Elsewhere, OtherContentAtTheSameUrlIsAChange) {
    const std::string url = "https://a.example.org/net.onnx";
    const ModelChange change = only_change(compare(record_hub(url, "old"), record_hub(url, "new")));
    EXPECT_EQ(change.kind, Kind::changed);
    EXPECT_THAT(change.fields, Contains(FieldChange{"SHA-256", to_hex(sha256_of("old")),
                                                    to_hex(sha256_of("new"))}));
    EXPECT_EQ(change.note,
              "the graphs were not compared: before, its content is elsewhere; now, its content is "
              "elsewhere");
}

TEST(Elsewhere, ADigestThatOnlyTheManifestHasIsCompared) {
    const std::string url = "https://a.example.org/net.onnx";
    const auto hub = [&](const std::string& content) {
        return Files{{"net.onnx.link", url + "\n"},
                     {std::string(manifest_file_name), manifest_of("net.onnx", content, {url})}};
    };
    EXPECT_EQ(compare(hub("old"), hub("old")).unchanged, 1u);
    EXPECT_THAT(
        only_change(compare(hub("old"), hub("new"))).fields,
        Contains(FieldChange{"SHA-256", to_hex(sha256_of("old")), to_hex(sha256_of("new"))}));
    const Files unknown{{"net.onnx.link", url + "\n"}};
    EXPECT_EQ(compare(unknown, unknown).unchanged, 0u) << "nothing proves it";
    EXPECT_THAT(compare(unknown, unknown).models, IsEmpty());
    EXPECT_THAT(only_change(compare({}, unknown)).note, HasSubstr("nothing states its SHA-256"));
}

TEST(Elsewhere, MovesOutOfTheRepositoryAndBackAreShown) {
    const std::string url = "https://a.example.org/net.onnx";
    const Files here{{"net.onnx", small_model()}};
    const Files there = record_hub(url, small_model());
    const ModelChange out = only_change(compare(here, there));
    EXPECT_EQ(out.kind, Kind::changed);
    EXPECT_EQ(out.note, "identical content");
    ASSERT_THAT(out.fields, Not(IsEmpty()));
    EXPECT_EQ(out.fields.front(), (FieldChange{"location", "in the repository", "elsewhere"}));
    EXPECT_THAT(out.fields, AllOf(Contains(FieldChange{"source", "", url}),
                                  Not(Contains(testing::Field(&FieldChange::field, "SHA-256")))));
    const ModelChange back = only_change(compare(there, here));
    EXPECT_EQ(back.kind, Kind::changed);
    EXPECT_EQ(back.fields.front(), (FieldChange{"location", "elsewhere", "in the repository"}));
    EXPECT_THAT(back.fields, Contains(FieldChange{"source", url, ""}));
}

TEST(Elsewhere, AMoveToAnotherPathIsAMove) {
    const Files here{{"models/net-v1.onnx", small_model()}};
    const Files there = record_hub("https://a.example.org/net.onnx", small_model());
    const ModelChange change = only_change(compare(here, there));
    EXPECT_EQ(change.kind, Kind::moved);
    EXPECT_EQ(change.old_path, "models/net-v1.onnx");
    EXPECT_EQ(change.path, "net.onnx");
    EXPECT_THAT(change.fields, Contains(FieldChange{"location", "in the repository", "elsewhere"}));
}

TEST(Elsewhere, OtherContentThatMovedOutIsNotCalledIdentical) {
    const ModelChange change = only_change(compare(
        {{"net.onnx", small_model()}}, record_hub("https://a.example.org/net.onnx", "other")));
    EXPECT_EQ(change.kind, Kind::changed);
    EXPECT_THAT(change.fields, AllOf(Contains(testing::Field(&FieldChange::field, "SHA-256")),
                                     Contains(testing::Field(&FieldChange::field, "location"))));
    EXPECT_EQ(change.note, "the graphs were not compared: now, its content is elsewhere");
}

TEST(Elsewhere, AModelThatOnlyTheManifestDescribesIsCompared) {
    const std::string url = "https://a.example.org/net.onnx";
    const auto hub = [&](const std::vector<std::string>& urls, ModelFacts about = {}) {
        return Files{
            {"onnxhub.toml", ""},
            {std::string(manifest_file_name), manifest_of("net.onnx", "bytes", urls, about)}};
    };
    EXPECT_EQ(compare(hub({url}), hub({url})).unchanged, 1u);
    EXPECT_EQ(only_change(compare({{"onnxhub.toml", ""}}, hub({url}))).kind, Kind::added);
    EXPECT_EQ(only_change(compare(hub({url}), {{"onnxhub.toml", ""}})).kind, Kind::removed);
    ModelFacts licensed;
    licensed.license = "MIT";
    const ModelChange change =
        only_change(compare(hub({url}), hub({url, "https://b.example.org/net.onnx"}, licensed)));
    EXPECT_THAT(change.fields,
                ElementsAre(FieldChange{"license", "", "MIT"},
                            FieldChange{"source", "", "https://b.example.org/net.onnx"}));
}

TEST(Elsewhere, AnEntryWithAnUnsafePathIsNoModel) {
    const Files hub{{"onnxhub.toml", ""},
                    {std::string(manifest_file_name),
                     manifest_of("../net.onnx", "bytes", {"https://a.example.org/net.onnx"})}};
    EXPECT_THAT(compare({{"onnxhub.toml", ""}}, hub).models, IsEmpty());
}

TEST(Elsewhere, TheManifestOfSourcesIsNoSource) {
    const Files hub{{std::string(manifest_file_name),
                     manifest_of("net.onnx", "bytes", {"https://a.example.org/net.onnx"})}};
    EXPECT_THAT(compare({}, hub).models, IsEmpty());
}

/// The entry follows from its record, so one change is shown once.
TEST(SourceFacts, AreNotRepeatedFromTheManifest) {
    const std::string url = "https://a.example.org/net.onnx";
    const auto hub = [&](const std::string& license) {
        ModelFacts about;
        about.license = license;
        Files files = record_hub(url, "bytes", "  license: " + license + "\n");
        files[std::string(manifest_file_name)] = manifest_of("net.onnx", "bytes", {url}, about);
        return files;
    };
    const ModelChange change = only_change(compare(hub("MIT"), hub("Apache-2.0")));
    EXPECT_THAT(change.fields, ElementsAre(FieldChange{"license", "MIT", "Apache-2.0"}));
    EXPECT_EQ(change.note, "");
}

TEST(SourceFacts, ThatOnlyTheManifestChangesAreListed) {
    const std::string url = "https://a.example.org/net.onnx";
    const auto hub = [&](const std::string& license, std::vector<std::string> urls) {
        ModelFacts about;
        about.license = license;
        about.parameters = 1234;
        Files files = record_hub(url, "bytes");
        files[std::string(manifest_file_name)] = manifest_of("net.onnx", "bytes", urls, about);
        return files;
    };
    const ModelChange change =
        only_change(compare(hub("MIT", {url}), hub("Apache-2.0", {"https://evil.example.org/n"})));
    EXPECT_THAT(change.fields,
                ElementsAre(FieldChange{"listed license", "MIT", "Apache-2.0"},
                            FieldChange{"listed source", url, "https://evil.example.org/n"}));
    EXPECT_EQ(change.note, "the manifest describes the same content of the model differently");
}

/// Two models with the same bytes may have different licenses.
TEST(SourceFacts, OfAnotherModelWithTheSameBytesAreNotCompared) {
    ModelFacts mit;
    mit.license = "MIT";
    const Files before{
        {"onnxhub.toml", ""},
        {"a.onnx", small_model()},
        {std::string(manifest_file_name), manifest_of("a.onnx", small_model(), {}, mit)}};
    Files after = before;
    after["b.onnx"] = small_model();
    after[std::string(manifest_file_name)] = manifest_of("b.onnx", small_model(), {});
    for (const ModelChange& change : compare(before, after).models) {
        EXPECT_THAT(change.fields,
                    Not(Contains(testing::Field(&FieldChange::field, "listed license"))));
    }
}

TEST(SourceFacts, FilesThatStateThemAreNoWeights) {
    const std::string pointer = lfs_pointer_text(sha256_of(small_model()), small_model().size());
    const ModelDiff diff =
        compare({{"a.onnx", pointer}, {"a.yaml", "old"}, {"a.onnx.link", "old"}},
                {{"a.onnx", pointer}, {"a.yaml", "new"}, {"a.onnx.link", "new"}});
    EXPECT_THAT(diff.models, IsEmpty());
}

TEST(CompareSources, PairsReplacedUrlsAndSeesTheOrder) {
    EXPECT_THAT(compare_sources("source", {"a", "b"}, {"a", "b"}), IsEmpty());
    EXPECT_THAT(compare_sources("source", {"a", "b"}, {"b", "c", "d"}),
                ElementsAre(FieldChange{"source", "a", "c"}, FieldChange{"source", "", "d"}));
    EXPECT_THAT(compare_sources("source", {"a", "b"}, {"b", "a"}),
                ElementsAre(FieldChange{"source order", "a, b", "b, a"}));
}

}  // namespace
}  // namespace onnxhub
