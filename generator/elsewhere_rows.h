// SPDX-License-Identifier: Apache-2.0
// Downloads the models elsewhere whose rows need it.
#pragma once

#include <vector>

#include "generator/elsewhere_fetch.h"
#include "generator/generate.h"
#include "manifest/diagnostic.h"
#include "repository/fetch_observer.h"
#include "repository/tree.h"

namespace onnxhub {

/// Fetches the models that have URLs, are not in the hub, and whose SHA-256 no source states or
/// whose opset or ports are unknown, and makes their `results` again. A model whose server states
/// the ETag and length of the last download is not downloaded again. What cannot be fetched is an
/// error among `diagnostics`, and its row stays as it was.
void fetch_elsewhere(const Tree& tree, const GenerationPlan& plan, const GenerateOptions& generate,
                     const ElsewhereOptions& options, std::vector<RowResult>& results,
                     Diagnostics& diagnostics, FetchObserver& observer);

}  // namespace onnxhub
