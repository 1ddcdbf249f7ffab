// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/edited_tree.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>

#include "repository/hub_folder.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t largest_edited_text = std::uint64_t{512} << 20;  // bytes, as for manifests

}  // namespace

std::optional<std::string> EditedTree::text_of(const std::string& path) const {
    return read_hub_file(*this, path, largest_edited_text);
}

void EditedTree::set_text(const std::string& path, std::string text) {
    const auto resolved = resolve_symlinks(*this, path);
    const auto* target = std::get_if<std::string>(&resolved);
    const std::string& file = target ? *target : path;
    if (!texts_.contains(file)) text_order_.push_back(file);
    texts_[file] = std::move(text);
}

void EditedTree::remove(const std::string& path) {
    texts_.erase(path);
    removed_.insert(path);
}

void EditedTree::add_path(const std::string& from, const std::string& to) {
    sources_[to] = from;
}

void EditedTree::stage(FileTransaction& change) const {
    for (const auto& [to, from] : sources_) change.stage_link(from, to);
    for (const std::string& path : text_order_) {
        const auto text = texts_.find(path);
        if (text != texts_.end()) change.stage_text(path, text->second);
    }
    for (const std::string& path : removed_) change.stage_removal(path);
}

std::optional<std::string> EditedTree::path_in_base(const std::string& path) const {
    const auto source = sources_.find(path);
    if (source != sources_.end()) return source->second;
    if (removed_.contains(path)) return std::nullopt;
    return path;
}

std::vector<std::string> EditedTree::list() const {
    std::vector<std::string> paths = base_.list();
    std::erase_if(paths, [&](const std::string& path) { return removed_.contains(path); });
    for (const auto& [path, text] : texts_) paths.push_back(path);
    for (const auto& [path, source] : sources_) paths.push_back(path);
    std::ranges::sort(paths);
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
}

std::optional<FileStat> EditedTree::stat(const std::string& path) const {
    const auto text = texts_.find(path);
    if (text != texts_.end()) return FileStat{FileKind::regular, text->second.size()};
    const auto base = path_in_base(path);
    return base ? base_.stat(*base) : std::nullopt;
}

std::string EditedTree::read_link(const std::string& path) const {
    return base_.read_link(path_in_base(path).value_or(path));
}

std::unique_ptr<ByteSource> EditedTree::open(const std::string& path) const {
    const auto text = texts_.find(path);
    if (text != texts_.end()) return memory_source(text->second);
    return base_.open(path_in_base(path).value_or(path));
}

std::optional<BlobId> EditedTree::blob_id(const std::string& path) const {
    const auto base = texts_.contains(path) ? std::nullopt : path_in_base(path);
    return base ? base_.blob_id(*base) : std::nullopt;
}

std::optional<HeldByGit> EditedTree::held_by_git(const std::string& path) const {
    const auto base = path_in_base(path);
    return base ? base_.held_by_git(*base) : std::nullopt;
}

std::optional<LfsPointer> EditedTree::unmodified_pointer(const std::string& path) const {
    const auto base = texts_.contains(path) ? std::nullopt : path_in_base(path);
    return base ? base_.unmodified_pointer(*base) : std::nullopt;
}

std::unique_ptr<ByteSource> EditedTree::open_lfs_object(const LfsPointer& pointer) const {
    return base_.open_lfs_object(pointer);
}

std::unique_ptr<ByteSource> EditedTree::open_annex_object(const AnnexKey& key) const {
    return base_.open_annex_object(key);
}

}  // namespace onnxhub
