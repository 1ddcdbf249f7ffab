// SPDX-License-Identifier: Apache-2.0
#include "validator/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace onnxhub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Finding finding(const std::string& key, int line = 1) {
    Finding finding;
    finding.rule = "model-missing";
    finding.file = "ONNX_HUB_MANIFEST.json";
    finding.line = line;
    finding.subject = "MNIST";
    finding.key = key;
    finding.message = key + " is wrong";
    return finding;
}

Baseline parse(const std::string& text) {
    auto parsed = parse_baseline(text, "known.json");
    if (const auto* error = std::get_if<Diagnostic>(&parsed)) ADD_FAILURE() << to_text(*error);
    return std::get<Baseline>(std::move(parsed));
}

Baseline baseline_of(const std::vector<Finding>& findings) {
    return parse(baseline_text(findings, nullptr));
}

std::string error_of(const std::string& text) {
    const auto parsed = parse_baseline(text, "known.json");
    const auto* error = std::get_if<Diagnostic>(&parsed);
    return error ? to_text(*error) : "";
}

TEST(Baseline, KnownFindingsPassAndNewOnesStay) {
    const Baseline baseline = baseline_of({finding("a"), finding("b")});
    const BaselineOutcome outcome = apply_baseline(baseline, {finding("b"), finding("c")});
    ASSERT_THAT(outcome.fresh, SizeIs(1));
    EXPECT_EQ(outcome.fresh[0].key, "c");
    EXPECT_EQ(outcome.known_count, 1u);
    EXPECT_THAT(outcome.fixed, ElementsAre("model-missing: ONNX_HUB_MANIFEST.json: a is wrong"));
}

TEST(Baseline, KnowsAFindingAgainOnAnotherLine) {
    const BaselineOutcome outcome =
        apply_baseline(baseline_of({finding("a", 3)}), {finding("a", 90)});
    EXPECT_THAT(outcome.fresh, IsEmpty());
    EXPECT_THAT(outcome.fixed, IsEmpty());
}

TEST(Baseline, KnowsAFindingAgainInOtherWords) {
    Finding reworded = finding("a");
    reworded.message = "other words about a";
    const BaselineOutcome outcome = apply_baseline(baseline_of({finding("a")}), {reworded});
    EXPECT_THAT(outcome.fresh, IsEmpty());
    EXPECT_THAT(outcome.fixed, IsEmpty());
}

TEST(Baseline, OfVersion1KnowsFindingsByTheirMessage) {
    Finding known = finding("a");
    const std::string text = R"({"version": 1, "findings": [{"fingerprint": ")" +
                             message_fingerprints({known}).front() +
                             R"(", "rule": "model-missing", "reason": "old"}]})";
    const Baseline baseline = parse(text);
    known.key = "another field";
    EXPECT_THAT(apply_baseline(baseline, {known}).fresh, IsEmpty());
    Finding reworded = known;
    reworded.message = "in other words";
    EXPECT_THAT(apply_baseline(baseline, {reworded}).fresh, SizeIs(1));
    const Baseline rewritten = parse(baseline_text({known}, &baseline));
    ASSERT_THAT(rewritten.findings, SizeIs(1));
    EXPECT_EQ(rewritten.findings[0].reason, "old");
    EXPECT_THAT(apply_baseline(rewritten, {reworded}).fresh, IsEmpty());
}

TEST(Baseline, OneMoreOfTheSameIsNew) {
    const BaselineOutcome outcome = apply_baseline(baseline_of({finding("a"), finding("a")}),
                                                   {finding("a"), finding("a"), finding("a")});
    EXPECT_THAT(outcome.fresh, SizeIs(1));
    EXPECT_EQ(outcome.known_count, 2u);
}

TEST(Baseline, OrderOfFindingsDoesNotMatter) {
    EXPECT_EQ(baseline_text({finding("a"), finding("b")}, nullptr),
              baseline_text({finding("b"), finding("a")}, nullptr));
}

TEST(Baseline, ReasonsOfPeopleAreKept) {
    Baseline previous = baseline_of({finding("a"), finding("b")});
    previous.findings[0].reason = "lost in 2020";
    const Baseline next = parse(baseline_text({finding("a"), finding("b")}, &previous));
    EXPECT_EQ(next, previous);
}

TEST(Baseline, BadFilesAreRefusedWithTheirLine) {
    EXPECT_THAT(error_of("{"), HasSubstr("known.json:1: not valid JSON"));
    EXPECT_THAT(error_of("[]"), HasSubstr("\"version\" is missing"));
    EXPECT_THAT(error_of("{\"version\": 3, \"findings\": []}"), HasSubstr("version is not 1 or 2"));
    EXPECT_THAT(error_of("{\"version\": 1}"), HasSubstr("\"findings\" is not an array"));
    EXPECT_THAT(error_of("{\"version\": 1,\n\"findings\": [\n{}]}"),
                HasSubstr("known.json:3: a finding's \"fingerprint\" is missing"));
    EXPECT_THAT(error_of("{\"version\": 1, \"findings\": [3]}"), HasSubstr("is missing"));
    EXPECT_THAT(error_of(R"({"version": 1, "findings": [{"fingerprint": "x", "rule": "y"}]})"),
                HasSubstr("not 16 hexadecimal digits"));
    EXPECT_THAT(error_of("{\"version\": 1, \"version\": 1, \"findings\": []}"),
                HasSubstr("occurs twice"));
}

}  // namespace
}  // namespace onnxhub
