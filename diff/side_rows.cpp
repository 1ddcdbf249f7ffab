// SPDX-License-Identifier: Apache-2.0
#include "diff/side_rows.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "sources/hub_rows.h"

namespace onnxhub {
namespace {

/// Why an existing file is not readable; nothing if it is readable or missing.
std::optional<std::string> reading_problem(const Tree& tree, const std::string& path) {
    const auto resolved = resolve_symlinks(tree, path);
    if (const auto* unresolved = std::get_if<UnresolvedPath>(&resolved)) return unresolved->reason;
    const auto& target = std::get<std::string>(resolved);
    const auto stat = tree.stat(target);
    if (!stat || stat->kind != FileKind::regular) return std::nullopt;
    try {
        tree.open(target);
        return std::nullopt;
    } catch (const UserError& error) {
        return reason_without_file(error, target);
    }
}

void note_unread_readme(const Tree& tree, const std::string& path, SideRows& side) {
    const auto problem = reading_problem(tree, path);
    if (!problem || !side.unread_readmes.insert(path).second) return;
    side.has_lost_root |= path == readme_file_name;
    side.notes.push_back("not compared: the rows in " + path + "; " + *problem);
}

}  // namespace

bool SideRows::knows_rows_of(const std::string& path, const SideRows& other) const {
    if (has_lost_root) return false;
    return std::ranges::none_of(other.at(path), [&](const ModelRow& row) {
        return unread_readmes.contains(row.source_file);
    });
}

const std::vector<ModelRow>& SideRows::at(const std::string& path) const {
    static const std::vector<ModelRow> none;
    const auto found = rows.find(path);
    return found == rows.end() ? none : found->second;
}

SideRows read_side_rows(const HubSide& side, unsigned jobs) {
    Settings settings = side.settings;
    settings.exclude.clear();  // models outside the manifest are reviewed too
    Diagnostics ignored_diagnostics;
    HubRows hub = read_hub_rows(side.tree, settings, jobs, ignored_diagnostics);
    const auto found = discover_models(side.tree.list(), settings, hub.models);
    SideRows result;
    for (ModelRow& row : hub.models) result.rows[row.model_path].push_back(std::move(row));
    for (const ModelRow& row : found) result.rows[row.model_path].push_back(row);
    note_unread_readme(side.tree, std::string(readme_file_name), result);
    for (const std::string& path : hub.lost_readmes) note_unread_readme(side.tree, path, result);
    const Diagnostics notes = side.tree.notes();
    for (const Diagnostic& diagnostic : notes.all()) {
        if (diagnostic.severity == Severity::note) continue;
        result.notes.push_back("not compared: " + diagnostic.file + "; " + diagnostic.message);
    }
    return result;
}

void add_models_of_unread_readmes(SideRows& side, const SideRows& other) {
    if (side.unread_readmes.empty()) return;
    for (const auto& [path, rows] : other.rows) {
        if (!side.knows_rows_of(path, other)) side.rows.try_emplace(path, rows);
    }
}

}  // namespace onnxhub
