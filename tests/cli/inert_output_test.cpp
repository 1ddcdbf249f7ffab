// SPDX-License-Identifier: Apache-2.0
// Every destination of untrusted text: terminal, workflow log, summary, comment, report. Names that
// contain commands must be escaped in each of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "tests/support/hub_builder.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

const std::vector<std::string> hostile_names{
    "$(touch pwned)",
    "`touch pwned`",
    "a\n::error::forged",
    "\r::error::forged",
    "##[error]forged",
    "::set-output name=x::y",
    "::stop-commands::x",
    "%0A::warning::forged",
    "<img src=x onerror=alert(1)>",
    "<!-- --><script>alert(1)</script>",
    "[x](http://evil.example)",
    "@team #1 GH-1 https://evil.example",
    "a|b",
    "```\n# forged",
    "${{ github.token }}",
    "\x1b]0;forged\x07\x1b[31m",
    "\xe2\x80\xae"
    "forged",
    "-rf",
    "';touch pwned;'",
};

class InertOutput : public testing::Test {
protected:
    void SetUp() override {
        hub.write("README.md", "| Model Class |\n|-|\n| [a](a) |\n");
        hub.write("a/README.md",
                  "| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n");
        hub.write("ONNX_HUB_MANIFEST.json", "[]");
        hub.commit("Empty");
        Json entries = Json::array();
        for (const std::string& name : hostile_names) {
            if (name.find('/') == name.npos) hub.write("a/" + name + ".onnx", small_model());
            entries.push_back({{"model", name},
                               {"model_path", "a/" + name + ".onnx"},
                               {"onnx_version", name},
                               {"opset_version", 13},
                               {name, name},
                               {"metadata", {{"tags", {name}}, {"model_sha", name}}}});
        }
        hub.write("ONNX_HUB_MANIFEST.json", entries.dump(4));
        hub.write("onnxhub.toml", "[generate]\n'##[error]key' = 1\n");
        hub.commit("Hostile");
    }

    ProgramResult onnxhub(std::vector<std::string> arguments) {
        return run_onnxhub(std::move(arguments), hub.path());
    }

    /// Commands that a workflow's runner or a terminal would obey.
    static void expect_inert(const std::string& text, const std::string& sink,
                             const std::string& allowed_commands = "") {
        SCOPED_TRACE(sink);
        EXPECT_EQ(text.find("##["), text.npos);
        EXPECT_EQ(text.find("\xe2\x80\xae"), text.npos);
        for (const char c : text) {
            ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << +c;
        }
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            const std::size_t begin = line.find_first_not_of(' ');
            if (begin == line.npos || line.compare(begin, 2, "::") != 0) continue;
            ASSERT_FALSE(allowed_commands.empty()) << line;
            EXPECT_THAT(line, testing::ContainsRegex(allowed_commands));
        }
    }

    /// The text without the links to rules that the program itself writes.
    static std::string without_rule_links(const std::string& text) {
        static const std::regex link(
            R"(\]\(https://github\.com/onnxhub/onnxhub/blob/main/docs/rules\.md#[a-z0-9-]+\))");
        return std::regex_replace(text, link, "]");
    }

    /// Outside of code spans, the text must have no markup, mention or link, except to rules.
    static void expect_inert_markdown(const std::string& text, const std::string& sink) {
        expect_inert(text, sink);
        std::istringstream lines(without_rule_links(text));
        for (std::string line; std::getline(lines, line);) {
            std::string plain;
            for (std::size_t at = 0; at < line.size();) {
                const std::size_t fence = line.find('`', at);
                plain += line.substr(at, fence - at);
                if (fence == line.npos) break;
                const std::size_t end = line.find_first_not_of('`', fence);
                const std::string ticks =
                    line.substr(fence, (end == line.npos ? line.size() : end) - fence);
                const std::size_t close = line.find(ticks, fence + ticks.size());
                ASSERT_NE(close, line.npos) << sink << ": " << line;
                at = close + ticks.size();
            }
            for (const char* markup :
                 {"<img", "<script", "<!--", "](http", "@team", "https://evil"}) {
                EXPECT_EQ(plain.find(markup), plain.npos) << sink << ": " << line;
            }
            EXPECT_NE(line, "# forged") << sink;
        }
    }

    RepositoryBuilder hub;
};

TEST_F(InertOutput, ReportsOfEveryFormat) {
    const std::string commands = "^::(error|warning|notice) (file=[^:]*,)?title=[a-z-]+::";
    for (const std::string format : {"text", "json", "sarif", "github", "junit", "markdown"}) {
        const ProgramResult result = onnxhub({"validate", "--format", format, "--verbose"});
        EXPECT_EQ(result.status, 1) << format;
        EXPECT_THAT(result.out, testing::HasSubstr("forged")) << format;
        expect_inert(result.out, format, format == "github" ? commands : "");
        expect_inert(result.err, format + ", standard error");
        if (format == "markdown") expect_inert_markdown(result.out, format);
        if (format == "json" || format == "sarif") {
            EXPECT_FALSE(Json::parse(result.out, nullptr, false).is_discarded()) << format;
        }
    }
    EXPECT_FALSE(fs::exists(hub.path() / "pwned"));
}

TEST_F(InertOutput, ReportsThatWereReadBack) {
    ASSERT_EQ(onnxhub({"validate", "--format", "json", "--output", "report.json"}).status, 1);
    for (const std::string format : {"text", "markdown", "junit"}) {
        const ProgramResult result = onnxhub({"merge", "--format", format, "report.json"});
        EXPECT_EQ(result.status, 1);
        expect_inert(result.out, "merge, " + format);
    }
}

TEST_F(InertOutput, WhatChangedInModels) {
    for (const std::string format : {"text", "markdown", "json"}) {
        const ProgramResult result = onnxhub({"diff", "HEAD~1..HEAD", "--format", format});
        EXPECT_EQ(result.status, 0) << result.err;
        EXPECT_THAT(result.out, testing::HasSubstr("forged")) << format;
        expect_inert(result.out, "diff, " + format);
        expect_inert(result.err, "diff, standard error");
        if (format == "markdown") expect_inert_markdown(result.out, "diff");
    }
}

TEST_F(InertOutput, GeneratedManifestsAndWhatIsSaidOfThem) {
    const ProgramResult result = onnxhub({"generate", "--discover", "--check", "--verbose"});
    EXPECT_EQ(result.status, 1);
    expect_inert(result.out, "generate --check");
    expect_inert(result.err, "generate, standard error");
    const ProgramResult part = onnxhub({"generate", "--discover", "--shard", "1/1"});
    expect_inert(part.out, "generate --shard");
    expect_inert(part.err, "generate --shard, standard error");
}

TEST_F(InertOutput, BranchesFilesAndServersOnTheCommandLine) {
    for (const std::string& name : hostile_names) {
        for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
                 {"validate", "--changed-since=" + name},
                 {"validate", "--changed-since=" + name, "--deepen"},
                 {"diff", "--", name + "...HEAD"},
                 {"generate", "--rev=" + name},
                 {"validate", "--baseline=" + name},
                 {"merge", "--", name},
                 {"list", "--offline", "--hub=" + name},
                 {"generate", "--shard=" + name}}) {
            const ProgramResult result = onnxhub(command);
            expect_inert(result.err, command[0] + " " + name);
        }
    }
    EXPECT_FALSE(fs::exists(hub.path() / "pwned"));
}

TEST_F(InertOutput, ConflictsOfTheMergeDriver) {
    const auto manifest = [](const std::string& value) {
        Json entries = Json::array();
        for (const std::string& name : hostile_names) {
            entries.push_back({{"model", name},
                               {"model_path", "a/" + name},
                               {"onnx_version", value},
                               {"opset_version", 13}});
        }
        return entries.dump(4);
    };
    hub.write("base", manifest("1.7"));
    hub.write("ours", manifest("1.8"));
    hub.write("theirs", manifest("1.9"));
    const ProgramResult result = onnxhub({"merge-driver", "base", "ours", "theirs", "##[error]x"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, testing::HasSubstr("forged"));
    expect_inert(result.err, "merge-driver");
}

}  // namespace
}  // namespace onnxhub::test
