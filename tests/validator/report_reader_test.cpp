// SPDX-License-Identifier: Apache-2.0
#include "validator/report_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/validator/sample_report.h"

namespace onnxhub {
namespace {

JsonValue parse_report_text(const std::string& text) {
    auto parsed = parse_json(text);
    return std::get<JsonDocument>(std::move(parsed)).root;
}

ValidationReport read(const std::string& text) {
    auto report = parse_report(parse_report_text(text));
    if (const auto* reason = std::get_if<std::string>(&report)) ADD_FAILURE() << *reason;
    return std::get<ValidationReport>(std::move(report));
}

TEST(ReportReader, ReadsWhatIsWritten) {
    // What is no UTF-8 became U+FFFD when it was written first.
    const ValidationReport report =
        read(render(sample_report(), ReportFormat::json, sample_options()));
    const std::string text = render(report, ReportFormat::json, sample_options());
    EXPECT_EQ(report.findings.size(), sample_report().findings.size());
    EXPECT_EQ(render(read(text), ReportFormat::json, sample_options()), text);
}

TEST(ReportReader, RefusesWhatIsNotAsDocumented) {
    const std::string sound = render(sample_report(), ReportFormat::json, sample_options());
    const std::pair<const char*, const char*> damages[] = {
        {"\"version\": 1,", "\"version\": 2,"},
        {"\"name\": \"onnxhub\"", "\"name\": \"other\""},
        {"\"entries_checked\": 189", "\"entries_checked\": -1"},
        {"\"entries_checked\": 189", "\"entries_checked\": \"many\""},
        {"\"severity\": \"error\"", "\"severity\": \"fatal\""},
        {"\"line\": 12", "\"line\": 99999999999"},
        {"\"rule\": \"order-differs\"", "\"rule\": 5"},
        {"\"findings\": [", "\"finding\": ["},
        {"\"notices\": [", "\"notices\": [5,"},
    };
    for (const auto& [good, bad] : damages) {
        std::string text = sound;
        const std::size_t at = text.find(good);
        ASSERT_NE(at, text.npos) << good;
        text.replace(at, std::string(good).size(), bad);
        EXPECT_TRUE(std::holds_alternative<std::string>(parse_report(parse_report_text(text))))
            << bad;
    }
}

TEST(ReportReader, PartsAreOneReport) {
    ValidationReport whole = sample_report();
    ValidationReport one = whole;
    ValidationReport two = whole;
    one.findings = {whole.findings[2]};
    two.findings = {whole.findings[0], whole.findings[1]};
    const ValidationReport merged = merge_reports({one, two});
    EXPECT_EQ(merged.entries_checked, 2 * whole.entries_checked);
    EXPECT_EQ(merged.notices, whole.notices);
    ASSERT_EQ(merged.unchecked.size(), whole.unchecked.size());
    EXPECT_EQ(merged.unchecked[0].count, 2 * whole.unchecked[0].count);
    EXPECT_EQ(merged, merge_reports({two, one}));
}

TEST(ReportReader, ListsAHundredThousandFiles) {
    std::vector<ValidationReport> parts(2);
    for (std::size_t i = 0; i < listed_files_limit; ++i) {
        parts[i % 2].files.push_back("a" + std::to_string(i));
        parts[1 - i % 2].files.push_back("b" + std::to_string(i));
    }
    ValidationReport merged = merge_reports(std::move(parts));
    EXPECT_EQ(merged.files.size(), listed_files_limit);
    merged.files.push_back("one more");
    const auto document = parse_json(render(merged, ReportFormat::json, sample_options()));
    const auto report = parse_report(std::get<JsonDocument>(document).root);
    EXPECT_TRUE(std::holds_alternative<std::string>(report));
}

}  // namespace
}  // namespace onnxhub
