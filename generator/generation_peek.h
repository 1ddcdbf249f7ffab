// SPDX-License-Identifier: Apache-2.0
// Reads the graphs of models that are not available locally from servers, without their weights.
#pragma once

#include <cstddef>
#include <vector>

#include "generator/generate.h"
#include "remote/peek.h"
#include "repository/tree.h"

namespace onnxhub {

/// The models that `results` miss, as peek_graphs() takes them.
std::vector<PeekTarget> models_to_peek(const std::vector<RowResult>& results);

/// Makes the rows of `results` again that `generate.peeked` makes possible.
void use_peeked(const Tree& tree, const GenerationPlan& plan, const GenerateOptions& generate,
                std::vector<RowResult>& results);

/// What could not be read: an error of the rule peek-failed for each reason, with the first model.
void report_failures(const PeekSummary& summary, Diagnostics& diagnostics);

}  // namespace onnxhub
