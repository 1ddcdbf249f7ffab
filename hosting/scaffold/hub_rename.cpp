// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_rename.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <set>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "base/spelling.h"
#include "base/user_error.h"
#include "generator/generate.h"
#include "hosting/scaffold/hub_text.h"
#include "hosting/scaffold/lfs_lines.h"
#include "hosting/scaffold/model_files.h"
#include "hosting/scaffold/moved_files.h"
#include "hosting/scaffold/present_hub.h"
#include "hosting/scaffold/readme_edit.h"
#include "hosting/scaffold/row_kind.h"
#include "manifest/hub_path.h"
#include "manifest/manifest_reader.h"
#include "repository/lfs_pointer.h"
#include "sources/readme_table.h"
#include "sources/row_settings.h"

namespace onnxhub {
namespace {

std::string place_of_name(const ModelRow& row) {
    if (row.stated) {
        for (const FactOrigin& origin : row.stated->origins) {
            if (origin.fact != Fact::name) continue;
            return origin.line > 0 ? fmt::format("{}:{}", *origin.file, origin.line) : *origin.file;
        }
    }
    return row_place(row);
}

class Rename {
public:
    Rename(const RenameRequest& request, const PresentHub& hub, FileTransaction& change,
           EditedTree& edit, Diagnostics& diagnostics)
        : request_(request), hub_(hub), change_(change), edit_(edit), diagnostics_(diagnostics) {}

    HubEdit plan(ShapeInference* inference, ContentObserver* content) {
        models_ = named_models(hub_, request_.model);
        for (const HubModel& model : models_) {
            result_.models.push_back({model.name, model.path, model.opset});
        }
        const bool is_path =
            request_.target.ends_with(model_suffix) || request_.target.ends_with('/');
        if (is_path) {
            move();
        } else {
            rename();
        }
        if (edit_.is_changed()) regenerate_entries(inference, content);
        warn_of_folder_signatures(edit_, result_.problems);
        return std::move(result_);
    }

private:
    // A new name.

    void rename() {
        const std::string& name = request_.target;
        refuse_directory(name);
        std::erase_if(models_, [&](const HubModel& model) { return model.name == name; });
        if (models_.empty()) return;
        for (const HubModel& model : models_) check_name(model, name);
        for (const HubModel& model : models_) change_row(*model.row, {{model.row->name, name}}, {});
        check_rows();
        for (const HubModel& model : models_) {
            if (find_row(model.path, name)) continue;
            throw UserError(fmt::format(
                "{}: the name of {} would not be \"{}\" after a change of this row, so nothing was "
                "changed; change it by hand, then run `onnxhub generate`",
                row_place(*model.row), model.path, name));
        }
        for (const HubModel& model : models_) regenerated_[model.path] = name;
    }

    void refuse_directory(const std::string& name) const {
        std::error_code error;
        if (name.find('/') == name.npos) return;
        if (!std::filesystem::is_directory(hub_.folder.folder / name, error)) return;
        throw UserError(
            fmt::format("{}: is a directory; write {}/ to move the model into it", name, name));
    }

    void check_name(const HubModel& model, const std::string& name) const {
        if (!model.row) {
            throw UserError(fmt::format(
                "{}: has an entry, but nothing describes it; run `onnxhub generate` first",
                model.path));
        }
        for (const HubModel& other : models_of(hub_)) {
            const bool is_renamed = std::ranges::find(models_, other) != models_.end();
            if (is_renamed || other.opset != model.opset) continue;
            if (lower_case(other.name) != lower_case(name)) continue;
            throw UserError(
                fmt::format("the hub already has \"{}\" with opset {}, {}; choose another name",
                            other.name, other.opset, other.path));
        }
        const auto& tensors = hub_.settings.feature_tensors;
        if (tensors.contains(model.row->name) && !tensors.contains(name)) {
            throw UserError(fmt::format(
                "{}: [features.tensors] names \"{}\"; add \"{}\" there first, or the entry loses "
                "its features",
                hub_.settings.file, model.row->name, name));
        }
        refuse_fixed_name(*model.row);
    }

    void refuse_fixed_name(const ModelRow& row) const {
        switch (kind_of(row, hub_.settings)) {
            case RowKind::table:
                return;
            case RowKind::file:
                throw UserError(
                    fmt::format("{}: its name comes from its path; give it another path, or add an "
                                "[[override]] with the name to {}",
                                row.model_path, settings_file_name));
            case RowKind::document:
            case RowKind::record:
                throw UserError(fmt::format(
                    "{}: states the name of {} and can't be edited by this program; change it "
                    "there, then run `onnxhub generate`",
                    place_of_name(row), row.model_path));
        }
    }

    // A new path.

    void move() {
        from_ = models_.front().path;
        for (const HubModel& model : models_) {
            if (model.path == from_) continue;
            throw UserError(fmt::format("\"{}\" has {} versions: {}; name one of them",
                                        request_.model, models_.size(), versions_text(models_)));
        }
        to_ = checked_target();
        if (to_ == from_) return;
        MovedFiles files({from_, to_, request_.force}, hub_, change_, edit_);
        result_.kept = files.move();
        paths_ = files.paths();
        for (const ModelRow& row : hub_.rows.models) {
            if (row.model_path == from_) move_row(row);
        }
        check_rows();
        if (find_row(from_, std::nullopt) || !find_row(to_, std::nullopt)) refuse_undescribed();
        regenerated_[to_] = std::nullopt;
    }

    std::string checked_target() const {
        std::string path = path_in_hub(hub_, request_.target);
        if (request_.target.ends_with('/')) {
            path = joined_path(path, std::string(file_name(from_)));
        }
        const auto checked = check_hub_path(path);
        const auto* unsafe = std::get_if<UnsafePath>(&checked);
        if (unsafe || has_hidden_segment(path)) {
            throw UserError(fmt::format(
                "\"{}\" is not allowed as the path of a model, it {}; choose another path", path,
                unsafe ? unsafe->reason : "is hidden, and servers do not serve hidden files"));
        }
        if (is_excluded(hub_.settings, path)) {
            throw UserError(fmt::format("{}: is excluded by [generate] in {}; choose another path",
                                        path, hub_.settings.file));
        }
        return path;
    }

    [[noreturn]] void refuse_undescribed() const {
        const auto row = find_row(from_, std::nullopt);
        throw UserError(
            row ? fmt::format("{}: would still describe {}, so nothing was changed; change it by "
                              "hand, then run this again",
                              row_place(*row), from_)
                : fmt::format("{}: no source of {} would describe it, so nothing was changed; "
                              "choose another path",
                              to_, hub_.settings.file));
    }

    void move_row(const ModelRow& row) {
        switch (kind_of(row, hub_.settings)) {
            case RowKind::file:
            case RowKind::document:
                return;  // the file moves
            case RowKind::record:
                throw UserError(fmt::format(
                    "{}: states the path of {} and can't be edited by this program; move the file "
                    "and change the path by hand",
                    row_place(row), row.model_path));
            case RowKind::table:
                break;
        }
        if (stays_in_readme(row)) {
            change_row(row, {}, paths_);
        } else {
            move_to_other_readme(row);
        }
    }

    /// A class of models has its files anywhere below its folder. That of the top has them where
    /// other models of the top are.
    bool stays_in_readme(const ModelRow& row) const {
        if (!is_official(row)) return true;
        const std::string folder(parent_folder(row.source_file.text()));
        return folder.empty() ? has_place_in(folder) : to_.starts_with(folder + "/");
    }

    bool is_official(const ModelRow& row) const { return !row.stated || row.stated->is_official; }

    /// The class of models that `add` writes to this path.
    std::string own_class() const {
        const std::string_view folder = parent_folder(to_);
        return std::string(file_name(folder) == "model" ? parent_folder(folder) : folder);
    }

    /// Whether the new path is one for models of the class in `folder`.
    bool has_place_in(const std::string& folder) const {
        if (folder == own_class()) return true;
        return std::ranges::any_of(hub_.rows.models, [&](const ModelRow& row) {
            return parent_folder(row.source_file.text()) == folder &&
                   parent_folder(row.model_path) == parent_folder(to_);
        });
    }

    /// The folder of the README for a model at the new path: one that has models there, or a new
    /// one.
    std::string class_folder() const {
        const auto root = edit_.text_of(std::string(readme_file_name));
        Diagnostics ignored;
        const ModelFolders known = parse_model_folders(
            root.value_or(""), std::string(readme_file_name), ignored, hub_.settings.repository);
        std::optional<std::string> best;
        for (const ModelFolder& folder : known.folders) {
            if (!has_place_in(folder.path)) continue;
            if (!best || folder.path.size() > best->size()) best = folder.path;
        }
        return best.value_or(own_class());
    }

    /// In a hub of official tables, each class of models has a README. The new row is set first, so
    /// that no killed run loses it.
    void move_to_other_readme(const ModelRow& row) {
        const std::string folder = class_folder();
        const std::string readme = joined_path(folder, std::string(readme_file_name));
        const std::string root(readme_file_name);
        auto more = more_cells(readable(row.source_file), row.source_file, row.line);
        auto without = without_rows(readable(row.source_file), row.source_file, {row.line});
        if (!more || !without) refuse_row(row);
        const bool is_in_root = row.source_file == root;
        std::string root_text =
            with_folder_row(is_in_root ? std::move(*without) : readable(root), folder,
                            folder_title(folder), "", hub_.settings.repository);
        edit_.set_text(readme, with_row_of(row, folder, readme == root ? &root_text : nullptr,
                                           std::move(*more)));
        if (readme != root) edit_.set_text(root, std::move(root_text));
        if (!is_in_root) edit_.set_text(row.source_file, std::move(*without));
    }

    /// The README of `folder` with the row. `present` is its text if it has changed already.
    std::string with_row_of(const ModelRow& row, const std::string& folder,
                            const std::string* present, std::map<std::string, std::string> more) {
        const std::string readme = joined_path(folder, std::string(readme_file_name));
        std::vector<std::string> columns;
        for (const auto& [column, text] : more) columns.push_back(column);
        change_.watch(readme);
        const auto current = present ? *present : edit_.text_of(readme);
        const std::string text = with_model_table(
            current.value_or(new_model_readme(folder_title(folder), columns)), readme);
        std::erase_if(
            more, [&](const auto& cell) { return !has_model_column(text, readme, cell.first); });
        return with_model_row(text, readme, row_text(row, folder, std::move(more)),
                              hub_.settings.repository);
    }

    RowText row_text(const ModelRow& row, const std::string& folder,
                     std::map<std::string, std::string> more) const {
        const auto below = [&](const std::string& path) {
            return folder.empty() ? path : path.substr(folder.size() + 1);
        };
        RowText text;
        text.name = row.name;
        text.model = {below(to_), size_of_model(), true};
        if (row.archive_path) {
            const auto moved = paths_.find(*row.archive_path);
            const std::string& path = moved == paths_.end() ? *row.archive_path : moved->second;
            if (folder.empty() || path.starts_with(folder + "/")) {
                text.archive = {below(path), size_of(*row.archive_path), true};
            }
        }
        text.onnx_version = row.onnx_version;
        text.opset_version = row.opset_version;
        text.more = std::move(more);
        return text;
    }

    std::uint64_t size_of(const std::string& path) const {
        const auto pointer = hub_.folder.tree->unmodified_pointer(path);
        if (pointer) return pointer->size_bytes;
        const auto stat = hub_.folder.tree->stat(path);
        if (!stat || stat->kind != FileKind::regular) return 0;
        if (stat->size_bytes >= lfs_pointer_size_limit) return stat->size_bytes;
        const auto parsed = parse_lfs_pointer(
            read_whole(*hub_.folder.tree->open(path), lfs_pointer_size_limit, path));
        const auto* content = std::get_if<LfsPointer>(&parsed);
        return content ? content->size_bytes : stat->size_bytes;
    }

    /// With external data, as the manifest states it if it has an entry.
    std::uint64_t size_of_model() const {
        if (hub_.manifest) {
            for (const ManifestEntry& entry : hub_.manifest->entries) {
                if (!entry.entry || entry.entry->model_path != from_) continue;
                std::uint64_t bytes = entry.entry->content.size_bytes.value_or(0);
                for (const ExternalDataFile& file : entry.entry->external_data) {
                    bytes += file.size_bytes;
                }
                return bytes;
            }
        }
        return size_of(from_);
    }

    // Both.

    /// The text of a README that will be edited.
    std::string readable(const std::string& readme) {
        change_.watch(readme);
        return edit_.text_of(readme).value_or("");
    }

    [[noreturn]] static void refuse_row(const ModelRow& row) {
        throw UserError(fmt::format(
            "{}: is not a row of a Markdown table, so this program can't edit it; change the row "
            "by hand, then run `onnxhub generate`",
            row_place(row)));
    }

    void change_row(const ModelRow& row,
                    const std::optional<std::pair<std::string, std::string>>& name,
                    const std::map<std::string, std::string>& paths) {
        auto text = with_changed_row(readable(row.source_file), row.source_file,
                                     {row.line, name_columns_of(row, hub_.settings), name, paths},
                                     hub_.settings.repository);
        if (!text) refuse_row(row);
        edit_.set_text(row.source_file, std::move(*text));
    }

    bool is_chosen(const ModelRow& row) const {
        return std::ranges::any_of(models_, [&](const HubModel& model) {
            return model.path == row.model_path &&
                   (!from_.empty() || !model.row || model.row->name == row.name);
        });
    }

    std::optional<ModelRow> find_row(const std::string& path,
                                     const std::optional<std::string>& name) const {
        for (const ModelRow& row : after_.models) {
            if (row.model_path == path && (!name || row.name == *name)) return row;
        }
        return std::nullopt;
    }

    /// Reads the rows after the change: no other model may lose its row.
    void check_rows() {
        Diagnostics problems;
        after_ = read_all_rows(edit_, hub_.settings, problems);
        for (const ModelRow& row : hub_.rows.models) {
            if (is_chosen(row) || find_row(row.model_path, row.name)) continue;
            throw UserError(fmt::format(
                "{}: would no longer describe {}, so nothing was changed; make the change by hand",
                row_place(row), row.model_path));
        }
        result_.problems = new_problems(hub_.problems, problems);
    }

    /// One after the other: each continues the manifest of the one before.
    void regenerate_entries(ShapeInference* inference, ContentObserver* content) {
        if (!hub_.manifest) return;
        const std::string manifest(manifest_file_name);
        std::string text = moved_manifest();
        for (const auto& [path, name] : regenerated_) {
            const ManifestDocument present = read_manifest(text, manifest);
            GenerateOptions options;
            options.target = Target::single;
            options.single_path = path;
            options.settings = hub_.settings;
            options.discover = hub_.settings.discover;
            options.present = &present;
            options.carry = &present;
            options.inference = inference;
            options.observer = content;
            Diagnostics found;
            const GenerateResult generated = generate(edit_, options, found);
            if (generated.unmade > 0 || !has_entry(generated.update.text, path, name)) {
                diagnostics_.append(std::move(found));
                throw UserError(fmt::format(
                    "{}: can't become an entry{}, so nothing was changed; fix the problems "
                    "reported above",
                    path, name ? " with the name \"" + *name + "\"" : ""));
            }
            text = generated.update.text;
        }
        edit_.set_text(manifest, without_old_entries(text));
    }

    /// The present manifest as text. The entries of a moved model have the new paths already, so
    /// that the regenerated ones continue them. A name that follows the path is another one, and
    /// its entry continues the one with the same SHA-256.
    std::string moved_manifest() const {
        std::vector<std::string> texts;
        const bool keeps_name =
            !from_.empty() && models_.front().row && find_row(to_, models_.front().row->name);
        for (const ManifestEntry& entry : hub_.manifest->entries) {
            const bool moves = keeps_name && entry.entry && entry.entry->model_path == from_;
            texts.push_back(moves ? entry_text(with_moved_paths(entry.json(), paths_))
                                  : entry.text.copy());
        }
        return manifest_text(texts);
    }

    /// Removes entries of the old path that no new one continued.
    std::string without_old_entries(const std::string& text) const {
        const ManifestDocument document = read_manifest(text, std::string(manifest_file_name));
        PartialChange partial;
        for (const ManifestEntry& entry : document.entries) {
            const bool is_old = entry.entry && !from_.empty() && entry.entry->model_path == from_;
            if (is_old) partial.gone.push_back(name_of(entry));
        }
        return partial.gone.empty() ? text : replace_some(document, partial).text;
    }

    static bool has_entry(const std::string& text, const std::string& path,
                          const std::optional<std::string>& name) {
        const ManifestDocument document = read_manifest(text, std::string(manifest_file_name));
        return std::ranges::any_of(document.entries, [&](const ManifestEntry& entry) {
            return entry.entry && entry.entry->model_path == path &&
                   (!name || entry.entry->model == *name);
        });
    }

    const RenameRequest& request_;
    const PresentHub& hub_;
    FileTransaction& change_;
    EditedTree& edit_;
    Diagnostics& diagnostics_;
    HubEdit result_;
    std::vector<HubModel> models_;
    std::string from_;  ///< "" for a new name
    std::string to_;
    std::map<std::string, std::string> paths_;  ///< old → new path of each moved file
    HubRows after_;
    /// Paths of entries, and their new names.
    std::map<std::string, std::optional<std::string>> regenerated_;
};

}  // namespace

HubEdit plan_rename(const RenameRequest& request, FileTransaction& change, EditedTree& edit,
                    ShapeInference* inference, ContentObserver* content, Diagnostics& diagnostics) {
    const PresentHub hub = read_present_hub(change);
    return Rename(request, hub, change, edit, diagnostics).plan(inference, content);
}

}  // namespace onnxhub
