// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/moved_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/spelling.h"
#include "base/user_error.h"
#include "hosting/scaffold/hub_text.h"
#include "hosting/scaffold/lfs_lines.h"
#include "hosting/scaffold/row_kind.h"
#include "manifest/hub_path.h"
#include "trust/signature_name.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// "a/net.onnx" → "a/net", "a/net.tar.gz" → "a/net"; at the first dot that the stem does not have.
bool has_stem(const std::string& path, const std::string& stem) {
    return path.size() > stem.size() && path.starts_with(stem) && path[stem.size()] == '.';
}

std::string stem_of(const std::string& model_path) {
    return model_path.substr(0, model_path.rfind('.'));
}

}  // namespace

MovedFiles::MovedFiles(ModelMove move, const PresentHub& hub, FileTransaction& change,
                       EditedTree& edit)
    : move_(std::move(move)),
      hub_(hub),
      change_(change),
      edit_(edit),
      old_folder_(parent_folder(move_.from)),
      new_folder_(parent_folder(move_.to)) {
    for (const std::string& path : hub.folder.tree->list()) {
        files_without_case_.emplace(lower_case(path), path);
    }
}

std::vector<KeptFile> MovedFiles::move() {
    check_model();
    const FilesOfModel files =
        files_of_model(*hub_.folder.tree, hub_.rows.models, hub_.document(), move_.from);
    FileUsers users(*hub_.folder.tree, hub_.rows.models, hub_.document(), {move_.from});
    move_file(move_.from, move_.to);
    if (old_folder_ != new_folder_) move_weights(files, users);
    move_archives(files, users);
    move_signature();
    move_documents();
    move_lfs_lines();
    return std::move(kept_);
}

void MovedFiles::check_model() const {
    const auto stat = hub_.folder.tree->stat(move_.from);
    if (!stat) {
        throw UserError(
            fmt::format("{}: is not a file of the hub, so it can't be moved", move_.from));
    }
    if (stat->kind != FileKind::regular) {
        throw UserError(
            fmt::format("{}: is not a regular file; replace it with the file", move_.from));
    }
}

/// The graph names external data by paths from the model's folder.
void MovedFiles::move_weights(const FilesOfModel& files, FileUsers& users) {
    if (!files.has_known_weights) {
        throw UserError(
            fmt::format("{}: its content is not available locally and the manifest does not "
                        "describe it, so its "
                        "external data is unknown; run `git lfs pull` first",
                        move_.from));
    }
    for (const std::string& file : files.weights) {
        const std::string prefix = old_folder_.empty() ? "" : old_folder_ + "/";
        if (!file.starts_with(prefix)) {
            throw UserError(fmt::format(
                "{}: its external data {} is outside of its directory, so it can't be moved",
                move_.from, file));
        }
        if (!hub_.folder.tree->stat(file)) continue;
        const auto user = users.user_of(file);
        if (user) keep(file, *user);
        move_file(file, joined_path(new_folder_, file.substr(prefix.size())),
                  user || !can_belong_to_model(file));
    }
}

void MovedFiles::move_archives(const FilesOfModel& files, FileUsers& users) {
    for (const std::string& file : files.archives) {
        const std::string to = moved_with_stem(file);
        if (to == file || !hub_.folder.tree->stat(file) || !can_belong_to_model(file)) continue;
        if (const auto user = users.user_of(file)) {
            keep(file, *user);
        } else {
            move_file(file, to);
        }
    }
}

/// The new path of a file beside the model: named after the model, or of the same folder.
std::string MovedFiles::moved_with_stem(const std::string& path) const {
    const std::string stem = stem_of(move_.from);
    if (has_stem(path, stem)) return stem_of(move_.to) + path.substr(stem.size());
    if (parent_folder(path) != old_folder_) return path;
    return joined_path(new_folder_, std::string(file_name(path)));
}

/// A signature lists files by their paths from the model's folder.
void MovedFiles::move_signature() {
    const std::string signature = signature_of_model(move_.from);
    if (!hub_.folder.tree->stat(signature)) return;
    if (file_name(move_.from) == file_name(move_.to)) {
        return move_file(signature, signature_of_model(move_.to));
    }
    if (!move_.drops_signature) {
        throw UserError(fmt::format(
            "{}: signs the file under its present name; use --force to remove the signature, then "
            "sign the model again with `onnxhub sign --models`",
            signature));
    }
    change_.watch(signature);
    edit_.remove(signature);
}

void MovedFiles::move_documents() {
    for (const ModelRow& row : hub_.rows.models) {
        if (row.model_path != move_.from) continue;
        for (const std::string& document : documents_of(row, hub_.settings)) {
            const bool is_shared =
                std::ranges::any_of(hub_.rows.models, [&](const ModelRow& other) {
                    return other.model_path != move_.from &&
                           documents_of(other, hub_.settings).contains(document);
                });
            const std::string to = moved_with_stem(document);
            if (!is_shared && to != document && !paths_.contains(document)) move_file(document, to);
        }
    }
}

void MovedFiles::move_lfs_lines() {
    std::vector<std::string> old_paths, new_paths;
    for (const auto& [from, to] : paths_) {
        if (edit_.removed().contains(from)) old_paths.push_back(from);
        // Only what git stores in Git LFS now.
        if (missing_lfs_lines(*hub_.folder.tree, {from}).empty()) new_paths.push_back(to);
    }
    change_.watch(attributes_file_name);
    const std::string before = edit_.text_of(attributes_file_name).value_or("");
    const std::string text = without_lfs_lines(before, old_paths);
    const std::string lines = missing_lfs_lines(edit_, new_paths);
    if (text == before && lines.empty()) return;
    edit_.set_text(attributes_file_name, lines.empty() ? text : with_lines_added(text, lines));
}

void MovedFiles::keep(const std::string& path, const std::string& user) {
    kept_.push_back({path, user + " uses it too"});
}

void MovedFiles::refuse_taken(const std::string& from, const std::string& to) const {
    change_.place_of(to);
    std::error_code error;
    const fs::path place = change_.hub() / to;
    const bool is_there = fs::exists(fs::symlink_status(place, error));
    // Another path of the same file is left by a run that was killed.
    if (is_there && !fs::equivalent(place, change_.hub() / from, error)) {
        throw UserError(fmt::format("{}: exists already; choose another path", to));
    }
    const auto similar = files_without_case_.find(lower_case(to));
    if (is_there || similar == files_without_case_.end() || similar->second == from) return;
    throw UserError(
        fmt::format("{}: is the same file as {} on Windows and macOS; choose another path", to,
                    similar->second));
}

void MovedFiles::move_file(const std::string& from, const std::string& to, bool stays) {
    refuse_taken(from, to);
    change_.watch(from);
    edit_.add_path(from, to);
    if (!stays) edit_.remove(from);
    paths_[from] = to;
}

}  // namespace onnxhub
