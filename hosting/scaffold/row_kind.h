// SPDX-License-Identifier: Apache-2.0
// How a row can be edited. Only the .cpp files of this module include this header.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "manifest/diagnostic.h"
#include "sources/model_row.h"
#include "sources/settings.h"

namespace onnxhub {

enum class RowKind {
    table,     ///< a row of a table in a README
    document,  ///< a file of its own: a sidecar, a link
    record,    ///< a part of a file with several models
    file,      ///< the model itself
};

RowKind kind_of(const ModelRow& row, const Settings& settings);

/// Whether the file is a sidecar or a link by a source of the settings.
bool is_document(const std::string& file, const Settings& settings);

/// Sidecars and links that describe the row's model.
std::set<std::string> documents_of(const ModelRow& row, const Settings& settings);

/// Headers of the columns that may have the name of the model of a table row.
std::vector<std::string> name_columns_of(const ModelRow& row, const Settings& settings);

/// Warnings and errors of `after` that `before` does not have at any line. Throws UserError for a
/// new error.
Diagnostics new_problems(const Diagnostics& before, const Diagnostics& after);

}  // namespace onnxhub
