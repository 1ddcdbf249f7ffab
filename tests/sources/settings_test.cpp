// SPDX-License-Identifier: Apache-2.0
#include "sources/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/user_error.h"

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

Settings read(const std::string& toml) {
    Diagnostics diagnostics;
    Settings settings = parse_settings(toml, "onnxhub.toml", diagnostics);
    EXPECT_THAT(diagnostics.all(), IsEmpty());
    return settings;
}

std::string error_of(const std::string& toml) {
    Diagnostics diagnostics;
    try {
        parse_settings(toml, "onnxhub.toml", diagnostics);
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

std::vector<Diagnostic> warnings_of(const std::string& toml) {
    Diagnostics diagnostics;
    parse_settings(toml, "onnxhub.toml", diagnostics);
    return diagnostics.all();
}

TEST(Settings, EveryKeyIsRead) {
    const Settings settings = read(R"(
[generate]
exclude = ["a/**", "*.bak.onnx"]
strip_tags = ["validated"]
[features]
tag = "classification"
[features.tensors]
"VGG 16" = "flatten_70"
ResNet18 = "pool1"
)");
    EXPECT_THAT(settings.exclude, ElementsAre("a/**", "*.bak.onnx"));
    EXPECT_THAT(settings.strip_tags, ElementsAre("validated"));
    EXPECT_EQ(settings.features_tag, "classification");
    EXPECT_THAT(settings.feature_tensors, ElementsAre(testing::Pair("ResNet18", "pool1"),
                                                      testing::Pair("VGG 16", "flatten_70")));
}

TEST(Settings, EveryKeyMayBeLeftOut) {
    const Settings settings = read("# nothing\n");
    EXPECT_THAT(settings.exclude, IsEmpty());
    EXPECT_THAT(settings.strip_tags, IsEmpty());
    EXPECT_THAT(settings.feature_tensors, IsEmpty());
    EXPECT_FALSE(settings.features_tag);
}

TEST(Settings, MisspelledKeyIsAWarningWithTheRightOne) {
    const auto warnings = warnings_of("[generate]\nexclude = []\nstrip_tag = []\n");
    ASSERT_EQ(warnings.size(), 1u);
    EXPECT_EQ(warnings[0].severity, Severity::warning);
    EXPECT_EQ(warnings[0].file, "onnxhub.toml");
    EXPECT_EQ(warnings[0].line, 3);
    EXPECT_EQ(warnings[0].message, "unknown key \"generate.strip_tag\"");
    EXPECT_EQ(warnings[0].hint, "did you mean \"strip_tags\"?");
}

TEST(Settings, UnknownKeysAreToldInTheOrderOfTheFile) {
    const auto warnings = warnings_of("zebra = 1\nape = 2\n[generate]\njobs = 3\n");
    ASSERT_EQ(warnings.size(), 3u);
    EXPECT_EQ(warnings[0].message, "unknown key \"zebra\"");
    EXPECT_EQ(warnings[1].message, "unknown key \"ape\"");
    EXPECT_EQ(warnings[2].message, "unknown key \"generate.jobs\"");
    EXPECT_EQ(warnings[2].hint,
              "the known keys are exclude, strip_tags, discover, repository, root_license, opsets");
}

TEST(Settings, WrongTypesAreErrorsAtTheirLine) {
    const std::pair<const char*, const char*> cases[] = {
        {"generate = 1", "onnxhub.toml:1: \"generate\" is not a table"},
        {"\n[generate]\nexclude = \"a\"", "onnxhub.toml:3: generate.exclude is not a list"},
        {"[generate]\nexclude = [\n\"a\",\n2]",
         "onnxhub.toml:4: an element of generate.exclude is not a string"},
        {"[generate]\nstrip_tags = [\"\"]",
         "onnxhub.toml:2: an element of generate.strip_tags is empty"},
        {"[features]\ntag = 1", "onnxhub.toml:2: features.tag is not a string"},
        {"[features]\ntensors = []", "onnxhub.toml:2: \"features.tensors\" is not a table"},
        {"[features.tensors]\n\"VGG 16\" = 3",
         "onnxhub.toml:2: features.tensors.\"VGG 16\" is not a string"},
    };
    for (const auto& [toml, message] : cases) {
        EXPECT_THAT(error_of(toml), StartsWith(message));
        EXPECT_THAT(error_of(toml), HasSubstr("; ")) << "no hint";
    }
}

TEST(Settings, WhatIsNoTomlIsAnErrorWithLineAndColumn) {
    const std::string error = error_of("[generate]\nexclude = [\"a\"\nx");
    EXPECT_THAT(error, StartsWith("onnxhub.toml:3: not TOML at column 1: "));
}

TEST(Settings, HostileFilesAreErrors) {
    EXPECT_NE(error_of("a = " + std::string(100'000, '[')), "");
    std::string deep = "a";
    for (int i = 0; i < 200'000; ++i) deep += ".a";
    EXPECT_NE(error_of(deep + " = 1"), "");
    EXPECT_NE(error_of("\xff\xfe"), "");
    EXPECT_NE(error_of(std::string("a = \"\0\"", 7)), "");
    EXPECT_NE(error_of("[generate]\n[generate]\n"), "");
    EXPECT_THAT(error_of("\"\x1b[31m"), testing::Not(HasSubstr("\x1b")));
}

TEST(Settings, DiscoverIsTrueOrFalse) {
    EXPECT_FALSE(read("").discover);
    EXPECT_TRUE(read("[generate]\ndiscover = true\n").discover);
    EXPECT_THAT(error_of("[generate]\ndiscover = \"yes\"\n"),
                "onnxhub.toml:2: generate.discover is not true or false; write discover = "
                "true");
}

TEST(Settings, RepositoryIsTheAddressOfARepository) {
    EXPECT_FALSE(read("").repository);
    const Settings settings = read("[generate]\nrepository = \"https://github.com/Org/Hub.git\"\n");
    ASSERT_TRUE(settings.repository);
    EXPECT_EQ(settings.repository->path, "org/hub");
    EXPECT_EQ(error_of("[generate]\nrepository = \"github.com/org\"\n"),
              "onnxhub.toml:2: generate.repository is \"github.com/org\", not the address of a "
              "repository; write \"https://HOST/OWNER/NAME\"");
}

TEST(Settings, IgnoredRulesHaveRulePathAndReason) {
    const Settings settings = read(R"(
[[validate.ignore]]
rule = "row-archive-missing"
path = "old/**"
reason = "lost in 2020"

[[validate.ignore]]
rule = "graph"
path = "**"
reason = "not ours"
)");
    EXPECT_THAT(settings.ignored_rules,
                ElementsAre(IgnoredRule{"row-archive-missing", "old/**", "lost in 2020", 2},
                            IgnoredRule{"graph", "**", "not ours", 7}));
}

TEST(Settings, AnIgnoredRuleWithoutAReasonIsAnError) {
    EXPECT_THAT(error_of("[[validate.ignore]]\nrule = \"graph\"\npath = \"**\"\n"),
                StartsWith("onnxhub.toml:1: validate.ignore lacks the key \"reason\"; add reason"));
    EXPECT_THAT(error_of("[[validate.ignore]]\nrule = \"x\"\npath = \"**\"\nreason = \"\"\n"),
                "onnxhub.toml:4: validate.ignore.reason is empty; remove the key");
    EXPECT_THAT(error_of("[validate]\nignore = 1\n"),
                "onnxhub.toml:2: validate.ignore is not a list of tables; write "
                "[[validate.ignore]] with its keys below");
}

TEST(SettingsOfPeeks, MirrorsAreAddressesOfServers) {
    Diagnostics diagnostics;
    const Settings settings =
        parse_settings("[peek]\nmirrors = [\"https://example.org/hub/\", \"hf://zoo\"]\n",
                       "onnxhub.toml", diagnostics);
    EXPECT_EQ(settings.peek_mirrors,
              (std::vector<std::string>{"https://example.org/hub/", "hf://zoo"}));
    EXPECT_THAT(error_of("[peek]\nmirrors = [\"ftp://example.org\"]\n"),
                HasSubstr("onnxhub.toml:2: peek.mirrors has \"ftp://example.org\", not the address "
                          "of a server; write \"https://HOST/FOLDER/\" or \"hf://ORGANIZATION\""));
}

TEST(SettingsOfPeeks, MirrorsAreBounded) {
    const auto error_with = [](int count, std::size_t length) {
        std::string mirrors;
        for (int i = 0; i < count; ++i) {
            mirrors += "\"hf://" + std::string(length - 5, 'x') + "\", ";
        }
        const std::string toml = "[peek]\nmirrors = [" + mirrors + "]\n";
        Diagnostics diagnostics;
        try {
            parse_settings(toml, "onnxhub.toml", diagnostics);
        } catch (const UserError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(error_with(16, 2048), "");
    EXPECT_THAT(error_with(17, 10), HasSubstr("peek.mirrors has more than 16 servers"));
    EXPECT_THAT(error_with(1, 2049), HasSubstr("not the address of a server"));
}

}  // namespace
}  // namespace onnxhub
