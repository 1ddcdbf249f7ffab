// SPDX-License-Identifier: Apache-2.0
#include "manifest/diagnostic.h"
#include "base/escaping.h"

#include <gtest/gtest.h>

#include <string>

using namespace std::string_literals;

namespace onnxhub {
namespace {

Diagnostic diagnostic(Severity severity, std::string message) {
    return {severity, "a-rule", "README.md", 3, std::move(message), ""};
}

TEST(DiagnosticText, HasFileLineMessageAndHint) {
    EXPECT_EQ(to_text({Severity::error, "r", "a/README.md", 7, "no link", "add one"}),
              "a/README.md:7: no link; add one");
    EXPECT_EQ(to_text({Severity::note, "r", "a/README.md", 7, "no link", ""}),
              "a/README.md:7: no link");
    EXPECT_EQ(to_text({Severity::error, "r", "a/README.md", 0, "no table", ""}),
              "a/README.md: no table");
}

TEST(DiagnosticText, IsOneLineWhateverItQuotes) {
    EXPECT_EQ(to_text({Severity::error, "r", "a\nb", 1, "x\x1b[31m", "y\r\n"}),
              R"(a\x0ab:1: x\x1b[31m; y\x0d\x0a)");
}

TEST(Diagnostics, HasErrorsOnlyWhenOneIs) {
    Diagnostics diagnostics;
    EXPECT_TRUE(diagnostics.empty());
    EXPECT_FALSE(diagnostics.has_errors());
    diagnostics.report(diagnostic(Severity::note, "n"));
    diagnostics.report(diagnostic(Severity::warning, "w"));
    EXPECT_FALSE(diagnostics.has_errors());
    EXPECT_FALSE(diagnostics.empty());
    diagnostics.report(diagnostic(Severity::error, "e"));
    EXPECT_TRUE(diagnostics.has_errors());
}

TEST(Diagnostics, AppendsInOrder) {
    Diagnostics first;
    first.report(diagnostic(Severity::note, "1"));
    Diagnostics second;
    second.report(diagnostic(Severity::error, "2"));
    second.report(diagnostic(Severity::note, "3"));
    first.append(std::move(second));
    first.append(Diagnostics());
    ASSERT_EQ(first.all().size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(first.all()[i].message, std::to_string(i + 1));
    }
    EXPECT_TRUE(first.has_errors());
}

TEST(Printable, KeepsTextThatIsSafeToShow) {
    for (const char* text : {"", "plain ~ text", "R\u00e9sNet", "\u6a21\u578b", "\U0001f600",
                             "C:\\folder", "\u00a0", "\u2027\u202f\u2065\u206a"}) {
        EXPECT_EQ(printable(text), text);
    }
}

TEST(Printable, EscapesControlCharacters) {
    EXPECT_EQ(printable("a\0b\x01\t\n\r\x1f\x7f"s), R"(a\x00b\x01\x09\x0a\x0d\x1f\x7f)");
    EXPECT_EQ(printable("\x1b]0;title\x07"), R"(\x1b]0;title\x07)");
    EXPECT_EQ(printable("\u0080\u009b31m\u009f"), R"(\xc2\x80\xc2\x9b31m\xc2\x9f)");
}

TEST(Printable, EscapesMarksThatTurnTextAround) {
    EXPECT_EQ(printable("\u202a\u202e"), R"(\xe2\x80\xaa\xe2\x80\xae)");
    EXPECT_EQ(printable("\u2066\u2069"), R"(\xe2\x81\xa6\xe2\x81\xa9)");
    EXPECT_EQ(printable("a\u2028b\u2029"), R"(a\xe2\x80\xa8b\xe2\x80\xa9)");
}

TEST(Printable, EscapesBytesThatAreNotUtf8AndGoesOn) {
    EXPECT_EQ(printable("a\xff\xfe z"), R"(a\xff\xfe z)");
    EXPECT_EQ(printable("\xc3"), R"(\xc3)");
    EXPECT_EQ(printable("\xe2\x82x\u00e9"), "\\xe2\\x82x\u00e9");
    EXPECT_EQ(printable("\xed\xa0\x80"), R"(\xed\xa0\x80)");
    EXPECT_EQ(printable("\xc0\xaf"), R"(\xc0\xaf)");
}

}  // namespace
}  // namespace onnxhub
