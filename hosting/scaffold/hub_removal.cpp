// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_removal.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/user_error.h"
#include "generator/manifest_update.h"
#include "hosting/scaffold/committed_files.h"
#include "hosting/scaffold/lfs_lines.h"
#include "hosting/scaffold/model_files.h"
#include "hosting/scaffold/present_hub.h"
#include "hosting/scaffold/readme_edit.h"
#include "hosting/scaffold/row_kind.h"
#include "trust/signature_name.h"

namespace onnxhub {
namespace {

/// Merged sources and repeated rows appear one after the other.
constexpr int round_limit = 100;

class Removal {
public:
    Removal(const RemoveRequest& request, const PresentHub& hub, FileTransaction& change,
            EditedTree& edit)
        : request_(request), hub_(hub), change_(change), edit_(edit) {}

    HubEdit plan() {
        choose_models();
        remove_rows();
        check_remaining_rows();
        remove_files();
        remove_lfs_lines();
        refuse_uncommitted();
        remove_entries();
        warn_of_folder_signatures(edit_, result_.problems);
        return std::move(result_);
    }

private:
    void choose_models() {
        for (const std::string& text : request_.models) {
            const std::vector<HubModel> named = named_models(hub_, text);
            if (named.size() > 1 && !request_.all_versions && !is_one_file(named, text)) {
                throw UserError(fmt::format(
                    "\"{}\" has {} versions: {}; name one of them, or use --all-versions", text,
                    named.size(), versions_text(named)));
            }
            for (const HubModel& model : named) {
                if (std::ranges::find(models_, model) == models_.end()) models_.push_back(model);
            }
        }
        std::set<std::string> staying;
        for (const HubModel& model : models_of(hub_)) {
            if (std::ranges::find(models_, model) == models_.end()) staying.insert(model.path);
        }
        for (const HubModel& model : models_) {
            if (!staying.contains(model.path)) leaving_.insert(model.path);
            for (const EntryName& entry : model.entries) gone_.push_back(entry);
            result_.models.push_back({model.name, model.path, model.opset});
        }
    }

    /// Whether the text is the path of a file that has several names.
    static bool is_one_file(const std::vector<HubModel>& named, const std::string& text) {
        return text.ends_with(named.front().path) &&
               std::ranges::all_of(
                   named, [&](const HubModel& model) { return model.path == named.front().path; });
    }

    bool is_chosen(const ModelRow& row) const {
        return std::ranges::any_of(models_, [&](const HubModel& model) {
            return model.path == row.model_path &&
                   (!model.row || model.row->name == row.name || leaving_.contains(model.path));
        });
    }

    /// Reads the rows again until none describes a chosen model: sources may describe it twice, and
    /// a table may repeat its row.
    void remove_rows() {
        for (int round = 0; round < round_limit; ++round) {
            read_remaining();
            const std::vector<const ModelRow*> chosen = chosen_rows();
            const std::vector<BrokenRow> broken = broken_rows();
            if (remove_table_rows(chosen, broken)) continue;
            if (has_removed_models_) {
                if (remove_broken_documents(broken)) continue;
                if (!chosen.empty()) refuse_row(*chosen.front(), "remove it by hand");
                return;
            }
            for (const ModelRow* row : chosen) remove_documents(*row);
            for (const std::string& path : leaving_) remove_file(path);
            has_removed_models_ = true;
        }
        throw UserError(fmt::format("{}: has too many rows; remove them by hand", models_[0].path));
    }

    void read_remaining() {
        result_.problems = {};
        remaining_ = read_all_rows(edit_, hub_.settings, result_.problems);
    }

    std::vector<const ModelRow*> chosen_rows() const {
        std::vector<const ModelRow*> chosen;
        for (const ModelRow& row : remaining_.models) {
            if (is_chosen(row)) chosen.push_back(&row);
        }
        return chosen;
    }

    std::vector<BrokenRow> broken_rows() const {
        std::vector<BrokenRow> broken;
        std::ranges::copy_if(
            remaining_.broken, std::back_inserter(broken),
            [&](const BrokenRow& row) { return leaving_.contains(row.model_path); });
        return broken;
    }

    /// Returns whether there were any.
    bool remove_table_rows(const std::vector<const ModelRow*>& chosen,
                           const std::vector<BrokenRow>& broken) {
        std::map<std::string, std::set<int>> lines;
        for (const ModelRow* row : chosen) {
            const RowKind kind = kind_of(*row, hub_.settings);
            if (kind == RowKind::record) refuse_row(*row, "delete this record");
            if (kind != RowKind::table) continue;
            refuse_shared_row(*row);
            lines[row->source_file].insert(row->line);
        }
        for (const BrokenRow& row : broken) {
            if (!is_document(row.source_file, hub_.settings)) {
                lines[row.source_file].insert(row.line);
            }
        }
        for (const auto& [readme, numbers] : lines) remove_lines(readme, numbers);
        return !lines.empty();
    }

    /// Sidecars that are not usable, and still belong to a model that is removed. Returns whether
    /// there were any.
    bool remove_broken_documents(const std::vector<BrokenRow>& broken) {
        for (const BrokenRow& row : broken) {
            if (!can_belong_to_model(row.source_file)) return false;
            remove_file(row.source_file);
        }
        return !broken.empty();
    }

    /// The sidecars and links that describe chosen models only.
    void remove_documents(const ModelRow& row) {
        for (const std::string& document : documents_of(row, hub_.settings)) {
            const bool is_shared =
                std::ranges::any_of(remaining_.models, [&](const ModelRow& other) {
                    return !is_chosen(other) &&
                           documents_of(other, hub_.settings).contains(document);
                });
            if (!is_shared && can_belong_to_model(document)) remove_file(document);
        }
    }

    [[noreturn]] static void refuse_row(const ModelRow& row, const std::string& what_to_do) {
        throw UserError(
            fmt::format("{}: describes {} and can't be edited by this program; {}, then "
                        "run this again",
                        row_place(row), row.model_path, what_to_do));
    }

    /// A row with links to several models describes them all.
    void refuse_shared_row(const ModelRow& row) const {
        for (const ModelRow& other : remaining_.models) {
            if (other.source_file != row.source_file || other.line != row.line) continue;
            if (is_chosen(other)) continue;
            throw UserError(
                fmt::format("{}: describes {} too; remove {} from it by hand, then run this again",
                            row_place(row), other.model_path, row.model_path));
        }
    }

    void remove_lines(const std::string& readme, const std::set<int>& lines) {
        change_.watch(resolved_path(readme));
        const std::string text = edit_.text_of(readme).value_or("");
        auto edited = without_rows(text, readme, lines);
        if (!edited) {
            throw UserError(
                fmt::format("{}:{}: is not a row of a Markdown table, so this program can't edit "
                            "it; remove the "
                            "row by hand, then run this again",
                            readme, *lines.begin()));
        }
        edit_.set_text(readme, std::move(*edited));
    }

    std::string resolved_path(const std::string& path) const {
        const auto resolved = resolve_symlinks(edit_, path);
        const auto* target = std::get_if<std::string>(&resolved);
        return target ? *target : path;
    }

    void remove_file(const std::string& path) {
        if (!hub_.folder.tree->stat(path)) return;
        change_.watch(path);
        edit_.remove(path);
    }

    /// No other model may lose its row, and no error may be new.
    void check_remaining_rows() {
        std::set<std::pair<std::string, std::string>> present;
        for (const ModelRow& row : remaining_.models) present.emplace(row.model_path, row.name);
        for (const ModelRow& row : hub_.rows.models) {
            if (is_chosen(row) || present.contains({row.model_path, row.name})) continue;
            throw UserError(fmt::format(
                "{}: would no longer describe {}, so nothing was changed; remove the model by hand",
                row_place(row), row.model_path));
        }
        result_.problems = new_problems(hub_.problems, result_.problems);
    }

    void remove_files() {
        FileUsers users(edit_, remaining_.models, hub_.document(), leaving_);
        for (const std::string& path : leaving_) {
            const FilesOfModel files =
                files_of_model(*hub_.folder.tree, hub_.rows.models, hub_.document(), path);
            for (const std::string& file : files.weights) remove_or_keep(file, path, users);
            for (const std::string& file : files.archives) remove_or_keep(file, path, users);
            remove_file(signature_of_model(path));
        }
    }

    void remove_or_keep(const std::string& file, const std::string& model, FileUsers& users) {
        const auto stat = hub_.folder.tree->stat(file);
        if (!stat || edit_.removed().contains(file)) return;
        const auto keep = [&](std::string reason) {
            const auto known = std::ranges::find(result_.kept, file, &KeptFile::path);
            if (known == result_.kept.end()) result_.kept.push_back({file, std::move(reason)});
        };
        if (const auto user = users.user_of(file)) return keep(*user + " uses it too");
        const bool is_file = stat->kind == FileKind::regular || stat->kind == FileKind::symlink;
        if (!is_file || !can_belong_to_model(file))
            return keep(model + " names it, but does not own it");
        remove_file(file);
    }

    void remove_lfs_lines() {
        if (!hub_.folder.tree->stat(attributes_file_name)) return;
        change_.watch(attributes_file_name);
        const std::string text = edit_.text_of(attributes_file_name).value_or("");
        const std::vector<std::string> removed(edit_.removed().begin(), edit_.removed().end());
        std::string edited = without_lfs_lines(text, removed);
        if (edited != text) edit_.set_text(attributes_file_name, std::move(edited));
    }

    void refuse_uncommitted() {
        if (request_.force) return;
        const CommittedFiles committed(hub_.folder, [this] { change_.check_interruption(); });
        for (const std::string& path : edit_.removed()) {
            const auto difference = committed.difference(path);
            if (!difference) continue;
            const std::string message = *difference + ", so git could not restore it";
            const std::string hint = "commit it first, or use --force";
            if (!request_.is_dry) throw UserError(path + ": " + message + "; " + hint);
            result_.problems.report({Severity::warning, "", path, 0, message, hint});
        }
    }

    void remove_entries() {
        if (!hub_.manifest || gone_.empty()) return;
        PartialChange partial;
        partial.gone = gone_;
        edit_.set_text(std::string(manifest_file_name), replace_some(*hub_.manifest, partial).text);
    }

    const RemoveRequest& request_;
    const PresentHub& hub_;
    FileTransaction& change_;
    EditedTree& edit_;
    HubEdit result_;
    std::vector<HubModel> models_;
    std::set<std::string> leaving_;  ///< paths of models that have no other name
    std::vector<EntryName> gone_;
    HubRows remaining_;
    bool has_removed_models_ = false;
};

}  // namespace

HubEdit plan_removal(const RemoveRequest& request, FileTransaction& change, EditedTree& edit) {
    const PresentHub hub = read_present_hub(change);
    return Removal(request, hub, change, edit).plan();
}

}  // namespace onnxhub
