// SPDX-License-Identifier: Apache-2.0
#include "sources/official_rows.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/parallel.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "repository/foreign_pointer.h"
#include "repository/lfs_pointer.h"
#include "repository/near_path.h"
#include "sources/readme_table.h"
#include "sources/row_settings.h"

namespace onnxhub {
namespace {

/// No real README is this large. cmark needs several times the text in memory.
constexpr std::uint64_t readme_size_limit = 64ull * 1024 * 1024;  // bytes

/// The text of the README at `path`. On failure returns nullopt and reports the reason at
/// `mention`.
std::optional<std::string> read_readme(const Tree& tree, const std::string& path,
                                       const Diagnostic& mention, Diagnostics& diagnostics) {
    const auto fail = [&](std::string message, std::string hint) -> std::optional<std::string> {
        Diagnostic diagnostic = mention;
        diagnostic.message = std::move(message);
        diagnostic.hint = std::move(hint);
        diagnostics.report(std::move(diagnostic));
        return std::nullopt;
    };
    try {
        const auto resolved = resolve_symlinks(tree, path);
        if (const auto* unresolved = std::get_if<UnresolvedPath>(&resolved)) {
            return fail(path + ": " + unresolved->reason, "make it a file of the hub");
        }
        const auto& target = std::get<std::string>(resolved);
        const auto stat = tree.stat(target);
        if (!stat || stat->kind != FileKind::regular) {
            return fail(path + " is missing", "add it, or correct the link to the folder");
        }
        std::string text = read_whole(*tree.open(target), readme_size_limit, path);
        const std::string subject = path == mention.file ? "" : path + " ";
        if (!std::holds_alternative<NotAPointer>(parse_lfs_pointer(text))) {
            return fail(subject + "is a Git LFS pointer, its text is not available locally",
                        "fetch it with `git lfs pull`, and exclude READMEs from Git LFS in "
                        ".gitattributes");
        }
        if (const auto foreign = find_foreign_pointer(text)) {
            return fail(subject + foreign->reason, "commit the README itself to git");
        }
        return text;
    } catch (const UserError& error) {
        return fail(error.what(), "");
    }
}

std::vector<std::string> folders_with_readme(const Tree& tree) {
    std::vector<std::string> folders;
    for (const std::string& file : tree.list()) {
        if (file_name(file) == readme_file_name) folders.emplace_back(parent_folder(file));
    }
    return folders;
}

struct FolderRows {
    std::string source_file;
    bool is_missing = false;  ///< nothing exists at `source_file`
    ModelTables tables;
    Diagnostics diagnostics;
};

FolderRows read_folder(const Tree& tree, const ModelFolder& folder,
                       const std::optional<RepositoryUrl>& own) {
    FolderRows rows;
    const std::string root_readme(readme_file_name);
    const auto stat = tree.stat(folder.path);
    if (stat && stat->kind == FileKind::submodule) {
        rows.diagnostics.report({Severity::note, rule_id::folder_is_submodule, root_readme,
                                 folder.line,
                                 folder.path + " is a submodule, so its models are skipped", ""});
        return rows;
    }
    rows.source_file =
        folder.path.empty() ? root_readme : folder.path + "/" + std::string(readme_file_name);
    const Diagnostic mention{
        Severity::error, rule_id::folder_no_readme, root_readme, folder.line, "", "", folder.cell};
    if (const auto text = read_readme(tree, rows.source_file, mention, rows.diagnostics)) {
        rows.tables = parse_model_tables(*text, rows.source_file, rows.diagnostics, own);
    } else {
        rows.tables.has_lost_table = true;
        rows.is_missing = !tree.stat(rows.source_file);
    }
    return rows;
}

/// The folders that links without a README mean.
struct MeantFolders {
    std::vector<std::string> readmes;  ///< their rows exist, and only the link is wrong
    bool has_unknown = false;          ///< a link may mean any folder
};

/// Names the folder with a README that a link probably means, in the diagnostics of each folder
/// without one. A folder that another link names is not meant.
MeantFolders suggest_near_folders(const Tree& tree, const std::vector<ModelFolder>& named,
                                  std::vector<FolderRows>& folders) {
    std::optional<NearPaths> paths;
    std::set<std::string_view> linked;
    MeantFolders meant;
    for (std::size_t i = 0; i < folders.size(); ++i) {
        if (!folders[i].is_missing) continue;
        if (!paths) {
            paths.emplace(folders_with_readme(tree));
            for (const ModelFolder& folder : named) linked.insert(folder.path);
        }
        const auto near = paths->near(named[i].path);
        if (!near || linked.contains(*near)) {
            meant.has_unknown = true;
            continue;
        }
        Diagnostics changed;
        for (Diagnostic diagnostic : folders[i].diagnostics.all()) {
            diagnostic.hint =
                fmt::format("the hub has {}: correct the link, or add the README", *near);
            changed.report(std::move(diagnostic));
        }
        folders[i].diagnostics = std::move(changed);
        meant.readmes.push_back(near->empty() ? std::string(readme_file_name)
                                              : *near + "/" + std::string(readme_file_name));
    }
    return meant;
}

}  // namespace

HubRows read_official_rows(const Tree& tree, const Settings& settings, unsigned jobs,
                           Diagnostics& diagnostics) {
    HubRows hub;
    const std::string root_readme(readme_file_name);
    if (!tree.stat(root_readme)) return hub;
    hub.has_readme = true;
    const Diagnostic mention{Severity::error, rule_id::readme_unreadable, root_readme, 0, "", ""};
    const auto text = read_readme(tree, root_readme, mention, diagnostics);
    ModelFolders root;
    root.is_unusable = !text;
    if (text) root = parse_model_folders(*text, root_readme, diagnostics, settings.repository);
    hub.has_table = root.has_table;
    hub.has_lost_root = root.has_lost_folder || root.is_unusable;
    hub.is_root_unusable = root.is_unusable;
    std::vector<FolderRows> folders(root.folders.size());
    for_each_index(folders.size(), jobs, [&](std::size_t i) {
        folders[i] = read_folder(tree, root.folders[i], settings.repository);
    });
    MeantFolders meant = suggest_near_folders(tree, root.folders, folders);
    hub.has_lost_root |= meant.has_unknown;
    hub.lost_readmes = std::move(meant.readmes);
    std::size_t count = 0;
    for (const FolderRows& folder : folders) count += folder.tables.models.size();
    hub.models.reserve(count);
    for (FolderRows& folder : folders) {
        diagnostics.append(std::move(folder.diagnostics));
        for (ModelRow& model : folder.tables.models) {
            if (is_excluded(settings, model.model_path)) continue;
            strip_tags(settings, model);
            hub.models.push_back(std::move(model));
        }
        std::move(folder.tables.broken.begin(), folder.tables.broken.end(),
                  std::back_inserter(hub.broken));
        if (folder.tables.has_lost_table) hub.lost_readmes.push_back(folder.source_file);
        folder = FolderRows();  // large hubs: rows are in memory once
    }
    return hub;
}

}  // namespace onnxhub
