// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/table_adoption.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/spelling.h"
#include "base/user_error.h"
#include "hosting/scaffold/hub_add.h"
#include "manifest/hub_path.h"
#include "repository/git_repository.h"
#include "sources/hub_rows.h"
#include "sources/settings.h"

namespace onnxhub {
namespace {

/// The folder whose README lists the model; "" for the hub's top README.
std::string class_of(const std::string& model_path) {
    const std::string folder(parent_folder(model_path));
    return file_name(folder) == "model" ? std::string(parent_folder(folder)) : folder;
}

/// Whether the name is a default of exporters, which says nothing about the model.
bool tells_nothing(std::string_view name) {
    constexpr std::string_view names[] = {"model", "models", "onnx", "weights", "main"};
    return std::ranges::find(names, lower_case(name)) != std::end(names);
}

/// Chooses names that are unique in the hub.
class ModelNames {
public:
    ModelNames(const std::vector<ModelRow>& listed, const std::vector<ModelRow>& found) {
        for (const ModelRow& model : listed) taken_.insert(lower_case(model.name));
        for (const ModelRow& model : found) ++count_[lower_case(model.name)];
    }

    /// The file's name if it is unique, otherwise with the names of the nearest meaningful folders
    /// before it.
    std::string name_for(const ModelRow& model) {
        const std::string stem = model.name;
        std::string name = tells_nothing(stem) ? "" : stem;
        bool is_unique = !name.empty() && count_[lower_case(stem)] == 1 && is_free(name);
        for (std::string_view folder = parent_folder(model.model_path);
             !is_unique && !folder.empty(); folder = parent_folder(folder)) {
            if (tells_nothing(file_name(folder))) continue;
            name = std::string(file_name(folder)) + (name.empty() ? "" : "-" + name);
            is_unique = is_free(name);
        }
        if (name.empty()) name = stem;
        taken_.insert(lower_case(name));
        return name;
    }

private:
    bool is_free(const std::string& name) const { return !taken_.contains(lower_case(name)); }

    std::set<std::string> taken_;
    std::map<std::string, int> count_;  ///< number of files by name
};

/// The topmost folder of the path that is hidden or contains third-party packages.
std::optional<std::string> folder_out_of_hub(const std::string& path) {
    std::optional<std::string> found;
    for (std::string_view folder = parent_folder(path); !folder.empty();
         folder = parent_folder(folder)) {
        const std::string_view name = file_name(folder);
        if (name.starts_with('.') || name == "node_modules") found = folder;
    }
    return found;
}

/// Removes models that cannot be adopted, before any file is opened.
std::vector<ModelRow> select_models(const Tree& tree, std::vector<ModelRow> found,
                                    std::vector<std::string>& skipped) {
    std::vector<ModelRow> selected;
    std::map<std::string, int> outside;
    for (ModelRow& model : found) {
        const auto stat = tree.stat(model.model_path);
        if (const auto folder = folder_out_of_hub(model.model_path)) {
            ++outside[*folder];
        } else if (stat && stat->kind == FileKind::symlink) {
            skipped.push_back(model.model_path + ": is a symbolic link; replace it with the file");
        } else {
            selected.push_back(std::move(model));
        }
    }
    for (const auto& [folder, count] : outside) {
        skipped.push_back(
            fmt::format("{}: {} .onnx {} in it; move what belongs to the hub into another folder",
                        folder, count, count == 1 ? "file" : "files"));
    }
    return selected;
}

}  // namespace

TableAdoption adopt_with_tables(ModelChecker& checker, ShapeInference* inference,
                                FileTransaction& change) {
    const auto tree = folder_tree(change.hub());
    Diagnostics ignored;
    Settings settings;  // of official tables alone
    settings.repository = read_settings(*tree, {}, ignored).repository;
    std::vector<ModelRow> rows = read_hub_rows(*tree, settings, 0, ignored).models;
    TableAdoption report;
    const auto found =
        select_models(*tree, discover_models(tree->list(), settings, rows), report.skipped);
    ModelNames names(rows, found);
    for (const ModelRow& model : found) {
        change.check_interruption();
        AddRequest request;
        request.model = change.hub() / model.model_path;
        request.folder = class_of(model.model_path);
        request.name = names.name_for(model);
        request.rows = &rows;
        try {
            report.adopted.push_back(add_model(request, checker, inference, change));
        } catch (const WriteError&) {
            throw;
        } catch (const WorkerUnavailable&) {
            throw;
        } catch (const UserError& error) {
            change.drop_staged();
            report.skipped.push_back(model.model_path + ": " +
                                     reason_without_file(error, request.model.string()));
        }
    }
    return report;
}

}  // namespace onnxhub
