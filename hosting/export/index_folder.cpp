// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/index_folder.h"

#include <algorithm>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "archive/gzip.h"
#include "base/byte_source.h"
#include "base/new_file.h"
#include "base/user_error.h"
#include "hosting/export/previous_export.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr int gzip_level = 6;  // zlib's own choice between time and size
constexpr std::uint64_t file_limit = std::uint64_t{1} << 30;     // bytes of an earlier file
constexpr std::uint64_t history_limit = std::uint64_t{1} << 30;  // bytes
constexpr const char* packed = ".gz";

/// The content of a regular file, not through a link.
std::optional<std::string> content_of(const fs::path& path) {
    try {
        const auto source = open_file(path, path.string(), LastLink::refuse);
        return read_whole(*source, file_limit, path.string());
    } catch (const UserError&) {
        return std::nullopt;  // it is written again
    }
}

/// The digest in the name of a file of the index: "<sha256>.json", or with ".gz".
std::optional<Sha256> digest_in(std::string_view name) {
    if (name.ends_with(packed)) name.remove_suffix(3);
    constexpr std::string_view suffix = ".json";
    if (!name.ends_with(suffix)) return std::nullopt;
    return parse_sha256(name.substr(0, name.size() - suffix.size()));
}

}  // namespace

IndexFolder::IndexFolder(IndexFolderOptions options) : options_(std::move(options)) {
    if (options_.earlier.empty()) options_.earlier = options_.folder;
    std::error_code error;
    fs::create_directories(options_.folder, error);
    if (error) {
        throw UserError(options_.folder.string() + ": can't be created (" + error.message() +
                        "); choose another directory");
    }
    if (!is_in_place()) return;
    // Two that write here would remove files of one another.
    const fs::path top = options_.folder / "index";
    fs::create_directory(top, error);
    LockWait wait;
    wait.check_interruption = options_.check_interruption;
    folder_lock_ = FileLock::take(top, wait);
}

/// Takes a file of the earlier index if its content is right, and returns the content.
std::optional<std::string> IndexFolder::keep(
    const std::string& path, const std::function<bool(const std::string&)>& is_right) {
    const fs::path earlier = options_.earlier / path;
    auto found = content_of(earlier);
    if (!found || !is_right(*found)) return std::nullopt;
    if (!is_in_place()) {
        const fs::path to = options_.folder / path;
        std::error_code error;
        if (has_other_links(earlier)) return std::nullopt;
        fs::create_directories(to.parent_path(), error);
        fs::create_hard_link(earlier, to, error);
        if (error) return std::nullopt;
    }
    const std::string sum = to_hex(sha256_of(*found));
    const std::scoped_lock guard(lock_);
    sums_[path] = sum;
    return found;
}

/// Takes a file of the earlier index with exactly this content. Returns whether there was one.
bool IndexFolder::keep_same(const std::string& path, std::string_view text) {
    return keep(path, [&](const std::string& found) { return found == text; }).has_value();
}

void IndexFolder::write(const std::string& path, std::string_view content, bool is_flushed) {
    NewFile file(options_.folder, path);
    file.write(content);
    if (is_flushed) file.flush();
    file.rename_onto_destination();
    const std::string sum = to_hex(sha256_of(content));
    const std::scoped_lock guard(lock_);
    sums_[path] = sum;
    ++report_.written;
    report_.written_bytes += content.size();
}

void IndexFolder::put(const IndexRef& file, std::string_view text) {
    options_.check_interruption();
    {
        const std::scoped_lock guard(lock_);
        if (!digests_.insert(file.digest).second) return;
        ++report_.files;
        report_.bytes += file.bytes;
    }
    const std::string path = index_path(file.digest);
    const bool is_kept = keep_same(path, text);
    if (!is_kept) write(path, text, false);
    const auto is_right = [&](const std::string& found) { return is_gzip_of(found, text); };
    if (is_kept && keep(path + packed, is_right)) return;
    write(path + packed, gzip(text, gzip_level), false);
}

IndexFolderReport IndexFolder::finish(const IndexReport& report) {
    const std::string history_path(index_history_path);
    const IndexHistory known = parse_index_history(
        read_file_if_possible(options_.earlier / history_path, history_limit).value_or(""));
    const IndexHistory history =
        with_root(known, report.root_digest, {digests_.begin(), digests_.end()}, options_.keep);
    if (!is_in_place()) keep_older_files(history);
    const auto place = [&](const std::string& path, const std::string& text) {
        if (!keep_same(path, text)) write(path, text, true);
    };
    // Before the root: files that it does not list would be removed by the next call.
    place(history_path, index_history_text(history));
    place(std::string(index_root_path) + packed, gzip(report.root, gzip_level));
    place(std::string(index_root_path), report.root);
    // Files of a folder that had no index are not ours.
    if (is_in_place() && !known.empty()) sweep(history);
    return report_;
}

/// Files of older roots, when the folder is new. Those that were changed are left out.
void IndexFolder::keep_older_files(const IndexHistory& history) {
    for (std::size_t i = 1; i < history.size(); ++i) {
        for (const Sha256& digest : history[i].files) {
            const std::string path = index_path(digest);
            const auto text =
                keep(path, [&](const std::string& found) { return sha256_of(found) == digest; });
            if (!text) continue;
            keep(path + packed, [&](const std::string& found) { return is_gzip_of(found, *text); });
        }
    }
}

/// Removes files that no kept root needs.
void IndexFolder::sweep(const IndexHistory& history) {
    std::set<Sha256> needed;
    for (const IndexGeneration& generation : history) {
        needed.insert(generation.files.begin(), generation.files.end());
    }
    std::error_code error;
    const fs::path top = options_.folder / "index";
    std::vector<fs::path> unneeded;
    for (fs::recursive_directory_iterator at(top, error), end; !error && at != end;
         at.increment(error)) {
        const auto digest = digest_in(at->path().filename().string());
        const bool has_place = digest && at->path().parent_path() ==
                                             (options_.folder / index_path(*digest)).parent_path();
        if (has_place && !needed.contains(*digest)) unneeded.push_back(at->path());
    }
    for (const fs::path& path : unneeded) report_.removed += fs::remove(path, error) ? 1 : 0;
}

IndexFolderReport write_index_folder(const std::string& manifest, const std::string& shown_name,
                                     const IndexFolderOptions& options) {
    const auto source = memory_source(manifest);
    IndexFolder folder(options);
    const IndexReport report =
        write_index({source.get(), shown_name, 0, options.check_interruption}, folder);
    return folder.finish(report);
}

}  // namespace onnxhub
