// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_add.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>

#include "base/user_error.h"
#include "hosting/scaffold/added_files.h"
#include "hosting/scaffold/added_model.h"
#include "hosting/scaffold/hub_text.h"
#include "hosting/scaffold/path_ownership.h"
#include "hosting/scaffold/readme_edit.h"
#include "hosting/scaffold/source_advice.h"
#include "hosting/scaffold/test_data_pack.h"
#include "manifest/hub_path.h"
#include "model/test_data_check.h"
#include "repository/git_repository.h"
#include "sources/hub_rows.h"
#include "sources/row_settings.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

std::string folder_of_tag(std::string tag) {
    std::ranges::replace(tag, ' ', '_');
    return tag;
}

/// What both ways of adding work with.
struct Addition {
    const AddRequest& request;
    const AddedModel& model;
    FileTransaction& change;
    const Tree& tree;  ///< the hub before the change
    const Settings& settings;
};

/// Adds to a hub of official tables: writes the model's row, its folder's README and its archive.
class TableAdder {
public:
    explicit TableAdder(const Addition& addition)
        : request_(addition.request),
          model_(addition.model),
          change_(addition.change),
          tree_(addition.tree),
          settings_(addition.settings),
          files_(request_, model_, change_, tree_) {}

    std::string add() {
        root_ = read_root();
        files_.place(choose_folder(), "model");
        check_test_data();
        find_present_row();
        check_places();
        plan_readmes();
        with_row(0);  // throws if the row cannot be written
        const std::uint64_t archive_bytes = files_.stage();
        stage_readmes(with_row(archive_bytes));
        change_.apply();
        return files_.model_path();
    }

private:
    std::string folder_readme_path() const { return joined_path(files_.folder(), "README.md"); }

    /// From the folder.
    std::string below(const std::string& path) const {
        return files_.folder().empty() ? path : path.substr(files_.folder().size() + 1);
    }

    std::string read_root() const {
        change_.watch("README.md");
        std::error_code error;
        if (fs::exists(files_.at("README.md"), error)) return read_hub_text(files_.at("README.md"));
        throw UserError(change_.hub().string() +
                        ": is not a hub, it has no README.md; create one with `onnxhub init`");
    }

    std::string choose_folder() const {
        if (!request_.tags.empty()) return folder_of_tags();
        if (request_.folder) {
            check_class_folder("--class", *request_.folder);
            return *request_.folder;
        }
        Diagnostics ignored;
        const ModelFolders folders = parse_model_folders(root_, "README.md", ignored);
        if (folders.folders.size() == 1) return folders.folders.front().path;
        throw UserError(
            "command line: the model's folder is not given; add --class "
            "vision/classification/mnist");
    }

    std::string folder_of_tags() const {
        std::string folder;
        for (const std::string& tag : request_.tags)
            folder = joined_path(folder, folder_of_tag(tag));
        check_class_folder("--tags", folder);
        if (request_.folder && *request_.folder != folder) {
            throw UserError(fmt::format(
                "command line: --class {} gives other tags than --tags, which mean {}; leave out "
                "one of the two",
                *request_.folder, folder));
        }
        return folder;
    }

    /// With test data that contradicts the graph, users would consider the model broken.
    void check_test_data() const {
        if (!request_.test_data) return;
        const std::vector<std::string> mismatches =
            compare_test_data(read_test_data(*request_.test_data), model_.graph.ports);
        if (mismatches.empty()) return;
        throw UserError(fmt::format("{}: {}{}; make the test data with this model",
                                    request_.test_data->string(), mismatches.front(),
                                    mismatches.size() > 1 ? " (and similar problems)" : ""));
    }

    void find_present_row() {
        if (request_.rows) {
            rows_ = *request_.rows;
        } else {
            Diagnostics ignored;
            Settings tables;  // the official ones alone
            tables.repository = settings_.repository;
            rows_ = read_hub_rows(tree_, tables, 0, ignored).models;
        }
        present_ = row_to_replace(rows_, {folder_readme_path(), files_.model_path(), request_.name,
                                          files_.is_place_taken()});
        name_ = request_.name ? *request_.name
                : present_    ? present_->name
                              : fs::path(files_.model_path()).stem().string();
        check_name_is_free(rows_, files_.model_path(), name_, model_.opset);
    }

    void check_places() {
        files_.check_places(rows_);
        for (const std::string& path : {folder_readme_path(), std::string("README.md")}) {
            change_.place_of(path);
        }
    }

    void plan_readmes() {
        root_ = with_folder_row(with_folder_table(root_), files_.folder(),
                                folder_title(files_.folder()), request_.description,
                                settings_.repository);
        std::vector<std::string> columns;
        for (const auto& [column, text] : request_.columns) columns.push_back(column);
        change_.watch(folder_readme_path());
        std::error_code error;
        const fs::path path = files_.at(folder_readme_path());
        const std::string present = files_.folder().empty() ? root_
                                    : fs::exists(path, error)
                                        ? read_hub_text(path)
                                        : new_model_readme(folder_title(files_.folder()), columns);
        folder_readme_ = with_model_table(present, folder_readme_path(), columns);
    }

    /// The folder's README, with the model's row.
    std::string with_row(std::uint64_t archive_bytes) const {
        RowText row;
        row.name = name_;
        row.model = {below(files_.model_path()), files_.size_bytes(), files_.has_new_bytes()};
        if (request_.test_data) row.archive = {below(files_.archive_path()), archive_bytes, true};
        row.onnx_version = onnx_version();
        row.opset_version = model_.opset;
        row.more = request_.columns;
        // In the top README, the folder's new row may have moved it, so the line is searched again.
        if (present_ && !files_.folder().empty()) row.present_line = present_->line;
        return with_model_row(folder_readme_, folder_readme_path(), row, settings_.repository);
    }

    /// Keeps the value in the row as long as it is correct.
    std::string onnx_version() const {
        if (request_.onnx_version) return *request_.onnx_version;
        const auto said = present_ ? find_release(present_->onnx_version) : std::nullopt;
        if (said && said->ir_version >= model_.graph.ir_version &&
            said->opset_version >= model_.opset) {
            return present_->onnx_version;
        }
        return std::string(model_.oldest_release.version);
    }

    void stage_readmes(const std::string& folder_readme) {
        if (files_.folder().empty()) {
            change_.stage_text("README.md", folder_readme);
            return;
        }
        change_.stage_text(folder_readme_path(), folder_readme);
        change_.stage_text("README.md", root_);
    }

    const AddRequest& request_;
    const AddedModel& model_;
    FileTransaction& change_;
    const Tree& tree_;
    const Settings& settings_;
    AddedFiles files_;
    std::vector<ModelRow> rows_;
    std::optional<ModelRow> present_;
    std::string root_;
    std::string folder_readme_;
    std::string name_;
};

/// Adds to a hub whose sources state the facts: copies the files alone.
class SourceAdder {
public:
    explicit SourceAdder(const Addition& addition)
        : request_(addition.request),
          change_(addition.change),
          tree_(addition.tree),
          settings_(addition.settings),
          files_(request_, addition.model, change_, tree_) {}

    std::string add() {
        refuse_facts();
        files_.place(choose_folder(), "");
        if (is_excluded(settings_, files_.model_path())) {
            throw UserError(fmt::format("{}: is excluded by [generate] in {}; choose another path",
                                        files_.model_path(), settings_.file));
        }
        const std::vector<ModelRow> rows = described_models(tree_);
        check_path_is_own(rows, files_.model_path(), files_.is_place_taken());
        files_.check_places(rows);
        files_.stage();
        change_.apply();
        require_description();
        return files_.model_path();
    }

private:
    std::vector<ModelRow> described_models(const Tree& tree) const {
        Diagnostics ignored;
        return read_hub_rows(tree, settings_, 0, ignored).models;
    }

    /// Options that write facts into a row.
    void refuse_facts() const {
        const std::pair<const char*, bool> options[] = {
            {"--tags", !request_.tags.empty()},
            {"--name", request_.name.has_value()},
            {"--onnx-version", request_.onnx_version.has_value()},
            {"--test-data", request_.test_data.has_value()},
            {"--description", !request_.description.empty()},
            {"--accuracy", !request_.columns.empty()}};
        for (const auto& [option, is_given] : options) {
            if (!is_given) continue;
            throw UserError(fmt::format(
                "command line: {} is for hubs with official tables, but the sources in {} state "
                "the facts of models here; leave it out, or add an [[override]]",
                option, settings_.file));
        }
    }

    std::string choose_folder() const {
        if (request_.folder) {
            check_class_folder("--class", *request_.folder);
            return *request_.folder;
        }
        if (const auto inside = files_.path_inside_hub()) {
            return std::string(parent_folder(*inside));
        }
        throw UserError(
            "command line: the model's directory is not given; add --class models/mnist");
    }

    /// The sources are read again, with the model in its place.
    void require_description() const {
        if (settings_.discover) return;
        const auto rows = described_models(*folder_tree(change_.hub()));
        if (std::ranges::find(rows, files_.model_path(), &ModelRow::model_path) != rows.end())
            return;
        throw NotDescribed(fmt::format("{}: no [[source]] of {} describes it; {}",
                                       files_.model_path(), settings_.file,
                                       advice_on_undescribed(settings_, files_.model_path())));
    }

    const AddRequest& request_;
    FileTransaction& change_;
    const Tree& tree_;
    const Settings& settings_;
    AddedFiles files_;
};

/// Rows are written in a hub of official tables, and by callers that adopt models.
bool writes_rows(const AddRequest& request, const Settings& settings) {
    return request.rows || settings.sources.empty() ||
           std::ranges::any_of(settings.sources, reads_official_tables);
}

}  // namespace

std::string add_model(const AddRequest& request, ModelChecker& checker, ShapeInference* inference,
                      FileTransaction& change) {
    const AddedModel model = read_added_model(request, checker, inference);
    const std::unique_ptr<Tree> tree = folder_tree(change.hub());
    Diagnostics ignored;
    const Settings settings = read_settings(*tree, {}, ignored);
    const Addition addition{request, model, change, *tree, settings};
    return writes_rows(request, settings) ? TableAdder(addition).add()
                                          : SourceAdder(addition).add();
}

}  // namespace onnxhub
