// SPDX-License-Identifier: Apache-2.0
// Finds the records of a document. Private to this module.
#pragma once

#include <functional>
#include <string>

#include "sources/document.h"
#include "sources/document_path.h"

namespace onnxhub {

/// Gets a value and the key or list index under which it stands; the key of the whole document is
/// empty. Returns whether to continue.
using RecordVisitor = std::function<bool(const DocumentValue& value, const std::string& key)>;

/// Calls `visit` for all values at `path`, in the order of the document. "**" does not follow
/// aliases, since it leads to what they stand for at its own place. Returns false when it stopped
/// before the end: `visit` said so, or aliases multiply the values to more than the document has.
bool visit_records(const Document& document, const DocumentPath& path, const RecordVisitor& visit);

}  // namespace onnxhub
