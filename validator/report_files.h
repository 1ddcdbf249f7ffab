// SPDX-License-Identifier: Apache-2.0
// Merges the files with the reports of one validation.
#pragma once

#include <vector>

#include "manifest/part_file.h"
#include "validator/finding.h"

namespace onnxhub {

struct MergedReports {
    ValidationReport report;
    bool checked_everything = false;  ///< all shards of a run; false: the scope is unknown
};

/// The report of all shards together. A single report may be of one shard. Throws UserError when a
/// file is not a report, or when a shard is missing.
MergedReports merge_report_files(const std::vector<PartFile>& files);

}  // namespace onnxhub
