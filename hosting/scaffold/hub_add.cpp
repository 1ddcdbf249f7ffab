// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_add.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "hosting/scaffold/path_ownership.h"
#include "hosting/scaffold/readme_edit.h"
#include "hosting/scaffold/source_advice.h"
#include "hosting/scaffold/test_data_pack.h"
#include "manifest/hub_path.h"
#include "manifest/onnx_release.h"
#include "model/model_graph.h"
#include "model/onnx_skeleton.h"
#include "model/operator_check.h"
#include "model/test_data_check.h"
#include "repository/foreign_pointer.h"
#include "repository/git_attributes.h"
#include "repository/git_repository.h"
#include "sources/hub_rows.h"
#include "sources/row_settings.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_readme = std::uint64_t{64} << 20;  // bytes

std::string read_text(const fs::path& path) {
    return read_file(path, largest_readme);
}

std::optional<LfsPointer> pointer_at(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error) || fs::file_size(path, error) >= lfs_pointer_size_limit) {
        return std::nullopt;
    }
    const auto parsed = parse_lfs_pointer(read_text(path));
    const auto* pointer = std::get_if<LfsPointer>(&parsed);
    return pointer ? std::optional(*pointer) : std::nullopt;
}

void refuse_pointer(const fs::path& path) {
    if (pointer_at(path)) {
        throw UserError(
            path.string() +
            ": is a Git LFS pointer, its content is not available locally; run `git lfs pull`");
    }
    std::error_code error;
    if (!fs::is_regular_file(path, error) || fs::file_size(path, error) >= lfs_pointer_size_limit) {
        return;
    }
    if (const auto foreign = find_foreign_pointer(read_text(path))) {
        throw UserError(path.string() + ": " + foreign->reason + "; " + foreign->hint);
    }
}

bool has_hidden_segment(const std::string& path) {
    return path.starts_with('.') || path.find("/.") != path.npos;
}

std::string joined(const std::string& folder, const std::string& path) {
    return folder.empty() ? path : folder + "/" + path;
}

std::string folder_of_tag(std::string tag) {
    std::ranges::replace(tag, ' ', '_');
    return tag;
}

/// Facts about the model, collected before anything is written.
struct CheckedModel {
    ModelGraph graph;
    std::optional<OnnxRelease> oldest_release;  ///< supports its IR version and opset
    std::int64_t opset = 0;
};

void refuse_broken(const std::string& shown, const OperatorReport& report) {
    const OperatorFinding* error = report.first_error();
    if (error) throw UserError(shown + ": " + to_text(*error) + "; repair the model");
}

CheckedModel check_model(const AddRequest& request, ModelChecker& checker,
                         ShapeInference* inference) {
    const std::string shown = request.model.string();
    if (!request.model.filename().string().ends_with(".onnx")) {
        throw UserError(shown + ": its name does not end with .onnx; rename it");
    }
    refuse_pointer(request.model);
    const auto source = open_file(request.model, shown);
    const auto skeleton = read_skeleton(*source);
    if (const auto* error = std::get_if<SkeletonError>(&skeleton)) {
        throw UserError(shown + ": " + error->reason + "; name an ONNX model");
    }
    refuse_broken(shown, check_operators(std::get<OnnxSkeleton>(skeleton)));
    const CheckVerdict verdict = checker.check(std::get<OnnxSkeleton>(skeleton).model);
    if (verdict.outcome == CheckOutcome::failed || verdict.outcome == CheckOutcome::crashed) {
        throw UserError(shown + ": fails ONNX's checker: " + verdict.message +
                        "; repair the model");
    }
    auto graph = read_model_graph(*source, inference, {});
    if (const auto* error = std::get_if<SkeletonError>(&graph)) {
        throw UserError(shown + ": " + error->reason + "; name an ONNX model");
    }
    CheckedModel checked;
    checked.graph = std::get<ModelGraph>(std::move(graph));
    const auto opset = checked.graph.opsets.find("");
    if (opset == checked.graph.opsets.end()) {
        throw UserError(shown + ": imports no opset of ONNX's own domain; repair the model");
    }
    checked.opset = opset->second;
    checked.oldest_release = oldest_release_for(checked.graph.ir_version, checked.opset);
    if (!request.onnx_version && !checked.oldest_release) {
        throw UserError(shown +
                        ": is newer than every known ONNX release; add "
                        "--onnx-version");
    }
    return checked;
}

/// plan() does all checks, write() writes everything.
class Adder {
public:
    Adder(const AddRequest& request, CheckedModel checked, FileTransaction& change)
        : request_(request), checked_(std::move(checked)), change_(change) {}

    std::string add() {
        tree_ = folder_tree(change_.hub());
        read_hub_settings();
        if (writes_rows_) {
            plan();
        } else {
            plan_without_row();
        }
        write();
        change_.apply();
        if (!writes_rows_) require_description();
        return model_path_;
    }

private:
    using Weights = std::vector<std::pair<std::string, fs::path>>;

    void plan() {
        root_ = read_root();
        folder_ = choose_folder();
        model_path_ = place_of_model();
        weights_ = find_weights();
        check_test_data();
        find_present_row();
        check_places();
        plan_readmes();
        with_row(0);  // throws if the row cannot be written
    }

    /// Rows are written in a hub of official tables, and by callers that adopt models.
    void read_hub_settings() {
        Diagnostics ignored;
        settings_ = read_settings(*tree_, {}, ignored);
        if (request_.rows) return;
        writes_rows_ = settings_.sources.empty() ||
                       std::ranges::any_of(settings_.sources, reads_official_tables);
    }

    void plan_without_row() {
        refuse_facts();
        folder_ = choose_folder_of_sources();
        model_path_ = place_of_model();
        if (is_excluded(settings_, model_path_)) {
            throw UserError(fmt::format("{}: is excluded by [generate] in {}; choose another path",
                                        model_path_, settings_.file));
        }
        weights_ = find_weights();
        rows_ = described_models(*tree_);
        is_same_file_ = has_bytes_of(model_path_, request_.model);
        std::error_code error;
        const bool is_there = fs::exists(fs::symlink_status(at(model_path_), error));
        check_path_is_own(rows_, model_path_, is_there && !is_same_file_);
        check_places();
    }

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

    std::string choose_folder_of_sources() const {
        if (request_.folder) {
            check_folder("--class", *request_.folder);
            return *request_.folder;
        }
        if (const auto inside = path_inside_hub()) return std::string(parent_folder(*inside));
        throw UserError(
            "command line: the model's directory is not given; add --class models/mnist");
    }

    /// The sources are read again, with the model in its place.
    void require_description() const {
        if (settings_.discover) return;
        const auto rows = described_models(*folder_tree(change_.hub()));
        if (std::ranges::find(rows, model_path_, &ModelRow::model_path) != rows.end()) return;
        throw NotDescribed(fmt::format("{}: no [[source]] of {} describes it; {}", model_path_,
                                       settings_.file,
                                       advice_on_undescribed(settings_, model_path_)));
    }

    void write() {
        track_in_lfs();
        std::uint64_t archive_bytes = 0;
        if (request_.test_data) archive_bytes = pack();
        for (const auto& [path, from] : weights_) change_.stage_copy(from, path);
        change_.stage_copy(request_.model, model_path_);
        if (!writes_rows_) return;
        if (folder_.empty()) {
            change_.stage_text("README.md", with_row(archive_bytes));
            return;
        }
        change_.stage_text(folder_readme_path(), with_row(archive_bytes));
        change_.stage_text("README.md", root_);
    }

    fs::path at(const std::string& path) const { return change_.hub() / path; }
    std::string folder_readme_path() const { return joined(folder_, "README.md"); }
    std::string below(const std::string& path) const {
        return folder_.empty() ? path : path.substr(folder_.size() + 1);
    }
    bool is_in_folder(const std::string& path) const {
        return folder_.empty() || path.starts_with(folder_ + "/");
    }

    std::string read_root() const {
        change_.watch("README.md");
        std::error_code error;
        if (fs::exists(at("README.md"), error)) return read_text(at("README.md"));
        throw UserError(change_.hub().string() +
                        ": is not a hub, it has no README.md; create one with `onnxhub init`");
    }

    std::string choose_folder() const {
        if (!request_.tags.empty()) return folder_of_tags();
        if (request_.folder) {
            check_folder("--class", *request_.folder);
            return *request_.folder;
        }
        Diagnostics ignored;
        const ModelFolders folders = parse_model_folders(root_, "README.md", ignored);
        if (folders.folders.size() == 1) return folders.folders.front().path;
        throw UserError(
            "command line: the model's folder is not given; --class "
            "vision/classification/mnist");
    }

    std::string folder_of_tags() const {
        std::string folder;
        for (const std::string& tag : request_.tags) folder = joined(folder, folder_of_tag(tag));
        check_folder("--tags", folder);
        if (request_.folder && *request_.folder != folder) {
            throw UserError(fmt::format(
                "command line: --class {} gives other tags than --tags, which mean {}; leave out "
                "one of the two",
                *request_.folder, folder));
        }
        return folder;
    }

    static void check_folder(const char* option, const std::string& folder) {
        if (folder.empty()) return;
        const auto checked = check_hub_path(folder);
        const auto* unsafe = std::get_if<UnsafePath>(&checked);
        if (!unsafe && !has_hidden_segment(folder)) return;
        throw UserError(fmt::format(
            "command line: {} \"{}\" {}; choose another folder", option, folder,
            unsafe ? unsafe->reason : "is a hidden folder, which servers do not serve"));
    }

    /// The path from the hub's top of a model that is already in it.
    std::optional<std::string> path_inside_hub() const {
        std::error_code error;
        const fs::path inside = fs::weakly_canonical(request_.model, error)
                                    .lexically_relative(fs::weakly_canonical(change_.hub(), error));
        if (inside.empty() || *inside.begin() == "..") return std::nullopt;
        return inside.generic_string();
    }

    /// A model that is already in the hub keeps its path.
    std::string place_of_model() const {
        const auto inside = path_inside_hub();
        const std::string file = request_.model.filename().string();
        const std::string path = inside && is_in_folder(*inside)
                                     ? *inside
                                     : joined(folder_, writes_rows_ ? "model/" + file : file);
        const auto checked = check_hub_path(path);
        const auto* unsafe = std::get_if<UnsafePath>(&checked);
        if (unsafe || has_hidden_segment(path)) {
            throw UserError(fmt::format(
                "{}: the name is not allowed in a hub, it {}; rename it", request_.model.string(),
                unsafe ? unsafe->reason : "is hidden, and servers do not serve hidden files"));
        }
        return path;
    }

    /// Destinations in the hub and source files. Paths relative to the model do not change.
    Weights find_weights() const {
        Weights found;
        for (const std::string& location : checked_.graph.external_locations) {
            const auto place = clean_hub_path(parent_folder(model_path_), location);
            const auto* path = std::get_if<std::string>(&place);
            const fs::path from = request_.model.parent_path() / location;
            std::error_code error;
            if (!path || !is_in_folder(*path) || has_hidden_segment(*path)) {
                throw UserError(request_.model.string() + ": its weights \"" + location +
                                "\" are outside its folder, or hidden; move them next to "
                                "it");
            }
            if (!fs::is_regular_file(from, error)) {
                throw UserError(from.string() +
                                ": the model's external data does not exist; put "
                                "it next to the model");
            }
            refuse_pointer(from);
            if (std::ranges::find(found, *path, &Weights::value_type::first) == found.end()) {
                found.emplace_back(*path, from);
            }
        }
        return found;
    }

    /// With test data that contradicts the graph, users would consider the model broken.
    void check_test_data() const {
        if (!request_.test_data) return;
        const std::vector<std::string> mismatches =
            compare_test_data(read_test_data(*request_.test_data), checked_.graph.ports);
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
            rows_ = read_hub_rows(*tree_, tables, 0, ignored).models;
        }
        is_same_file_ = has_bytes_of(model_path_, request_.model);
        std::error_code error;
        const bool is_there = fs::exists(fs::symlink_status(at(model_path_), error));
        present_ = row_to_replace(
            rows_, {folder_readme_path(), model_path_, request_.name, is_there && !is_same_file_});
        name_ = request_.name ? *request_.name
                : present_    ? present_->name
                              : fs::path(model_path_).stem().string();
        check_name_is_free(rows_, model_path_, name_, checked_.opset);
    }

    /// Whether the hub has these bytes, or their Git LFS pointer.
    bool has_bytes_of(const std::string& path, const fs::path& from) const {
        const auto check = [this] { change_.check_interruption(); };
        if (have_same_bytes(from, at(path), check)) return true;
        const auto pointer = pointer_at(at(path));
        return pointer && sha256_of(*open_file(from, from.string()), check) == pointer->oid;
    }

    void check_places() {
        check_place(model_path_);
        for (const auto& [path, from] : weights_) {
            check_place(path);
            std::error_code error;
            const bool is_there = fs::exists(at(path), error);
            if (is_there && has_bytes_of(path, from)) continue;
            has_new_weights_ = true;
            if (!is_there) continue;
            check_file_is_own(*tree_, rows_, model_path_, path);
        }
        if (request_.test_data) {
            check_place(archive_path());
            std::error_code error;
            if (fs::exists(at(archive_path()), error)) {
                check_file_is_own(*tree_, rows_, model_path_, archive_path());
            }
        }
        change_.place_of(".gitattributes");
        if (!writes_rows_) return;
        for (const std::string& path : {folder_readme_path(), std::string("README.md")}) {
            change_.place_of(path);
        }
    }

    /// Writing to a symbolic link would change a different file.
    void check_place(const std::string& path) const {
        const fs::path place = change_.place_of(path);
        std::error_code error;
        if (!fs::is_symlink(fs::symlink_status(at(path), error))) return;
        throw UserError(at(path).string() + ": is a symbolic link; replace it with the file");
    }

    std::string title() const {
        std::string title(folder_.empty() ? "Models" : file_name(folder_));
        std::ranges::replace(title, '_', ' ');
        if (title[0] >= 'a' && title[0] <= 'z') title[0] = static_cast<char>(title[0] - 'a' + 'A');
        return title;
    }

    void plan_readmes() {
        root_ = with_folder_row(with_folder_table(root_), folder_, title(), request_.description,
                                settings_.repository);
        std::vector<std::string> columns;
        for (const auto& [column, text] : request_.columns) columns.push_back(column);
        change_.watch(folder_readme_path());
        std::error_code error;
        const fs::path path = at(folder_readme_path());
        const std::string present = folder_.empty()           ? root_
                                    : fs::exists(path, error) ? read_text(path)
                                                              : new_model_readme(title(), columns);
        folder_readme_ = with_model_table(present, folder_readme_path(), columns);
    }

    std::string archive_path() const {
        return fs::path(model_path_).replace_extension(".tar.gz").generic_string();
    }

    std::uint64_t pack() {
        ModelWithTestData content{request_.model, {}, *request_.test_data};
        const std::string folder(parent_folder(model_path_));
        for (const auto& [path, from] : weights_) {
            if (!folder.empty() && !path.starts_with(folder + "/")) {
                throw UserError(from.string() +
                                ": can't be packed with the model, it is in a parent folder; move "
                                "it next to the model");
            }
            content.weights[folder.empty() ? path : path.substr(folder.size() + 1)] = from;
        }
        return change_.stage(archive_path(), [&](const fs::path& file) {
            pack_test_data(content, fs::path(model_path_).stem().string(), file,
                           [this] { change_.check_interruption(); });
        });
    }

    /// The folder's README, with the model's row.
    std::string with_row(std::uint64_t archive_bytes) const {
        RowText row;
        row.name = name_;
        std::error_code error;
        row.model = {below(model_path_), fs::file_size(request_.model, error),
                     !is_same_file_ || has_new_weights_};
        for (const auto& [path, from] : weights_) {
            row.model.size_bytes += fs::file_size(from, error);
        }
        if (request_.test_data) row.archive = {below(archive_path()), archive_bytes, true};
        row.onnx_version = onnx_version();
        row.opset_version = checked_.opset;
        row.more = request_.columns;
        // In the top README, the folder's new row may have moved it, so the line is searched again.
        if (present_ && !folder_.empty()) row.present_line = present_->line;
        return with_model_row(folder_readme_, folder_readme_path(), row, settings_.repository);
    }

    /// Keeps the value in the row as long as it is correct.
    std::string onnx_version() const {
        if (request_.onnx_version) return *request_.onnx_version;
        const auto said = present_ ? find_release(present_->onnx_version) : std::nullopt;
        if (said && said->ir_version >= checked_.graph.ir_version &&
            said->opset_version >= checked_.opset) {
            return present_->onnx_version;
        }
        return std::string(checked_.oldest_release->version);
    }

    /// In a hub with LFS, adds a line for each file that no pattern covers.
    void track_in_lfs() {
        change_.watch(".gitattributes");
        Diagnostics ignored;
        const GitAttributes attributes = GitAttributes::read(*tree_, tree_->list(), ignored);
        if (!attributes.uses_lfs()) return;
        std::vector<std::string> paths = {model_path_};
        for (const auto& [path, from] : weights_) paths.push_back(path);
        if (request_.test_data) paths.push_back(archive_path());
        std::string lines;
        for (const std::string& path : paths) {
            if (attributes.filter_of(path) == LfsFilter::lfs) continue;
            lines += "/" + escaped_pattern(path) + " filter=lfs diff=lfs merge=lfs -text\n";
        }
        if (lines.empty()) return;
        std::error_code error;
        const fs::path file = at(".gitattributes");
        std::string text = fs::exists(file, error) ? read_text(file) : "";
        if (!text.empty() && !text.ends_with('\n')) text += '\n';
        change_.stage_text(".gitattributes", text + lines);
    }

    /// Escapes spaces and wildcards, which have a meaning in git's patterns.
    static std::string escaped_pattern(const std::string& path) {
        std::string pattern;
        for (const char c : path) {
            if (c == ' ') {
                pattern += "[[:space:]]";
            } else {
                if (c == '*' || c == '?' || c == '[') pattern += '\\';
                pattern += c;
            }
        }
        return pattern;
    }

    const AddRequest& request_;
    const CheckedModel checked_;
    FileTransaction& change_;
    std::unique_ptr<Tree> tree_;
    Settings settings_;
    bool writes_rows_ = true;
    std::vector<ModelRow> rows_;
    std::optional<ModelRow> present_;
    std::string root_;
    std::string folder_;
    std::string folder_readme_;
    std::string model_path_;
    std::string name_;
    Weights weights_;
    bool is_same_file_ = false;
    bool has_new_weights_ = false;
};

}  // namespace

std::string add_model(const AddRequest& request, ModelChecker& checker, ShapeInference* inference,
                      FileTransaction& change) {
    return Adder(request, check_model(request, checker, inference), change).add();
}

}  // namespace onnxhub
