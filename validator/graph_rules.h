// SPDX-License-Identifier: Apache-2.0
// Family "graph": tables and manifest against the graphs of downloaded models.
#pragma once

#include <span>
#include <string>

#include "base/byte_source.h"
#include "model/model_checker.h"
#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> graph_rules();

/// `checker` may be null: its rules then skip all models.
void check_graphs(const HubState& hub, ModelChecker* checker, unsigned jobs, FindingList& findings);

/// The rules that concern one model by itself, for a file that is named `file` in the report.
/// `checker` as above. Throws UserError when the content cannot be read.
ValidationReport report_on_model(const std::string& file, const ByteSource& content,
                                 ModelChecker* checker);

}  // namespace onnxhub
