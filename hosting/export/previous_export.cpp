// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/previous_export.h"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/byte_source.h"
#include "base/digest.h"
#include "base/user_error.h"
#include "index/index_format.h"
#include "manifest/manifest.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t sums_size_limit = std::uint64_t{1} << 30;  // bytes

/// Lines of sha256sum(1): digest, two spaces, path. Ignores other lines.
std::map<std::string, std::string> read_sums(const fs::path& file) {
    std::map<std::string, std::string> sums;
    std::error_code error;
    if (!fs::is_regular_file(fs::symlink_status(file, error))) return sums;
    std::istringstream text(read_file_if_possible(file, sums_size_limit).value_or(""));
    for (std::string line; std::getline(text, line);) {
        if (line.size() > 66 && parse_sha256(line.substr(0, 64)) && line.substr(64, 2) == "  ") {
            sums[line.substr(66)] = line.substr(0, 64);
        }
    }
    return sums;
}

bool is_free(const fs::path& folder) {
    std::error_code error;
    if (!fs::exists(fs::symlink_status(folder, error))) return true;
    return fs::is_directory(folder, error) && fs::is_empty(folder, error) && !error;
}

}  // namespace

bool has_other_links(const fs::path& path) {
    std::error_code error;
    return fs::hard_link_count(path, error) != 1 || error;
}

std::optional<PreviousExport> PreviousExport::find(const fs::path& folder) {
    if (is_free(folder)) return std::nullopt;
    PreviousExport found(folder);
    found.sums_ = read_sums(folder / export_names::sums);
    for (const auto& [path, digest] : found.sums_) found.digests_.insert(digest);
    const auto has = [&](std::string_view name) { return found.sums_.contains(std::string(name)); };
    if (!(has(manifest_file_name) || has(index_root_path)) || !has(export_names::page) ||
        !has(export_names::nginx) || !has(export_names::no_jekyll)) {
        throw UserError(folder.string() +
                        ": exists and is not an earlier export; choose another --to");
    }
    return found;
}

std::optional<std::string> PreviousExport::digest_of(const std::string& path) const {
    const auto found = sums_.find(path);
    return found == sums_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> PreviousExport::foreign() const {
    std::vector<std::string> paths;
    std::error_code error;
    fs::recursive_directory_iterator at(folder_, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        const std::string path = at->path().lexically_relative(folder_).string();
        const fs::file_status status = at->symlink_status(error);
        if (error) break;
        if (fs::is_directory(status)) {
            if (fs::is_empty(at->path(), error)) paths.push_back(path);
        } else if (path != export_names::sums && !sums_.contains(path)) {
            paths.push_back(path);
        }
        if (error) break;
    }
    if (error) {
        throw UserError(folder_.string() + ": can't be read (" + error.message() +
                        "); choose another --to");
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace onnxhub
