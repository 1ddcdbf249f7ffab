// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/manifest_copy.h"

#include <algorithm>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/digest.h"
#include "base/new_file.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t tag_size_limit = std::uint64_t{1} << 20;  // bytes

/// The text before the next line break, which is removed with it.
std::string take_tag_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

/// Null when there is none.
std::shared_ptr<const UnchangedSource> open_copy(const fs::path& path) {
    try {
        std::shared_ptr<const ByteSource> file = open_file(path, path.string());
        if (file->size_bytes() > manifest_size_limit) return nullptr;
        auto bytes = std::make_shared<const UnchangedSource>(std::move(file), path.string());
        bytes->digest();
        return bytes;
    } catch (const UserError&) {
        return nullptr;
    }
}

void write_copy(const fs::path& path, const ByteSource& bytes) {
    NewFile file(path);
    std::vector<std::byte> block(256 * 1024);
    for (std::uint64_t done = 0;;) {
        const std::size_t count = bytes.read(done, block);
        if (count == 0) break;
        file.write(std::span(block).first(count));
        done += count;
    }
    file.flush();
    file.rename_onto_destination();
}

fs::path path_of(const fs::path& state_folder, const char* folder, const std::string& key) {
    return state_folder / folder / (to_hex(sha256_of(key)) + ".json");
}

}  // namespace

std::optional<std::uint64_t> ManifestCopy::size_of(const std::optional<fs::path>& state_folder,
                                                   const char* folder, const std::string& key) {
    if (!state_folder) return std::nullopt;
    std::error_code error;
    const std::uint64_t size = fs::file_size(path_of(*state_folder, folder, key), error);
    return error ? std::nullopt : std::optional(size);
}

ManifestCopy::ManifestCopy(const std::optional<fs::path>& state_folder, const char* folder,
                           const std::string& key) {
    if (!state_folder) return;
    text_path_ = path_of(*state_folder, folder, key);
    tag_path_ = text_path_.string() + ".etag";
    const auto bytes = open_copy(text_path_);
    const auto tag = read_file_if_possible(tag_path_, tag_size_limit);
    if (!bytes || !tag) return;
    std::string_view rest = *tag;
    if (take_tag_line(rest) != to_hex(bytes->digest())) return;
    KeptManifest kept{bytes, take_tag_line(rest), take_tag_line(rest), ""};
    kept.statement = rest;
    if (kept.url.empty()) kept.url = key;  // of a copy that version 0.2 made
    kept_ = std::move(kept);
}

void ManifestCopy::replace(const KeptManifest& manifest) const {
    if (text_path_.empty()) return;
    std::error_code error;
    fs::create_directories(text_path_.parent_path(), error);
    if (error) return;
    try {
        write_copy(text_path_, *manifest.bytes);
        write_file_atomically(tag_path_, to_hex(manifest.bytes->digest()) + '\n' + manifest.etag +
                                             '\n' + manifest.url + '\n' + manifest.statement);
    } catch (const UserError&) {
    }
}

}  // namespace onnxhub
