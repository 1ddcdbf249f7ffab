// SPDX-License-Identifier: Apache-2.0
#include "sources/source_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/user_error.h"
#include "sources/settings.h"

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::StartsWith;

Settings read_sources(const std::string& toml) {
    Diagnostics diagnostics;
    Settings settings = parse_settings(toml, "onnxhub.toml", diagnostics);
    EXPECT_THAT(diagnostics.all(), IsEmpty());
    return settings;
}

std::string source_error(const std::string& toml) {
    Diagnostics diagnostics;
    try {
        parse_settings(toml, "onnxhub.toml", diagnostics);
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

std::vector<Diagnostic> source_warnings(const std::string& toml) {
    Diagnostics diagnostics;
    parse_settings(toml, "onnxhub.toml", diagnostics);
    return diagnostics.all();
}

TEST(SourceSettings, FilesHavePatternAndTemplates) {
    const Settings settings = read_sources(R"(
[[source]]
kind = "files"
paths = ["models/**/*.onnx", "more/*.onnx"]
pattern = 'models/(?P<task>[^/]+)/(?P<stem>.+?)(?:_(?P<variant>int8))?\.onnx'
name = "{stem}{-variant}"
tags = ["{task:_}", "{folder[-1]}"]
distinguish = ["{path}"]
)");
    ASSERT_EQ(settings.sources.size(), 1u);
    const SourceSettings& source = settings.sources[0];
    EXPECT_EQ(source.kind, SourceKind::files);
    EXPECT_EQ(source.line, 2);
    EXPECT_THAT(source.paths, ElementsAre("models/**/*.onnx", "more/*.onnx"));
    EXPECT_EQ(source.pattern,
              R"(models/(?P<task>[^/]+)/(?P<stem>.+?)(?:_(?P<variant>int8))?\.onnx)");
    EXPECT_EQ(source.name, "{stem}{-variant}");
    EXPECT_THAT(source.tags, ElementsAre("{task:_}", "{folder[-1]}"));
    EXPECT_THAT(source.distinguish, ElementsAre("{path}"));
}

TEST(SourceSettings, SidecarsAndRecordsHaveFacts) {
    const Settings settings = read_sources(R"(
[[source]]
kind = "sidecar"
files = ["**/stats.yaml"]
facts = { name = "model_name", opset = "onnx.opset" }
tags = ["{opset}"]

[[source]]
kind = "sidecar"
files = ["*.json"]
model = "{stem}.onnx"

[[source]]
kind = "records"
files = ["models.yaml"]
records = "onnxruntime.**"
facts = { url = "model_dir", sha256 = 'meta."v1.0".SHA256' }
name = "{key}"

[[source]]
kind = "records"
files = ["all.json"]
facts = { path = "file" }
)");
    ASSERT_EQ(settings.sources.size(), 4u);
    EXPECT_EQ(settings.sources[0].kind, SourceKind::sidecar);
    EXPECT_EQ(settings.sources[0].model, "*.onnx");
    EXPECT_THAT(settings.sources[0].facts,
                ElementsAre(Pair(Fact::name, "model_name"), Pair(Fact::opset, "onnx.opset")));
    EXPECT_EQ(settings.sources[1].model, "{stem}.onnx");
    EXPECT_EQ(settings.sources[2].kind, SourceKind::records);
    EXPECT_EQ(settings.sources[2].records, "onnxruntime.**");
    EXPECT_THAT(settings.sources[2].facts, ElementsAre(Pair(Fact::url, "model_dir"),
                                                       Pair(Fact::sha256, "meta.\"v1.0\".SHA256")));
    EXPECT_EQ(settings.sources[3].records, "**");
}

TEST(SourceSettings, OverridesStateFacts) {
    const Settings settings = read_sources(R"(
[[override]]
paths = ["text/*.onnx"]
opset = 11
onnx_version = "1.6"
license = "MIT"
[[override]]
paths = ["a.onnx"]
name = "A"
tags = []
test_data = "data/a.tar.gz"
author = "me"
task = "t"
description = "d"
parameters = 0
)");
    ASSERT_EQ(settings.overrides.size(), 2u);
    const SourceOverride& first = settings.overrides[0];
    EXPECT_EQ(first.line, 2);
    EXPECT_THAT(first.paths, ElementsAre("text/*.onnx"));
    EXPECT_EQ(first.opset, 11);
    EXPECT_EQ(first.onnx_version, "1.6");
    EXPECT_EQ(first.about.license, "MIT");
    EXPECT_FALSE(first.tags);
    const SourceOverride& second = settings.overrides[1];
    EXPECT_EQ(second.name, "A");
    ASSERT_TRUE(second.tags);
    EXPECT_THAT(*second.tags, IsEmpty());
    EXPECT_EQ(second.test_data, "data/a.tar.gz");
    EXPECT_EQ(second.about.parameters, 0u);
}

TEST(SourceSettings, RootLicenseIsAKeyOfGenerate) {
    EXPECT_FALSE(read_sources("").root_license);
    EXPECT_TRUE(read_sources("[generate]\nroot_license = true\n").root_license);
}

TEST(SourceSettings, UnknownKeysAreWarningsWithTheMostSimilarKeyOfTheKind) {
    const auto warnings = source_warnings(R"([[source]]
kind = "files"
paths = ["*.onnx"]
patern = 'x'
facts = { name = "n" }
[[override]]
paths = ["*"]
opset = 1
licence = "MIT"
)");
    ASSERT_EQ(warnings.size(), 3u);
    EXPECT_EQ(to_text(warnings[0]),
              "onnxhub.toml:4: unknown key \"source.patern\"; did you mean \"pattern\"?");
    EXPECT_EQ(to_text(warnings[1]),
              "onnxhub.toml:5: unknown key \"source.facts\"; the known keys are kind, paths, "
              "pattern, name, tags, distinguish");
    EXPECT_EQ(to_text(warnings[2]),
              "onnxhub.toml:9: unknown key \"override.licence\"; did you mean \"license\"?");
    const auto fact = source_warnings(
        "[[source]]\nkind = \"sidecar\"\nfiles = [\"*.yaml\"]\nfacts = { opsett = \"o\" }\n");
    ASSERT_EQ(fact.size(), 1u);
    EXPECT_EQ(to_text(fact[0]),
              "onnxhub.toml:4: unknown key \"source.facts.opsett\"; did you mean \"opset\"?");
}

std::string source(const std::string& kind, const std::string& keys) {
    return "[[source]]\nkind = \"" + kind + "\"\n" + keys + "\n";
}

TEST(SourceSettings, MistakesAreErrorsAtTheirLineWithARemedy) {
    const std::pair<std::string, std::string> cases[] = {
        {"source = 1", ":1: source is not a list of tables; write [[source]]"},
        {"[[source]]\npaths = [\"*\"]", ":1: source lacks the key \"kind\"; add kind"},
        {source("sidecars", "files = [\"*\"]"),
         ":2: source.kind is \"sidecars\"; did you mean \"sidecar\"?"},
        {source("git", "files = [\"*\"]"),
         ":2: source.kind is \"git\"; write one of tables, files, sidecar, records, links"},
        {source("files", ""), ":1: source lacks the key \"paths\"; add paths = "},
        {source("sidecar", ""), ":1: source lacks the key \"files\"; add files = "},
        {source("files", "paths = []"), ":3: source.paths is empty; "},
        {source("files", "paths = \"*\""), ":3: source.paths is not a list; "},
        {source("files", "paths = [\"a\",\n\"../*.onnx\"]"),
         ":4: source.paths \"../*.onnx\" has a segment \".\" or \"..\"; "},
        {source("files", "paths = [\"*\"]\npattern = '('"),
         ":4: source.pattern is not a regular expression of RE2: missing ): (; correct it"},
        {source("files", "paths = [\"*\"]\npattern = '(?=a)'"),
         ":4: source.pattern is not a regular expression of RE2: "},
        {source("files", "paths = [\"*\"]\npattern = '(?P<a>x)(?P<a>y)'"),
         ":4: source.pattern has two groups with the same name; "},
        {source("files", "paths = [\"*\"]\nname = \"{stm}\""),
         ":4: source.name \"{stm}\" is not a template: unknown name \"stm\" at column 2; did you "
         "mean \"stem\"?"},
        {source("files", "paths = [\"*\"]\ntags = [\"a\",\n\"{key}\"]"),
         ":5: source.tags \"{key}\" is not a template: unknown name \"key\" at column 2; "},
        {source("sidecar", "files = [\"*\"]\nmodel = \"{name}\""),
         ":4: source.model \"{name}\" is not a template: "},
        {source("sidecar", "files = [\"*\"]\nmodel = \"../x.onnx\""),
         ":4: source.model \"../x.onnx\" has a segment"},
        {source("sidecar", "files = [\"*\"]\nfacts = { url = \"u\" }"),
         ":4: source.facts.url has no meaning for a sidecar; "},
        {source("sidecar", "files = [\"*\"]\nfacts = { opset = 3 }"),
         ":4: source.facts.opset is not a string; "},
        {source("sidecar", "files = [\"*\"]\nfacts = { opset = \"a..b\" }"),
         ":4: source.facts.opset has an empty key; "},
        {source("sidecar", "files = [\"*\"]\nfacts = { opset = \"a.*\" }"),
         ":4: source.facts.opset has the wildcard \"*\"; "},
        {source("sidecar", "files = [\"*\"]\nfacts = { opset = 'a.\"b' }"),
         ":4: source.facts.opset has a quote without its partner around a key; "},
        {source("records", "files = [\"*\"]"), ":1: source lacks the key \"facts\"; add facts"},
        {source("records", "files = [\"*\"]\nfacts = { name = \"n\" }"),
         ":4: source.facts names neither \"url\" nor \"path\"; "},
        {source("tables", "") + source("tables", ""),
         ":4: a second [[source]] reads the official tables; "},
        {"override = 1", ":1: override is not a list of tables; write [[override]]"},
        {"[[override]]\nopset = 1", ":1: override lacks the key \"paths\"; add paths"},
        {"[[override]]\npaths = [\"*\"]", ":1: override states no fact; "},
        {"[[override]]\npaths = [\"*\"]\nopset = 0",
         ":3: override.opset is not an integer from 1 to 1000; "},
        {"[[override]]\npaths = [\"*\"]\nopset = 1001", ":3: override.opset is not an integer"},
        {"[[override]]\npaths = [\"*\"]\nopset = \"7\"", ":3: override.opset is not an integer"},
        {"[[override]]\npaths = [\"*\"]\nparameters = -1", ":3: override.parameters is not an int"},
        {"[[override]]\npaths = [\"*\"]\nonnx_version = 1.9",
         ":3: override.onnx_version is not a string; put it in quotes"},
        {"[[override]]\npaths = [\"*\"]\nonnx_version = \"v1\"",
         ":3: override.onnx_version \"v1\" is not a version of ONNX; "},
        {"[[override]]\npaths = [\"*\"]\ntest_data = \"../x.tar.gz\"",
         ":3: override.test_data can't be used: its path "},
    };
    for (const auto& [toml, message] : cases) {
        const std::string error = source_error(toml);
        EXPECT_THAT(error, StartsWith("onnxhub.toml" + message)) << toml;
        EXPECT_THAT(error, HasSubstr("; ")) << "no remedy";
    }
}

TEST(SourceSettings, CountsAndSizesAreBounded) {
    const auto repeated = [](const std::string& text, std::size_t count) {
        std::string all;
        for (std::size_t i = 0; i < count; ++i) all += text;
        return all;
    };
    const std::string one = source("files", "paths = [\"*\"]");
    EXPECT_EQ(source_error(repeated(one, source_limit)), "");
    EXPECT_THAT(source_error(repeated(one, source_limit + 1)),
                HasSubstr("more than 64 [[source]]"));
    const std::string fact = "[[override]]\npaths = [\"*\"]\nopset = 1\n";
    EXPECT_EQ(source_error(repeated(fact, override_limit)), "");
    EXPECT_THAT(source_error(repeated(fact, override_limit + 1)), HasSubstr("more than 1000 [["));
    const auto with_globs = [&](std::size_t count) {
        return source("files", "paths = [" + repeated("\"*\",", count) + "]");
    };
    EXPECT_EQ(source_error(with_globs(source_list_limit)), "");
    EXPECT_THAT(source_error(with_globs(source_list_limit + 1)),
                HasSubstr("has over 100 elements"));
    const auto with_glob = [](std::size_t size) {
        return source("files", "paths = [\"" + std::string(size, 'a') + "\"]");
    };
    EXPECT_EQ(source_error(with_glob(glob_size_limit)), "");
    EXPECT_THAT(source_error(with_glob(glob_size_limit + 1)), HasSubstr("longer than 1024 bytes"));
    const auto with_pattern = [](const std::string& pattern) {
        return source_error(source("files", "paths = [\"*\"]\npattern = '" + pattern + "'"));
    };
    EXPECT_EQ(with_pattern(std::string(1024, 'a')), "");
    EXPECT_THAT(with_pattern(std::string(1025, 'a')), HasSubstr("is longer than 1024 bytes"));
    EXPECT_NE(with_pattern("((((a{30}){30}){30}){30}){30}"), "");
    EXPECT_THAT(with_pattern("(a{100}){100}"), HasSubstr(":4: source.pattern is "));
    EXPECT_THAT(with_pattern(repeated("(a)", 33)), HasSubstr("has over 32 groups"));
    EXPECT_EQ(with_pattern(repeated("(a)", 32)), "");
}

}  // namespace
}  // namespace onnxhub
