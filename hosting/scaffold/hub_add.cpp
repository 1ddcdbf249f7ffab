// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_add.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <variant>

#include "embedded/hub_models_readme.h"
#include "generator/model_graph.h"
#include "generator/onnx_skeleton.h"
#include "generator/readme_table.h"
#include "hosting/scaffold/readme_edit.h"
#include "hosting/scaffold/test_data_pack.h"
#include "manifest/atomic_file.h"
#include "manifest/environment_error.h"
#include "manifest/hub_path.h"
#include "manifest/onnx_release.h"
#include "manifest/test_data_check.h"
#include "repository/git_attributes.h"
#include "repository/git_repository.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_readme = std::uint64_t{64} << 20;  // bytes

std::string read_text(const fs::path& path) {
    return read_whole(*open_file(path, path.string()), largest_readme, path.string());
}

bool have_same_bytes(const fs::path& one, const fs::path& other) {
    std::error_code error;
    if (!fs::is_regular_file(other, error) || fs::file_size(one) != fs::file_size(other)) {
        return false;
    }
    const auto a = open_file(one, one.string());
    const auto b = open_file(other, other.string());
    std::vector<std::byte> x(512 * 1024), y(x.size());
    for (std::uint64_t done = 0;;) {
        const std::size_t count = a->read(done, x);
        if (count != b->read(done, y) ||
            !std::equal(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(count), y.begin())) {
            return false;
        }
        if (count == 0) return true;
        done += count;
    }
}

/// What is known of the model before anything is written.
struct CheckedModel {
    ModelGraph graph;
    std::string onnx_version;
    std::int64_t opset = 0;
};

CheckedModel check_model(const AddRequest& request, ModelChecker& checker,
                         ShapeInference* inference) {
    const std::string shown = request.model.string();
    const auto source = open_file(request.model, shown);
    const auto skeleton = read_skeleton(*source);
    if (const auto* error = std::get_if<SkeletonError>(&skeleton)) {
        throw EnvironmentError(shown + ": " + error->reason + "; give an ONNX model");
    }
    const CheckVerdict verdict = checker.check(std::get<OnnxSkeleton>(skeleton).model);
    if (verdict.outcome == CheckOutcome::failed || verdict.outcome == CheckOutcome::crashed) {
        throw EnvironmentError(shown + ": fails ONNX's checker: " + verdict.message +
                               "; repair the model");
    }
    auto graph = read_model_graph(*source, inference, {});
    if (const auto* error = std::get_if<SkeletonError>(&graph)) {
        throw EnvironmentError(shown + ": " + error->reason + "; give an ONNX model");
    }
    CheckedModel checked;
    checked.graph = std::get<ModelGraph>(std::move(graph));
    const auto opset = checked.graph.opsets.find("");
    if (opset == checked.graph.opsets.end()) {
        throw EnvironmentError(shown + ": imports no opset of ONNX's own domain; repair the model");
    }
    checked.opset = opset->second;
    const auto release = oldest_release_for(checked.graph.ir_version, checked.opset);
    if (!request.onnx_version && !release) {
        throw EnvironmentError(shown +
                               ": is newer than every ONNX release known here; say "
                               "--onnx-version");
    }
    checked.onnx_version =
        request.onnx_version ? *request.onnx_version : std::string(release->version);
    return checked;
}

class Adder {
public:
    Adder(const AddRequest& request, CheckedModel checked)
        : request_(request), checked_(std::move(checked)) {}

    AddReport add() {
        root_ = read_root();
        folder_ = choose_folder();
        model_path_ = place_of_model();
        const std::vector<std::pair<std::string, fs::path>> weights = find_weights();
        check_test_data();
        plan_readmes();
        const std::optional<std::string> archive = pack();
        row_for(archive);
        track_in_lfs(weights, archive.has_value());
        for (const auto& [path, from] : weights) copy(from, path);
        copy(request_.model, model_path_);
        if (archive) write(archive_path(), *archive);
        write(folder_ + "/README.md", folder_readme_);
        write("README.md", root_);
        report_.model_path = model_path_;
        return std::move(report_);
    }

private:
    std::string read_root() const {
        const fs::path path = request_.hub / "README.md";
        std::error_code error;
        if (fs::exists(path, error)) return read_text(path);
        throw EnvironmentError(request_.hub.string() +
                               ": is no hub, it has no README.md; `onnxhub init` makes one");
    }

    std::string choose_folder() const {
        if (!request_.folder.empty()) {
            const auto checked = check_hub_path(request_.folder);
            if (const auto* unsafe = std::get_if<UnsafePath>(&checked)) {
                throw EnvironmentError("command line: --class \"" + request_.folder + "\" " +
                                       unsafe->reason);
            }
            return request_.folder;
        }
        Diagnostics ignored;
        const ModelFolders folders = parse_model_folders(root_, "README.md", ignored);
        if (folders.folders.size() == 1) return folders.folders.front().path;
        throw EnvironmentError(
            "command line: which folder the model belongs to is not said; --class "
            "vision/classification/mnist");
    }

    /// A model that is in the hub already stays where it is.
    std::string place_of_model() const {
        std::error_code error;
        const fs::path below = fs::weakly_canonical(request_.model, error)
                                   .lexically_relative(fs::weakly_canonical(request_.hub, error));
        if (!below.empty() && *below.begin() != ".." && is_in(below.generic_string(), folder_)) {
            return below.generic_string();
        }
        const std::string path = folder_ + "/model/" + request_.model.filename().string();
        const auto checked = check_hub_path(path);
        if (const auto* unsafe = std::get_if<UnsafePath>(&checked)) {
            throw EnvironmentError(request_.model.string() +
                                   ": the name can't be used in a hub, it " + unsafe->reason +
                                   "; rename it");
        }
        return path;
    }

    static bool is_in(const std::string& path, const std::string& folder) {
        return path.starts_with(folder + "/");
    }

    /// Places in the hub and files; they keep their places relative to the model.
    std::vector<std::pair<std::string, fs::path>> find_weights() const {
        std::vector<std::pair<std::string, fs::path>> found;
        for (const std::string& location : checked_.graph.external_locations) {
            const auto place = clean_hub_path(parent_folder(model_path_), location);
            const auto* path = std::get_if<std::string>(&place);
            const fs::path from = request_.model.parent_path() / location;
            std::error_code error;
            if (!path || !is_in(*path, folder_)) {
                throw EnvironmentError(request_.model.string() + ": its weights \"" + location +
                                       "\" lie outside its folder; move them beside it");
            }
            if (!fs::is_regular_file(from, error)) {
                throw EnvironmentError(from.string() +
                                       ": the model's weights are not there; put "
                                       "them beside it");
            }
            if (std::ranges::find(found, *path, &std::pair<std::string, fs::path>::first) ==
                found.end()) {
                found.emplace_back(*path, from);
            }
        }
        return found;
    }

    void plan_readmes() {
        const fs::path path = request_.hub / folder_ / "README.md";
        std::error_code error;
        std::string title(file_name(folder_));
        std::ranges::replace(title, '_', ' ');
        if (title[0] >= 'a' && title[0] <= 'z') title[0] = static_cast<char>(title[0] - 'a' + 'A');
        folder_readme_ = fs::exists(path, error)
                             ? read_text(path)
                             : "# " + title + std::string(embedded::hub_models_readme.substr(8));
        if (request_.adds_tables) {
            folder_readme_ = with_model_table(folder_readme_, folder_ + "/README.md");
            root_ = with_folder_table(root_);
        }
        root_ = with_folder_row(root_, folder_, title, request_.description);
    }

    /// What contradicts the graph would make others take the model to be broken.
    void check_test_data() const {
        if (!request_.test_data) return;
        const std::vector<std::string> mismatches =
            compare_test_data(read_test_data(*request_.test_data), checked_.graph.ports);
        if (mismatches.empty()) return;
        throw EnvironmentError(fmt::format("{}: {}{}; make the test data with this model",
                                           request_.test_data->string(), mismatches.front(),
                                           mismatches.size() > 1 ? " (and more of the kind)" : ""));
    }

    std::string archive_path() const {
        return fs::path(model_path_).replace_extension(".tar.gz").generic_string();
    }

    std::optional<std::string> pack() const {
        if (!request_.test_data) return std::nullopt;
        return pack_test_data(request_.model, *request_.test_data,
                              fs::path(model_path_).stem().string());
    }

    void row_for(const std::optional<std::string>& archive) {
        const auto below = [&](const std::string& path) { return path.substr(folder_.size() + 1); };
        ModelRow row;
        row.name = request_.name.value_or(fs::path(model_path_).stem().string());
        row.model = {below(model_path_), fs::file_size(request_.model)};
        if (archive) {
            row.archive = LinkedFile{below(archive_path()), archive->size()};
        } else {
            keep_archive(row, below);
        }
        row.onnx_version = checked_.onnx_version;
        row.opset_version = checked_.opset;
        row.more = request_.columns;
        folder_readme_ = with_model_row(folder_readme_, folder_ + "/README.md", row);
    }

    /// A renewed row keeps the archive it has.
    template <typename Below>
    void keep_archive(ModelRow& row, const Below& below) const {
        Diagnostics ignored;
        for (const ReadmeModel& present :
             parse_model_tables(folder_readme_, folder_ + "/README.md", ignored).models) {
            if (present.model_path != model_path_ || !present.archive_path) continue;
            std::error_code error;
            const auto size = fs::file_size(request_.hub / *present.archive_path, error);
            if (!error && is_in(*present.archive_path, folder_)) {
                row.archive = LinkedFile{below(*present.archive_path), size};
            }
        }
    }

    /// Names that no pattern of a hub in LFS covers get a line of their own.
    void track_in_lfs(const std::vector<std::pair<std::string, fs::path>>& weights,
                      bool has_archive) {
        const auto tree = folder_tree(request_.hub);
        Diagnostics ignored;
        const GitAttributes attributes = GitAttributes::read(*tree, tree->list(), ignored);
        if (!attributes.uses_lfs()) return;
        std::vector<std::string> paths = {model_path_};
        for (const auto& [path, from] : weights) paths.push_back(path);
        if (has_archive) paths.push_back(archive_path());
        std::string lines;
        for (const std::string& path : paths) {
            if (attributes.filter_of(path) == LfsFilter::lfs) continue;
            lines += "/" + escaped_pattern(path) + " filter=lfs diff=lfs merge=lfs -text\n";
        }
        if (lines.empty()) return;
        std::error_code error;
        const fs::path file = request_.hub / ".gitattributes";
        std::string text = fs::exists(file, error) ? read_text(file) : "";
        if (!text.empty() && !text.ends_with('\n')) text += '\n';
        write(".gitattributes", text + lines);
    }

    /// git splits at spaces and knows wildcards.
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

    void write(const std::string& path, const std::string& content) {
        const fs::path file = request_.hub / path;
        std::error_code error;
        if (fs::exists(file, error) &&
            read_whole(*open_file(file, path), UINT64_MAX, path) == content) {
            return;
        }
        fs::create_directories(file.parent_path(), error);
        write_file_atomically(file, content);
        report_.written.push_back(path);
    }

    void copy(const fs::path& from, const std::string& path) {
        const fs::path to = request_.hub / path;
        if (have_same_bytes(from, to)) return;
        copy_file_atomically(from, to);
        report_.written.push_back(path);
    }

    const AddRequest& request_;
    const CheckedModel checked_;
    std::string root_;
    std::string folder_;
    std::string folder_readme_;
    std::string model_path_;
    AddReport report_;
};

}  // namespace

AddReport add_model(const AddRequest& request, ModelChecker& checker, ShapeInference* inference) {
    return Adder(request, check_model(request, checker, inference)).add();
}

}  // namespace onnxhub
