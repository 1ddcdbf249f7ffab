// SPDX-License-Identifier: Apache-2.0
#include "validator/finding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "validator/finding_list.h"

namespace onnxhub {
namespace {

Finding finding(std::string rule, std::string file, std::string subject, std::string message) {
    Finding result;
    result.rule = std::move(rule);
    result.file = std::move(file);
    result.subject = std::move(subject);
    result.message = std::move(message);
    return result;
}

Finding finding_with_key(std::string rule, std::string file, std::string subject, std::string about,
                         std::string key) {
    Finding result = finding(std::move(rule), std::move(file), std::move(subject), "wrong");
    result.about = std::move(about);
    result.key = std::move(key);
    return result;
}

// More than a block of check_each().
TEST(CheckEach, FindingsAreInTheOrderOfTheIndexes) {
    RuleInfo rule;
    rule.id = "rule";
    FindingList findings;
    check_each(2'500, 4, findings, [&](std::size_t i, FindingList& found) {
        if (i % 3 == 0) found.report(rule, {std::to_string(i)}, "wrong", "");
        if (i % 3 == 1) found.skip(rule, not_downloaded);
    });
    ASSERT_EQ(findings.findings().size(), 834u);
    for (std::size_t i = 0; i < findings.findings().size(); ++i) {
        ASSERT_EQ(findings.findings()[i].file, std::to_string(3 * i));
    }
    ASSERT_EQ(findings.unchecked().size(), 1u);
    EXPECT_EQ(findings.unchecked().front().count, 833u);
}

TEST(Fingerprints, StayWhenLinesMessagesAndSeveritiesChange) {
    Finding before = finding("rule", "file", "ResNet", "wrong");
    Finding after = before;
    after.line = 70;
    after.column = 3;
    after.severity = Severity::note;
    after.message = "in other words";
    after.hint = "other advice";
    after.source_line = "other text";
    EXPECT_EQ(fingerprints({before}), fingerprints({after}));
    EXPECT_NE(message_fingerprints({before}), message_fingerprints({after}));
}

TEST(Fingerprints, AreSixteenHexadecimalDigits) {
    EXPECT_THAT(fingerprints({finding("rule", "file", "ResNet", "wrong")}).front(),
                testing::MatchesRegex("[0-9a-f]{16}"));
}

// Baselines in people's repositories hold these.
TEST(Fingerprints, AreTheSameInEveryRelease) {
    const Finding known = finding_with_key("rule", "file", "ResNet", "a.onnx", "model");
    EXPECT_EQ(fingerprints({known}).front(), "7e4e671ef507bbc2");
    EXPECT_EQ(message_fingerprints({known}).front(), "377a7f596e1f23a7") << "version 1";
    EXPECT_EQ(key_of_line("| a | b |"), "line 881857d704927762");
}

TEST(Fingerprints, DifferWithEachPart) {
    const std::vector<Finding> findings = {
        finding_with_key("a", "b", "c", "d", "e"), finding_with_key("x", "b", "c", "d", "e"),
        finding_with_key("a", "x", "c", "d", "e"), finding_with_key("a", "b", "x", "d", "e"),
        finding_with_key("a", "b", "c", "x", "e"), finding_with_key("a", "b", "c", "d", "x"),
        finding_with_key("ab", "", "c", "d", "e"), finding_with_key("a", "bc", "", "d", "e"),
    };
    const std::vector<std::string> prints = fingerprints(findings);
    EXPECT_EQ(std::set(prints.begin(), prints.end()).size(), findings.size());
}

TEST(Fingerprints, CountEqualFindings) {
    const Finding same = finding("rule", "file", "ResNet", "wrong");
    const Finding other = finding("rule", "file", "VGG", "wrong");
    const std::vector<std::string> prints = fingerprints({same, same, same});
    EXPECT_EQ(std::set(prints.begin(), prints.end()).size(), 3u);
    EXPECT_EQ(fingerprints({same, other, same})[2], prints[1]);
}

TEST(KeyOfLine, DependsOnTextAndNotOnBlanks) {
    EXPECT_EQ(key_of_line("| a | b |"), key_of_line("  | a  |\tb |\r"));
    EXPECT_NE(key_of_line("| a | b |"), key_of_line("| a | c |"));
    EXPECT_NE(key_of_line("| a | b |"), key_of_line("|a|b|"));
    EXPECT_EQ(key_of_line(" \t"), "");
}

}  // namespace
}  // namespace onnxhub
