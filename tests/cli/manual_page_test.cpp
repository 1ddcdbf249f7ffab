// SPDX-License-Identifier: Apache-2.0
#include "cli/manual_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/user_error.h"

namespace onnxhub {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ManualPage, TextIsNoMarkup) {
    EXPECT_EQ(roff_line(".SH it's"), "\\&.SH it\\(aqs");
    EXPECT_EQ(roff_text("'br"), "\\(aqbr");
    EXPECT_EQ(roff_text("a\\fB--x\n.y"), "a\\efB\\-\\-x .y");
    EXPECT_EQ(roff_text("`^~"), "\\(ga\\(ha\\(ti");
}

TEST(ManualPage, OfACommand) {
    const CommandDescription command{
        "list",
        "List models",
        {{{"-o", "--output"}, "FILE", "Write this file"}, {{"--x"}, "", "A flag"}},
        {{{}, "[NAME]", "Only this one"}},
        {}};
    EXPECT_EQ(command_page(command, "1.2"),
              ".TH ONNXHUB-LIST 1 \"\" \"onnxhub 1.2\" \"onnxhub manual\"\n.nh\n.ad l\n"
              ".SH NAME\nonnxhub\\-list \\- List models\n"
              ".SH SYNOPSIS\n\\fBonnxhub list\\fR [\\fIoptions\\fR] \\fI[NAME]\\fR\n"
              ".SH DESCRIPTION\nList models.\n"
              ".SH ARGUMENTS\n.TP\n\\fI[NAME]\\fR\nOnly this one\n"
              ".SH OPTIONS\n.TP\n\\fB\\-o\\fR, \\fB\\-\\-output\\fR \\fIFILE\\fR\nWrite this file\n"
              ".TP\n\\fB\\-\\-x\\fR\nA flag\n"
              ".SH GLOBAL OPTIONS\nSee \\fBonnxhub\\fR(1).\n"
              ".SH EXIT STATUS\n.TP\n0\nSuccess, nothing to report.\n"
              ".TP\n1\nFindings, differences, or invalid entries.\n"
              ".TP\n2\nWrong usage, unusable input, or nothing to work on.\n"
              ".TP\n130\nInterrupted; files are unchanged.\n"
              ".SH SEE ALSO\n\\fBonnxhub\\fR(1), \\fBonnxhub.toml\\fR(5)\n");
}

TEST(ManualPage, OfTheSettings) {
    const std::string page = settings_page(
        "# Settings\n<!-- comment -->\n\nRead `x` and [a page](a.md).\n\n"
        "| key | value | meaning |\n|---|---|---|\n| `a.b` | text | a \\| b |\n\n"
        "- one\n\n## More\n\n```toml\n.x = \"\\\\\"\n```\n",
        "1.2");
    EXPECT_THAT(page, HasSubstr("Read \\fBx\\fR and a page.\n"));
    EXPECT_THAT(page, HasSubstr(".TP\n\\fB\\fBa.b\\fR\\fR\n\\fItext\\fR.\na | b.\n"));
    EXPECT_THAT(page, HasSubstr(".IP \\(bu 2\none\n"));
    EXPECT_THAT(page, HasSubstr(".SS More\n"));
    EXPECT_THAT(page, HasSubstr("\\&.x = \"\\e\\e\"\n"));
    EXPECT_THAT(page, Not(HasSubstr("comment")));
    EXPECT_THROW(settings_page("> quote\n", "1.2"), UserError);
}

}  // namespace
}  // namespace onnxhub
