// SPDX-License-Identifier: Apache-2.0
#include "validator/finding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

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

TEST(Fingerprints, StayWhenLinesAndSeveritiesChange) {
    Finding before = finding("rule", "file", "ResNet", "wrong");
    Finding after = before;
    after.line = 70;
    after.column = 3;
    after.severity = Severity::note;
    after.hint = "other advice";
    after.source_line = "other text";
    EXPECT_EQ(fingerprints({before}), fingerprints({after}));
}

TEST(Fingerprints, AreSixteenHexadecimalDigits) {
    EXPECT_THAT(fingerprints({finding("rule", "file", "ResNet", "wrong")}).front(),
                testing::MatchesRegex("[0-9a-f]{16}"));
}

// Baselines in people's repositories hold these.
TEST(Fingerprints, AreTheSameInEveryRelease) {
    EXPECT_EQ(fingerprints({finding("rule", "file", "ResNet", "wrong")}).front(),
              "377a7f596e1f23a7");
}

TEST(Fingerprints, DifferWithEachPart) {
    const std::vector<Finding> findings = {
        finding("a", "b", "c", "d"), finding("x", "b", "c", "d"), finding("a", "x", "c", "d"),
        finding("a", "b", "x", "d"), finding("a", "b", "c", "x"), finding("ab", "", "c", "d"),
        finding("a", "bc", "", "d"),
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

}  // namespace
}  // namespace onnxhub
