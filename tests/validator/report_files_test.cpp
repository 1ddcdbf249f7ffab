// SPDX-License-Identifier: Apache-2.0
#include "validator/report_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/user_error.h"
#include "tests/validator/sample_report.h"

namespace onnxhub {
namespace {

PartFile report_file(const std::string& name, std::optional<Shard> shard) {
    ValidationReport report;
    report.entries_checked = 1;
    report.shard = shard;
    auto parsed = parse_json(render(report, ReportFormat::json, sample_options()));
    return {name, std::get<JsonDocument>(std::move(parsed)).root};
}

std::string refusal(const std::vector<PartFile>& files) {
    try {
        merge_report_files(files);
    } catch (const UserError& error) {
        return error.what();
    }
    return "";
}

TEST(ReportFiles, OfAllShardsAreOneReport) {
    const MergedReports merged =
        merge_report_files({report_file("1", Shard{1, 2}), report_file("2", Shard{2, 2})});
    EXPECT_EQ(merged.report.entries_checked, 2U);
    EXPECT_TRUE(merged.checked_everything);
}

TEST(ReportFiles, WithoutShardsMayBeOfAnyScope) {
    EXPECT_FALSE(merge_report_files({report_file("1", std::nullopt)}).checked_everything);
    const MergedReports both =
        merge_report_files({report_file("1", std::nullopt), report_file("2", std::nullopt)});
    EXPECT_EQ(both.report.entries_checked, 2U);
    EXPECT_FALSE(both.checked_everything);
}

TEST(ReportFiles, OfOneShardMayBeAlone) {
    EXPECT_EQ(refusal({report_file("1", Shard{1, 2})}), "");
}

TEST(ReportFiles, ThatDoNotBelongTogetherAreRefused) {
    EXPECT_THAT(refusal({report_file("1", Shard{1, 2}), report_file("2", std::nullopt)}),
                testing::HasSubstr("some of these reports are of shards and some are not"));
    EXPECT_THAT(refusal({report_file("1", Shard{1, 3}), report_file("2", Shard{2, 3})}),
                testing::HasSubstr("these are missing: 3/3"));
    EXPECT_THAT(refusal({{"no", JsonValue()}}), testing::StartsWith("no: "));
}

}  // namespace
}  // namespace onnxhub
