// SPDX-License-Identifier: Apache-2.0
#include "diff/model_files.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

constexpr std::string_view model_suffix = ".onnx";

bool is_text(const std::string& path) {
    static constexpr std::string_view endings[] = {".md",  ".json", ".toml",
                                                   ".yml", ".yaml", ".link"};
    return std::ranges::any_of(endings,
                               [&](std::string_view ending) { return path.ends_with(ending); });
}

bool is_archive(const std::string& path) {
    return path.ends_with(".tar.gz") || path.ends_with(".tgz") || path.ends_with(".zip");
}

bool has_regular_file(const Tree& tree, const std::string& path) {
    const auto resolved = resolve_symlinks(tree, path);
    const auto* target = std::get_if<std::string>(&resolved);
    const auto stat = target ? tree.stat(*target) : std::nullopt;
    return stat && stat->kind == FileKind::regular;
}

std::optional<std::string> link_text(const Tree& tree, const std::string& path) {
    const auto stat = tree.stat(path);
    if (!stat || stat->kind != FileKind::symlink) return std::nullopt;
    try {
        return tree.read_link(path);
    } catch (const UserError&) {
        return std::nullopt;
    }
}

/// "vision/a" of "vision/a.onnx".
std::string_view stem(std::string_view model_path) {
    if (model_path.ends_with(model_suffix)) model_path.remove_suffix(model_suffix.size());
    return model_path;
}

/// "a.onnx_data" and "a_weights.bin" belong to "a", "ab.bin" does not.
bool goes_with(std::string_view path, std::string_view model_stem) {
    return path.size() > model_stem.size() && path.starts_with(model_stem) &&
           std::isalnum(static_cast<unsigned char>(path[model_stem.size()])) == 0 &&
           path.find('/', model_stem.size()) == path.npos;
}

}  // namespace

ModelFiles::ModelFiles(const Tree& before, const Tree& after)
    : before_(before), after_(after), changes_(before, after, FileAspect::form) {
    std::set<std::string> others;
    for (const Tree* tree : {&before, &after}) {
        for (std::string& path : tree->list()) {
            if (path.ends_with(model_suffix)) {
                models_.insert(std::move(path));
            } else if (!is_text(path)) {
                others.insert(std::move(path));
            }
        }
    }
    for (const std::string& path : others) {
        if (!changes_.differs(path)) continue;
        changed_files_.insert(path);
        std::string_view folder = path;
        do {
            folder = parent_folder(folder);
            changed_folders_.emplace(folder);
        } while (!folder.empty());
    }
}

bool ModelFiles::has_file(const Tree& tree, const std::string& path) {
    if (has_regular_file(tree, path)) return true;
    const auto stat = tree.stat(path);
    if (stat) return !stat->is_ignored;
    // Nothing is known below a directory that is a link out of the hub.
    return std::holds_alternative<UnresolvedPath>(resolve_symlinks(tree, path));
}

bool ModelFiles::is_proven_same(const std::string& path) {
    const bool was_file = has_regular_file(before_, path);
    const bool is_file = has_regular_file(after_, path);
    if (was_file && is_file) return !changes_.differs(path);
    if (was_file || is_file) return false;
    const auto old_link = link_text(before_, path);
    return old_link && old_link == link_text(after_, path);
}

bool ModelFiles::differs(const std::string& path) {
    if (!has_file(before_, path) && !has_file(after_, path)) return false;
    return !is_proven_same(path);
}

std::vector<std::string> ModelFiles::changed_companions(const std::string& model_path) const {
    const std::string_view own = stem(model_path);
    std::vector<std::string> companions;
    for (auto file = changed_files_.lower_bound(std::string(own));
         file != changed_files_.end() && file->starts_with(own); ++file) {
        if (!goes_with(*file, own) || is_archive(*file)) continue;
        bool has_nearer_model = false;  // "a-7.bin" belongs to "a-7.onnx", not to "a.onnx"
        for (auto model = models_.lower_bound(std::string(own));
             model != models_.end() && model->starts_with(own); ++model) {
            has_nearer_model |= stem(*model).size() > own.size() && goes_with(*file, stem(*model));
        }
        if (!has_nearer_model) companions.push_back(*file);
    }
    return companions;
}

bool ModelFiles::has_changes_beside(const std::string& model_path) const {
    return changed_folders_.contains(std::string(parent_folder(model_path)));
}

}  // namespace onnxhub
