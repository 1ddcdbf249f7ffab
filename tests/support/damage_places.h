// SPDX-License-Identifier: Apache-2.0
// Places in a hub's manifest, tables and files that a damage edits.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/hub_damage.h"

namespace onnxhub::test {

using Apply = std::function<bool(HubFiles&, std::size_t, Consequences&)>;

/// A row with an entry.
struct RowPlace {
    std::string readme;
    int line = 0;
    std::string name;
    std::string model_path;
    std::optional<std::size_t> entry;
};

/// Adds the findings that a damage to the row's model causes.
using Expect = std::function<void(const HubFiles&, const RowPlace&, Consequences&)>;

// ---- the manifest

int line_in_manifest(const HubFiles& hub, std::size_t index, std::string_view field = {});

/// Changes the text of the entry by `edit`; false when nothing changes.
bool edit_entry(HubFiles& hub, std::size_t index, const std::function<void(std::string&)>& edit);

/// Writes the entry as generated.
void replace_entry(HubFiles& hub, std::size_t index, const Entry& entry);

bool replace_once(std::string& text, const std::string& from, const std::string& to);

// ---- READMEs

std::vector<std::string> split_lines(const std::string& text);
std::string join_lines(const std::vector<std::string>& lines);

/// Rows with an entry, in the order of the manifest, parsed from the READMEs.
std::vector<RowPlace> rows_of(const HubFiles& hub);
std::optional<RowPlace> row_at(const HubFiles& hub, std::size_t position);

/// The finding is at the entry of the row, since the manifest is out of date.
Expect at_entry(std::string rule, std::string field, std::set<std::string> allowed = {});
Expect at_row(std::string rule, std::set<std::string> allowed = {});

// ---- files

/// Rules that may fire when other content replaces a model and is available to read.
const std::set<std::string>& rules_of_other_bytes();

bool is_pointer_file(const HubFiles& hub, const std::string& path);

}  // namespace onnxhub::test
