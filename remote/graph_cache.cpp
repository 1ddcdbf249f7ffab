// SPDX-License-Identifier: Apache-2.0
#include "remote/graph_cache.h"

#include <algorithm>
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

std::string graph_file(const std::string& authority, const Sha256& sha, PeekDepth depth) {
    constexpr std::size_t short_name = 16;  // digits
    return to_hex(sha256_of(authority)).substr(0, short_name) + "/" + to_hex(sha) +
           (depth == PeekDepth::graph ? ".graph" : ".opset");
}

void remove_oldest_graphs(const fs::path& folder) {
    std::error_code error;
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    for (fs::recursive_directory_iterator item(folder, error), end; !error && item != end;
         item.increment(error)) {
        std::error_code no_time;
        if (!item->is_regular_file(no_time)) continue;
        files.emplace_back(item->last_write_time(no_time), item->path());
    }
    if (files.size() <= kept_graphs) return;
    const auto kept = files.begin() + static_cast<std::ptrdiff_t>(files.size() - kept_graphs);
    std::ranges::nth_element(files, kept);
    std::for_each(files.begin(), kept, [&](const auto& file) { fs::remove(file.second, error); });
}

std::shared_ptr<const SparseBytes> read_graph_file(const fs::path& folder,
                                                   const std::string& file) {
    if (find_foreign_influence(folder, file, TrustedOwners())) return nullptr;
    const auto text = read_file_if_possible(folder / file, file_size_limit);
    auto bytes = text ? parse_sparse_bytes(*text) : std::nullopt;
    return bytes ? std::make_shared<const SparseBytes>(std::move(*bytes)) : nullptr;
}

}  // namespace

GraphCache::GraphCache(std::optional<fs::path> folder) : folder_(std::move(folder)) {
    if (folder_) remove_oldest_graphs(*folder_);
}

std::shared_ptr<const SparseBytes> GraphCache::find(const std::string& authority, const Sha256& sha,
                                                    PeekDepth depth) const {
    if (!folder_) return nullptr;
    auto bytes = read_graph_file(*folder_, graph_file(authority, sha, PeekDepth::graph));
    if (bytes || depth == PeekDepth::graph) return bytes;
    return read_graph_file(*folder_, graph_file(authority, sha, PeekDepth::opset));
}

bool GraphCache::keep(const std::string& authority, const Sha256& sha, PeekDepth depth,
                      const SparseBytes& bytes) const {
    if (!folder_) return false;
    const fs::path file = *folder_ / graph_file(authority, sha, depth);
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    try {
        write_file_atomically(file, to_text(bytes));
        return !find_foreign_influence(*folder_, graph_file(authority, sha, depth),
                                       TrustedOwners());
    } catch (const UserError&) {  // such as a full disk: kept in memory instead
        return false;
    }
}

}  // namespace onnxhub
