// SPDX-License-Identifier: Apache-2.0
#include "validator/report_files.h"

#include <string>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "validator/report_reader.h"

namespace onnxhub {
namespace {

ValidationReport report_in(const PartFile& file) {
    auto parsed = parse_report(file.document);
    if (const auto* reason = std::get_if<std::string>(&parsed)) {
        refuse_part_file(file.name, *reason);
    }
    return std::get<ValidationReport>(std::move(parsed));
}

void check_shards(const std::vector<PartFile>& files, const std::vector<Shard>& shards) {
    if (files.size() == 1 || shards.empty()) return;
    if (shards.size() < files.size()) {
        throw UserError(
            "command line: some of these reports are of shards and some are not; name all parts "
            "of one run");
    }
    require_all_shards(files, shards);
}

}  // namespace

MergedReports merge_report_files(const std::vector<PartFile>& files) {
    std::vector<ValidationReport> reports;
    std::vector<Shard> shards;
    for (const PartFile& file : files) {
        reports.push_back(report_in(file));
        if (reports.back().shard) shards.push_back(*reports.back().shard);
    }
    check_shards(files, shards);
    return {merge_reports(std::move(reports)), !shards.empty()};
}

}  // namespace onnxhub
