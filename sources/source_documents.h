// SPDX-License-Identifier: Apache-2.0
// Finds and reads the documents of sidecar and record sources. Private to this module.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "manifest/diagnostic.h"
#include "repository/tree.h"
#include "sources/document.h"
#include "sources/source_reader.h"

namespace onnxhub {

/// The files of the hub that a glob of the source matches, sorted. Globs that match none are
/// reported at the settings' line.
std::vector<std::string> files_of_source(const SourceRequest& request, Diagnostics& diagnostics);

/// Reads and parses the document `file`; parse_document() says what `wanted` is. On failure returns
/// nullopt and reports the reason.
std::optional<Document> read_document(const Tree& tree, const std::string& file,
                                      const std::vector<DocumentPath>* wanted,
                                      Diagnostics& diagnostics);

}  // namespace onnxhub
