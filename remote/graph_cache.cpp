// SPDX-License-Identifier: Apache-2.0
#include "remote/graph_cache.h"

#include <algorithm>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/file_owner.h"
#include "base/user_error.h"
#include "remote/range_limits.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// With the positions of as many parts as there can be requests.
constexpr std::uint64_t file_size_limit = range_byte_limit + std::uint64_t{1024} * 1024;  // bytes

std::string graph_file(const GraphKey& key, PeekDepth depth) {
    return to_hex(sha256_of(key.authority)) + "/" + to_hex(key.sha) +
           (depth == PeekDepth::graph ? ".graph" : ".opset");
}

struct KeptFile {
    fs::file_time_type used;
    std::uint64_t size_bytes = 0;
    fs::path path;
};

std::vector<KeptFile> kept_files(const fs::path& folder) {
    std::error_code error;
    std::vector<KeptFile> files;
    for (fs::recursive_directory_iterator item(folder, error), end; !error && item != end;
         item.increment(error)) {
        std::error_code unknown;
        if (!item->is_regular_file(unknown)) continue;
        files.push_back({item->last_write_time(unknown), item->file_size(unknown), item->path()});
    }
    std::ranges::sort(files, std::greater{}, &KeptFile::used);
    return files;
}

/// Null unless the file is about a model of this size. Notes that it was used.
std::shared_ptr<const SparseBytes> read_graph_file(const fs::path& folder, const std::string& file,
                                                   std::uint64_t size_bytes) {
    if (find_foreign_influence(folder, file, TrustedOwners())) return nullptr;
    const auto text = read_file_if_possible(folder / file, file_size_limit);
    auto bytes = text ? parse_sparse_bytes(*text) : std::nullopt;
    if (!bytes || bytes->size_bytes() != size_bytes) return nullptr;
    std::error_code error;
    fs::last_write_time(folder / file, fs::file_time_type::clock::now(), error);
    return std::make_shared<const SparseBytes>(std::move(*bytes));
}

}  // namespace

GraphCache::GraphCache(std::optional<fs::path> folder) : folder_(std::move(folder)) {}

std::shared_ptr<const SparseBytes> GraphCache::find(const GraphKey& key, PeekDepth depth) const {
    if (!folder_) return nullptr;
    auto bytes = read_graph_file(*folder_, graph_file(key, PeekDepth::graph), key.size_bytes);
    if (bytes || depth == PeekDepth::graph) return bytes;
    return read_graph_file(*folder_, graph_file(key, PeekDepth::opset), key.size_bytes);
}

void GraphCache::make_room() const {
    if (!folder_) return;
    std::size_t count = 0;
    std::uint64_t bytes = 0;
    for (const KeptFile& file : kept_files(*folder_)) {
        count += 1;
        bytes += file.size_bytes;
        std::error_code error;
        if (count > kept_graphs || bytes > kept_graph_bytes) fs::remove(file.path, error);
    }
}

bool GraphCache::keep(const GraphKey& key, PeekDepth depth, const SparseBytes& bytes) const {
    if (!folder_) return false;
    const std::string name = graph_file(key, depth);
    const fs::path file = *folder_ / name;
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    if (find_foreign_influence(*folder_, name, TrustedOwners())) return false;
    try {
        write_file_atomically(file, to_text(bytes));
        return true;
    } catch (const UserError&) {  // such as a full disk: kept in memory instead
        return false;
    }
}

}  // namespace onnxhub
