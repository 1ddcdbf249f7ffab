// SPDX-License-Identifier: Apache-2.0
// Each rule about sources, with a hub in which it fires at its place and one in which it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/digest.h"
#include "repository/lfs_pointer.h"
#include "tests/support/hub_builder.h"
#include "tests/support/hub_files.h"
#include "tests/support/model_builder.h"
#include "validator/rule_catalog.h"

namespace onnxhub::test {
namespace {

using testing::Contains;

using Files = std::map<std::string, std::string>;

std::string model_13() {
    return ModelBuilder(13).input("x", {4}).node("Relu", {"x"}, {"y"}).output("y", {4}).bytes();
}

std::string pointer_to_model() {
    return lfs_pointer_text(sha256_of(model_13()), model_13().size());
}

/// A hub whose models are described by facts.yaml beside them.
Files sidecar_hub(const std::string& facts) {
    return {{"onnxhub.toml",
             "[[source]]\n"
             "kind = \"sidecar\"\n"
             "files = [\"**/facts.yaml\"]\n"
             "model = \"*.onnx\"\n"
             "facts = { opset = \"opset\", author = \"author\", ir_version = \"ir\" }\n"},
            {"a/facts.yaml", facts},
            {"a/m.onnx", model_13()}};
}

/// A hub whose models are elsewhere.
Files record_hub(const std::string& records) {
    return {{"onnxhub.toml",
             "[[source]]\n"
             "kind = \"records\"\n"
             "files = [\"models.yaml\"]\n"
             "facts = { url = \"url\", sha256 = \"sha\", opset = \"opset\" }\n"},
            {"models.yaml", records}};
}

std::string record(const std::string& name, const std::string& url) {
    return name + ":\n  url: " + url + "\n  opset: 13\n  sha: " + std::string(64, 'a') + "\n";
}

/// A hub whose model is listed with its path and this SHA-256.
Files listed_model(const Sha256& sha) {
    return {{"onnxhub.toml",
             "[[source]]\n"
             "kind = \"records\"\n"
             "files = [\"models.yaml\"]\n"
             "facts = { path = \"path\", sha256 = \"sha\" }\n"},
            {"models.yaml", "m:\n  path: m.onnx\n  sha: " + to_hex(sha) + "\n"},
            {"m.onnx", model_13()}};
}

/// A hub whose table has this cell for the model.
Files table_hub(const std::string& cell) {
    return {{"onnxhub.toml",
             "[[source]]\n"
             "kind = \"tables\"\n"
             "readmes = [\"**/README.md\"]\n"
             "columns = { name = [\"Name\"], model = [\"File\"] }\n"},
            {"a/README.md", "| Name | File |\n|-|-|\n| M | " + cell + " |\n"},
            {"a/m.onnx", model_13()}};
}

Files with(Files files, const std::string& path, std::string content) {
    files[path] = std::move(content);
    return files;
}

/// The generated manifest with `from` replaced by `to`.
Files with_manifest(Files files, const std::string& from, const std::string& to) {
    HubFiles hub;
    hub.files = files;
    hub.regenerate();
    std::string text = hub.manifest();
    const std::size_t at = text.find(from);
    EXPECT_NE(at, text.npos) << from << " is not in " << text;
    if (at != text.npos) text.replace(at, from.size(), to);
    return with(std::move(files), manifest_path, std::move(text));
}

/// Every value at the top of models.yaml is a record.
Files with_every_record(Files files) {
    files["onnxhub.toml"] += "records = \"*\"\n";
    return files;
}

struct SourceCase {
    std::string rule;
    std::string file;
    int line = 0;
    Files fires;
    Files near_miss;
};

std::vector<SourceCase> source_cases() {
    const Files good = sidecar_hub("author: someone\nopset: 13\n");
    const std::string url = "https://models.example/m.onnx";
    return {
        {"opset-unknown", "a/facts.yaml", 0,
         with(sidecar_hub("author: someone\n"), "a/m.onnx", pointer_to_model()),
         with(good, "a/m.onnx", pointer_to_model())},
        {"sha256-unknown", "models.yaml", 1, record_hub("m:\n  url: " + url + "\n  opset: 13\n"),
         record_hub(record("m", url))},
        {"stated-content-differs", "models.yaml", 1, listed_model(sha256_of("other")),
         listed_model(sha256_of(model_13()))},
        {"stated-ir-differs", "a/facts.yaml", 0, sidecar_hub("ir: 9\n"), sidecar_hub("ir: 7\n")},
        {"entry-fact-differs", manifest_path, 31,
         with_manifest(good, "\"author\": \"someone\"", "\"author\": \"another\""),
         with_manifest(good, "someone", "someone")},
        {"fact-without-source", manifest_path, 31,
         with_manifest(good, "\"author\": \"someone\"", "\"author\": \"someone\", \"task\": \"t\""),
         with_manifest(good, "\"author\": \"someone\"",
                       "\"author\": \"someone\", \"task\": {\"own\": 1}")},
        {"fact-invalid", "a/facts.yaml", 2, sidecar_hub("author: someone\nopset: seventeen\n"),
         good},
        {"facts-contradict", "b.yaml", 2,
         with(
             with(good, "onnxhub.toml",
                  good.at("onnxhub.toml") + "[[source]]\nkind = \"records\"\nfiles = [\"b.yaml\"]\n"
                                            "facts = { path = \"path\", author = \"author\" }\n"),
             "b.yaml", "m: {path: a/m.onnx,\n    author: another}\n"),
         with(
             with(good, "onnxhub.toml",
                  good.at("onnxhub.toml") + "[[source]]\nkind = \"records\"\nfiles = [\"b.yaml\"]\n"
                                            "facts = { path = \"path\", author = \"author\" }\n"),
             "b.yaml", "m: {path: a/m.onnx,\n    author: someone}\n")},
        {"model-undescribed", "b/n.onnx", 0, with(good, "b/n.onnx", model_13()),
         with(good, "b/n.txt", "")},
        {"source-matches-nothing", "onnxhub.toml", 6,
         with(good, "onnxhub.toml",
              good.at("onnxhub.toml") + "[[override]]\npaths = [\"b/**\"]\nopset = 13\n"),
         with(good, "onnxhub.toml",
              good.at("onnxhub.toml") + "[[override]]\npaths = [\"a/**\"]\nopset = 13\n")},
        {"table-row-without-model", "a/README.md", 3, table_hub("[m](m.pth)"),
         table_hub("[m](m.onnx)")},
        {"license-unreadable", "a/LICENSE", 0, with(good, "a/LICENSE", std::string("\0\1", 2)),
         with(good, "a/LICENSE.py", std::string("\0\1", 2))},
        {"license-unknown", "a/LICENSE", 0, with(good, "a/LICENSE", "Do as you please, friends.\n"),
         with(good, "a/code.txt", "Do as you please, friends.\n")},
        {"source-unreadable", "a/facts.yaml", 2, sidecar_hub("author: [\n- x: {\n"), good},
        {"sidecar-without-model", "b/facts.yaml", 0, with(good, "b/facts.yaml", "opset: 13\n"),
         with(good, "b/notes.yaml", "opset: 13\n")},
        {"sidecar-ambiguous", "a/facts.yaml", 0, with(good, "a/n.onnx", model_13()),
         with(good, "a/b/n.onnx", model_13())},
        {"record-incomplete", "models.yaml", 1, with_every_record(record_hub("m: 7\n")),
         with_every_record(record_hub(record("m", url)))},
        {"source-url-unusable", "models.yaml", 2,
         record_hub(record("m", "http://models.example/m.onnx")), record_hub(record("m", url))},
        {"source-url-other-format", "models.yaml", 2,
         record_hub(record("m", "https://models.example/m.zip")), record_hub(record("m", url))},
        {"source-path-clash", "models.yaml", 5,
         record_hub(record("m", url) + record("n", "https://other.example/m.onnx")),
         record_hub(record("m", url) + record("n", "https://other.example/n.onnx"))},
    };
}

std::vector<std::string> places_of(const std::string& rule, const Files& files) {
    HubFiles hub;
    hub.files = files;
    std::vector<std::string> places;
    for (const Finding& finding : validate_files(hub)) {
        if (finding.rule == rule) {
            places.push_back(finding.file + ":" + std::to_string(finding.line));
        }
    }
    return places;
}

TEST(SourceRules, EachFiresInItsCaseAtItsPlace) {
    for (const SourceCase& one : source_cases()) {
        EXPECT_THAT(places_of(one.rule, one.fires),
                    Contains(one.file + ":" + std::to_string(one.line)))
            << one.rule;
    }
}

TEST(SourceRules, NoneFiresOnItsNearMiss) {
    for (const SourceCase& one : source_cases()) {
        EXPECT_TRUE(places_of(one.rule, one.near_miss).empty()) << one.rule;
    }
}

TEST(SourceRules, EachHasACase) {
    std::set<std::string> cases;
    for (const SourceCase& one : source_cases()) cases.insert(one.rule);
    for (const RuleInfo& rule : all_rules()) {
        if (rule.family != "sources") continue;
        EXPECT_TRUE(cases.contains(std::string(rule.id))) << rule.id;
    }
}

TEST(SourceRules, ModelsElsewhereAreNotMissing) {
    HubFiles hub;
    hub.files = record_hub(record("m", "https://models.example/m.onnx"));
    hub.regenerate();
    EXPECT_TRUE(validate_files(hub).empty());
    // Another SHA-256 than the record states.
    std::string& text = hub.manifest();
    text.replace(text.find(std::string(64, 'a')), 1, "b");
    const std::vector<Finding> findings = validate_files(hub);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].rule, "entry-fact-differs");
}

/// Only a download brings the ports back, also those of a model elsewhere.
TEST(SourceRules, AChangeMustNotLoseThePortsOfAModelElsewhere) {
    HubFiles hub;
    hub.files = record_hub(record("m", "https://models.example/m.onnx"));
    hub.files["onnxhub.toml"] += "[validate]\nstale_manifest = \"note\"\n";
    hub.regenerate();
    Entry entry = *hub.document().entries.front().entry;
    entry.io_ports = IoPorts{{{"x", {std::int64_t{4}}, "tensor(float)"}}, {}};
    hub.manifest() = manifest_text({entry_text(to_json(entry))});
    hub.base_manifest = hub.manifest();
    const auto lost_ports = [&] {
        return std::ranges::count(validate_files(hub), "ports-changed-without-model",
                                  &Finding::rule);
    };
    EXPECT_EQ(lost_ports(), 0);
    hub.manifest() = "[]";
    EXPECT_EQ(lost_ports(), 1);
}

TEST(SourceRules, AHubWithSourcesAndItsManifestHasNoFinding) {
    HubFiles hub;
    hub.files = sidecar_hub("author: someone\nopset: 13\n");
    hub.regenerate();
    for (const Finding& finding : validate_files(hub)) {
        ADD_FAILURE() << finding.rule << " " << finding.file << ": " << finding.message;
    }
}

}  // namespace
}  // namespace onnxhub::test
