// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/command_list.h"
#include "tests/support/program.h"
#include "tests/support/repository_builder.h"

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Paths = Completion::Paths;

class FixedNames : public CompletionNames {
public:
    std::vector<std::string> models(const std::optional<std::string>& hub) override {
        asked = hub.value_or("the default");
        return listed;
    }
    std::vector<std::string> tags(const std::optional<std::string>& hub) override {
        asked = hub.value_or("the default");
        return {"vision", "text"};
    }
    std::vector<std::string> hubs() override { return {"company"}; }
    std::vector<std::string> refs() override { return {"main", "origin/main", "v1"}; }
    std::vector<std::string> rules() override { return {"digest-mismatch", "files"}; }

    std::vector<std::string> listed = {"MNIST", "ResNet50"};
    std::string asked;
};

class CompletionTest : public testing::Test {
protected:
    Completion completed(const std::vector<std::string>& arguments) {
        static const CommandDescription program = describe_program();
        return complete(program, arguments, names);
    }
    std::vector<std::string> words(const std::vector<std::string>& arguments) {
        std::vector<std::string> all;
        for (const Candidate& candidate : completed(arguments).candidates) {
            all.push_back(candidate.word);
        }
        return all;
    }

    FixedNames names;
};

TEST_F(CompletionTest, CommandsAndTheirHelp) {
    const Completion completion = completed({"valid"});
    ASSERT_EQ(completion.candidates.size(), 1u);
    EXPECT_EQ(to_text(completion),
              "none\nvalidate\tCheck a repository and its manifest, and report findings\n");
    EXPECT_THAT(words({"cache", "p"}), ElementsAre("prune"));
    EXPECT_THAT(words({"unknown", "x"}), IsEmpty());
    EXPECT_THAT(words({}), IsEmpty());
}

TEST_F(CompletionTest, OptionsOfTheCommandAndOfTheProgram) {
    EXPECT_THAT(words({"load", "--of"}), ElementsAre("--offline"));
    EXPECT_THAT(words({"load", "--message"}), ElementsAre("--message-format"));
    EXPECT_THAT(words({"--message-format", "js"}), ElementsAre("json"));
    EXPECT_THAT(words({"validate", "--message-format", "json", "--format", "j"}),
                ElementsAre("json", "junit"));
    EXPECT_THAT(words({"validate", "--format=j"}), ElementsAre("--format=json", "--format=junit"));
    EXPECT_THAT(words({"validate", "--unknown=j"}), IsEmpty());
    EXPECT_THAT(words({"load", "--", "--of"}), IsEmpty()) << "options end at --";
}

TEST_F(CompletionTest, ModelsOfTheNamedHub) {
    EXPECT_THAT(words({"load", ""}), ElementsAre("MNIST", "ResNet50"));
    EXPECT_EQ(names.asked, "the default");
    EXPECT_THAT(words({"load", "--hub", "./a", "--quiet", "MNIST", "Res"}),
                ElementsAre("ResNet50"));
    EXPECT_EQ(names.asked, "./a");
    EXPECT_THAT(words({"info", "--hub=./b", "M"}), ElementsAre("MNIST"));
    EXPECT_EQ(names.asked, "./b");
    EXPECT_THAT(words({"info", "MNIST", ""}), IsEmpty()) << "it takes one name";
    EXPECT_THAT(words({"bundle", "create", "--from", "./c", "--tag", "v"}), ElementsAre("vision"));
    EXPECT_EQ(names.asked, "./c");
    EXPECT_THAT(words({"load", "--", "Res"}), ElementsAre("ResNet50"));
}

TEST_F(CompletionTest, RulesRefsHubsAndPaths) {
    EXPECT_THAT(words({"validate", "--ignore", ""}), ElementsAre("digest-mismatch", "files"));
    EXPECT_THAT(words({"generate", "--rev", "o"}), ElementsAre("origin/main"));
    EXPECT_THAT(words({"diff", "m"}), ElementsAre("main"));
    EXPECT_THAT(words({"diff", "main...v"}), ElementsAre("main...v1"));
    EXPECT_THAT(words({"list", "--hub", "c"}), ElementsAre("company"));
    EXPECT_EQ(completed({"list", "--hub", ""}).paths, Paths::folders);
    EXPECT_EQ(completed({"serve", ""}).paths, Paths::folders);
    EXPECT_EQ(completed({"validate", "--output=r"}).paths, Paths::files);
    EXPECT_EQ(completed({"inspect", ""}).paths, Paths::files);
    EXPECT_EQ(completed({"load", ""}).paths, Paths::none);
}

TEST_F(CompletionTest, NamesThatNoShellCanShowAreLeftOut) {
    names.listed = {"a\nb", "a\tb", "a\x1b[2J", "a\xff", "a\u202e", "--trust", "", "a b", "a$(b)"};
    EXPECT_THAT(words({"load", ""}), ElementsAre("a b", "a$(b)"));
    names.listed.assign(30'000, "many");
    EXPECT_EQ(words({"load", ""}).size(), 10'000u);
}

TEST(CommandDescriptionTest, HasWhatHelpShows) {
    const CommandDescription program = describe_program();
    const auto cache = std::ranges::find(program.commands, "cache", &CommandDescription::name);
    ASSERT_NE(cache, program.commands.end());
    const CommandDescription& list = cache->commands.at(1);
    EXPECT_EQ(list.name, "list");
    const auto format = std::ranges::find(list.options, std::vector<std::string>{"--format"},
                                          &OptionDescription::names);
    ASSERT_NE(format, list.options.end());
    EXPECT_EQ(format->value, "table|json") << "without the text of the check";
    EXPECT_THAT(format->choices(), ElementsAre("table", "json"));
    EXPECT_THAT((OptionDescription{{"-o"}, "FILE|-", ""}.choices()), IsEmpty());
    EXPECT_TRUE((OptionDescription{{"-q"}, "", ""}.is_flag()));
}

TEST(CompletionProgram, IsSilentAboutWhatItCannotRead) {
    test::RepositoryBuilder hub;
    hub.write("ONNX_HUB_MANIFEST.json", "[{").commit("One");
    const auto broken = test::run_onnxhub({"__complete", "load", "--hub", ".", ""}, hub.path());
    EXPECT_EQ(broken.status, 0);
    EXPECT_EQ(broken.out, "none\n");
    EXPECT_EQ(broken.err, "");
    const auto refs = test::run_onnxhub({"__complete", "generate", "--rev", ""}, hub.path());
    EXPECT_EQ(refs.out, "none\nmain\n");
    const auto script = test::run_onnxhub({"completion", "bash"}, hub.path());
    EXPECT_THAT(script.out, HasSubstr("complete -F _onnxhub onnxhub"));
    EXPECT_EQ(test::run_onnxhub({"completion", "csh"}, hub.path()).status, 2);
    const auto help = test::run_onnxhub({"--help"}, hub.path());
    EXPECT_THAT(help.out, Not(HasSubstr("__complete")));
}

}  // namespace
}  // namespace onnxhub
