// SPDX-License-Identifier: Apache-2.0
// Gives the entries of models from [[source]] names of their own; see unique_names.h.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/boxed.h"
#include "generator/manifest_update.h"
#include "generator/model_description.h"
#include "manifest/diagnostic.h"
#include "manifest/entry_name.h"
#include "manifest/manifest.h"
#include "sources/model_row.h"

namespace onnxhub {

/// What is needed to choose the name of an entry.
struct NameChoice {
    std::size_t source = 0;                ///< position of its [[source]]
    std::vector<std::string> distinguish;  ///< texts that tell it from others of its name

    bool operator==(const NameChoice&) const = default;
};

/// Absent for rows of official tables, whose names do not change.
std::optional<NameChoice> name_choice_of(const ModelRow& row);

/// Names `fresh`, whose choices are `choices`. Nothing changes when all choices are absent.
/// `present` are all entries of the present manifest, and `stays` says which of them stay, by
/// position, if no fresh entry has their path. Notes which entries got longer names.
void name_entries(std::vector<FreshEntry>& fresh, const std::vector<Boxed<NameChoice>>& choices,
                  const ManifestDocument& present, const std::vector<bool>& stays,
                  Diagnostics& diagnostics);

/// The same for descriptions, whose rows and entries get the names; `present` may be null.
void name_models(std::vector<ModelDescription>& models, const ManifestDocument* present);

}  // namespace onnxhub
