// SPDX-License-Identifier: Apache-2.0
// Family "graph": models by themselves.
#pragma once

#include <span>
#include <string>

#include "base/byte_source.h"
#include "model/model_checker.h"
#include "validator/finding_list.h"
#include "validator/hub_state.h"

namespace onnxhub {

std::span<const RuleInfo> model_rules();

/// Checks operators, and asks ONNX's checker. `checker` may be null: its rules then skip all
/// models.
void check_models(const HubState& hub, ModelChecker* checker, unsigned jobs, FindingList& findings);

/// The rules that concern one model by itself, for a file that is named `file` in the report.
/// `checker` as above. Throws UserError when the content cannot be read.
ValidationReport report_on_model(const std::string& file, const ByteSource& content,
                                 ModelChecker* checker);

}  // namespace onnxhub
