// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/added_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <variant>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "hosting/scaffold/hub_text.h"
#include "hosting/scaffold/lfs_lines.h"
#include "hosting/scaffold/path_ownership.h"
#include "hosting/scaffold/test_data_pack.h"
#include "manifest/hub_path.h"

namespace onnxhub {

namespace fs = std::filesystem;

void check_class_folder(const char* option, const std::string& folder) {
    if (folder.empty()) return;
    const auto checked = check_hub_path(folder);
    const auto* unsafe = std::get_if<UnsafePath>(&checked);
    if (!unsafe && !has_hidden_segment(folder)) return;
    throw UserError(
        fmt::format("command line: {} \"{}\" {}; choose another folder", option, folder,
                    unsafe ? unsafe->reason : "is a hidden folder, which servers do not serve"));
}

std::optional<std::string> AddedFiles::path_inside_hub() const {
    std::error_code error;
    const fs::path inside = fs::weakly_canonical(request_.model, error)
                                .lexically_relative(fs::weakly_canonical(change_.hub(), error));
    if (inside.empty() || *inside.begin() == "..") return std::nullopt;
    return inside.generic_string();
}

void AddedFiles::place(const std::string& folder, const std::string& subfolder) {
    folder_ = folder;
    model_path_ = place_of_model(subfolder);
    weights_ = find_weights();
    is_same_file_ = has_bytes_of(model_path_, request_.model);
    std::error_code error;
    is_there_ = fs::exists(fs::symlink_status(at(model_path_), error));
}

std::string AddedFiles::place_of_model(const std::string& subfolder) const {
    const auto inside = path_inside_hub();
    const std::string file = request_.model.filename().string();
    const std::string path = inside && is_in_folder(*inside)
                                 ? *inside
                                 : joined_path(folder_, joined_path(subfolder, file));
    const auto checked = check_hub_path(path);
    const auto* unsafe = std::get_if<UnsafePath>(&checked);
    if (unsafe || has_hidden_segment(path)) {
        throw UserError(fmt::format(
            "{}: the name is not allowed in a hub, it {}; rename it", request_.model.string(),
            unsafe ? unsafe->reason : "is hidden, and servers do not serve hidden files"));
    }
    return path;
}

/// Paths relative to the model do not change.
AddedFiles::Weights AddedFiles::find_weights() const {
    Weights found;
    for (const std::string& location : model_.graph.external_locations) {
        const auto place = clean_hub_path(parent_folder(model_path_), location);
        const auto* path = std::get_if<std::string>(&place);
        const fs::path from = request_.model.parent_path() / location;
        std::error_code error;
        if (!path || !is_in_folder(*path) || has_hidden_segment(*path)) {
            throw UserError(request_.model.string() + ": its weights \"" + location +
                            "\" are outside its folder, or hidden; move them next to it");
        }
        if (!fs::is_regular_file(from, error)) {
            throw UserError(from.string() +
                            ": the model's external data does not exist; put it next to the "
                            "model");
        }
        refuse_pointer(from);
        if (std::ranges::find(found, *path, &Weights::value_type::first) == found.end()) {
            found.emplace_back(*path, from);
        }
    }
    return found;
}

/// Whether the hub has these bytes, or their Git LFS pointer.
bool AddedFiles::has_bytes_of(const std::string& path, const fs::path& from) const {
    const auto check = [this] { change_.check_interruption(); };
    if (have_same_bytes(from, at(path), check)) return true;
    const auto pointer = pointer_at(at(path));
    return pointer && sha256_of(*open_file(from, from.string()), check) == pointer->oid;
}

void AddedFiles::check_places(const std::vector<ModelRow>& rows) {
    check_place(model_path_);
    for (const auto& [path, from] : weights_) {
        check_place(path);
        std::error_code error;
        const bool is_there = fs::exists(at(path), error);
        if (is_there && has_bytes_of(path, from)) continue;
        has_new_weights_ = true;
        if (is_there) check_file_is_own(tree_, rows, model_path_, path);
    }
    if (request_.test_data) {
        check_place(archive_path());
        std::error_code error;
        if (fs::exists(at(archive_path()), error)) {
            check_file_is_own(tree_, rows, model_path_, archive_path());
        }
    }
    change_.place_of(attributes_file_name);
}

/// Writing to a symbolic link would change a different file.
void AddedFiles::check_place(const std::string& path) const {
    change_.place_of(path);
    std::error_code error;
    if (!fs::is_symlink(fs::symlink_status(at(path), error))) return;
    throw UserError(at(path).string() + ": is a symbolic link; replace it with the file");
}

std::string AddedFiles::archive_path() const {
    return fs::path(model_path_).replace_extension(".tar.gz").generic_string();
}

std::uint64_t AddedFiles::size_bytes() const {
    std::error_code error;
    std::uint64_t size = fs::file_size(request_.model, error);
    for (const auto& [path, from] : weights_) size += fs::file_size(from, error);
    return size;
}

std::uint64_t AddedFiles::stage() {
    track_in_lfs();
    const std::uint64_t archive_bytes = request_.test_data ? pack() : 0;
    for (const auto& [path, from] : weights_) change_.stage_copy(from, path);
    change_.stage_copy(request_.model, model_path_);
    return archive_bytes;
}

/// In a hub with LFS, adds a line for each file that no pattern covers.
void AddedFiles::track_in_lfs() {
    change_.watch(attributes_file_name);
    std::vector<std::string> paths = {model_path_};
    for (const auto& [path, from] : weights_) paths.push_back(path);
    if (request_.test_data) paths.push_back(archive_path());
    const std::string lines = missing_lfs_lines(tree_, paths);
    if (lines.empty()) return;
    std::error_code error;
    const fs::path file = at(attributes_file_name);
    change_.stage_text(attributes_file_name,
                       with_lines_added(fs::exists(file, error) ? read_hub_text(file) : "", lines));
}

std::uint64_t AddedFiles::pack() {
    ModelWithTestData content{request_.model, {}, *request_.test_data};
    const std::string folder(parent_folder(model_path_));
    for (const auto& [path, from] : weights_) {
        if (!folder.empty() && !path.starts_with(folder + "/")) {
            throw UserError(from.string() +
                            ": can't be packed with the model, it is in a parent folder; move it "
                            "next to the model");
        }
        content.weights[folder.empty() ? path : path.substr(folder.size() + 1)] = from;
    }
    return change_.stage(archive_path(), [&](const fs::path& file) {
        pack_test_data(content, fs::path(model_path_).stem().string(), file,
                       [this] { change_.check_interruption(); });
    });
}

}  // namespace onnxhub
