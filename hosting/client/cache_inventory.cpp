// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/cache_inventory.h"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/byte_source.h"
#include "base/file_lock.h"
#include "base/file_status.h"
#include "base/user_error.h"
#include "hosting/client/cache_layout.h"
#include "hosting/client/partial_file.h"
#include "hosting/client/test_data_folder.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// No process takes longer to unpack an archive.
constexpr auto longest_unpacking = std::chrono::hours(24);

SystemTime to_time(const FileTime& time) {
    return SystemTime(std::chrono::duration_cast<SystemTime::duration>(
        std::chrono::seconds(time.seconds) + std::chrono::nanoseconds(time.nanoseconds)));
}

fs::path unpacked_folder(const fs::path& archive) {
    const std::string text = archive.string();
    return text.ends_with(".tar.gz") ? fs::path(text.substr(0, text.size() - 7)) : fs::path();
}

std::uint64_t bytes_below(const fs::path& folder) {
    std::error_code error;
    std::uint64_t bytes = 0;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
        std::error_code ignored;
        if (it->symlink_status(ignored).type() == fs::file_type::regular) {
            bytes += it->file_size(ignored);
        }
    }
    return bytes;
}

/// Whether no process uses the partial file: each process holds a lock on its own.
bool is_abandoned(const fs::path& partial) {
    const Descriptor file = open_to_read(partial, LastLink::refuse);
    return file.is_open() && try_lock(file) == LockAttempt::locked;
}

/// The model in the folder "{set}_{stem}" of a model with external data: the file {stem}.onnx or
/// {stem}. nullopt for other folders, such as those with an archive's files.
std::optional<fs::path> model_in(const fs::path& folder, const std::string& stem) {
    std::error_code error;
    if (fs::exists(folder.string() + ".tar.gz", error)) return std::nullopt;
    for (const std::string& name : {stem + ".onnx", stem}) {
        const fs::path path = folder / name;
        if (fs::is_regular_file(fs::symlink_status(path, error))) return path;
    }
    return std::nullopt;
}

/// Digests and locations of the files in a model's own folder, without partial downloads.
std::vector<std::pair<Sha256, std::string>> files_of_set(
    const fs::path& folder, const std::function<void()>& check_interruption) {
    std::vector<std::pair<Sha256, std::string>> files;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
        std::error_code ignored;
        if (it->symlink_status(ignored).type() == fs::file_type::directory) continue;
        if (it->path().filename().string().starts_with('.')) continue;
        const auto source = open_file(it->path(), it->path().string(), LastLink::refuse);
        files.emplace_back(sha256_of(*source, check_interruption),
                           it->path().lexically_relative(folder).string());
    }
    return files;
}

class Inventory {
public:
    Inventory(const fs::path& folder, const StateFolder& state, SystemTime now)
        : folder_(folder), state_(state), now_(now) {}

    CacheInventory take() {
        std::error_code error;
        for (fs::recursive_directory_iterator it(folder_, error), end; !error && it != end;
             it.increment(error)) {
            std::error_code ignored;
            const fs::file_type type = it->symlink_status(ignored).type();
            if (type == fs::file_type::directory) {
                if (!see_folder(it->path())) it.disable_recursion_pending();
            } else if (type == fs::file_type::regular && !see_leftover(it->path())) {
                see_cached(it->path(), split_cached_name(it->path().filename().string()));
            }
        }
        std::ranges::sort(result_.files, {}, &CachedFile::path);
        std::ranges::sort(result_.leftovers);
        return std::move(result_);
    }

private:
    /// Returns whether to enter the folder.
    bool see_folder(const fs::path& path) {
        const std::string name = path.filename().string();
        if (name == ".onnxhub") return false;
        if (name.starts_with('.') && name.ends_with(unfinished_folder_ending)) {
            const auto status = link_status_of(path);
            if (status && to_time(status->modified) + longest_unpacking < now_) {
                add_leftover(path, bytes_below(path));
            }
            return false;
        }
        const auto parts = split_cached_name(name);
        if (!parts) return true;
        if (const auto model = model_in(path, parts->second)) see_set(path, *model, parts->first);
        return false;  // contains an archive's files, or those of one model
    }

    void see_set(const fs::path& folder, const fs::path& model, const Sha256& set) {
        see_cached(model, std::nullopt);
        if (result_.files.empty() || result_.files.back().path != model) {
            result_.files.emplace_back();
            fill_from_disk(result_.files.back(), model);
            result_.files.back().hub_path =
                (folder.parent_path().lexically_relative(folder_) / model.filename())
                    .lexically_normal()
                    .string();
        }
        CachedFile& file = result_.files.back();
        file.has_folder = true;
        file.sha = set;
        file.size_bytes = 0;
        std::error_code error;
        for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
             it.increment(error)) {
            std::error_code ignored;
            const bool is_file = it->symlink_status(ignored).type() == fs::file_type::regular;
            if (is_file && !see_leftover(it->path())) file.size_bytes += it->file_size(ignored);
        }
    }

    /// Whether the file is a leftover of a download.
    bool see_leftover(const fs::path& path) {
        const std::string name = path.filename().string();
        std::error_code error;
        if (name.starts_with('.') && name.ends_with(partial_file_ending)) {
            if (is_abandoned(path)) add_leftover(path, fs::file_size(path, error));
        } else if (name.starts_with('.') && name.ends_with(partial_origin_ending)) {
            const std::string text = path.string();
            const std::string partial = text.substr(0, text.rfind('.'));
            if (!fs::exists(partial, error)) add_leftover(path, fs::file_size(path, error));
        } else {
            return false;
        }
        return true;
    }

    static bool fill_from_disk(CachedFile& file, const fs::path& path) {
        const auto status = link_status_of(path);
        if (!status) return false;
        file.path = path;
        file.size_bytes = status->size_bytes;
        file.loaded = to_time(status->modified);
        file.used = std::max(file.loaded, to_time(status->accessed));
        return true;
    }

    void see_cached(const fs::path& path,
                    const std::optional<std::pair<Sha256, std::string>>& parts) {
        const auto record = find_cache_record(state_, folder_, path);
        CachedFile file;
        if ((!parts && !record) || !fill_from_disk(file, path)) return;
        if (record) {
            file.hub = record->hub;
            file.hub_path = record->hub_path;
            file.sha = record->sha;
            file.model = record->model;
            file.opset = record->opset;
        }
        if (parts) {
            file.sha = parts->first;
            file.hub_path = (path.parent_path().lexically_relative(folder_) / parts->second)
                                .lexically_normal()
                                .string();
        }
        file.unpacked_bytes = bytes_below(unpacked_folder(path));
        result_.files.push_back(std::move(file));
    }

    void add_leftover(const fs::path& path, std::uint64_t bytes) {
        result_.leftovers.push_back(path);
        result_.leftover_bytes += bytes;
    }

    const fs::path& folder_;
    const StateFolder& state_;
    const SystemTime now_;
    CacheInventory result_;
};

std::uint64_t bytes_of(const CachedFile& file) {
    return file.size_bytes + file.unpacked_bytes;
}

void mark_all_but_latest(const std::vector<CachedFile>& files, std::vector<bool>& goes) {
    std::map<std::pair<std::string, std::string>, std::size_t> latest;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto [place, is_new] = latest.try_emplace({files[i].hub, files[i].hub_path}, i);
        if (is_new) continue;
        const bool is_later = files[i].loaded > files[place->second].loaded;
        goes[is_later ? std::exchange(place->second, i) : i] = true;
    }
}

void mark_least_recently_used(const std::vector<CachedFile>& files, std::uint64_t max_bytes,
                              std::vector<bool>& goes) {
    std::vector<std::size_t> order;
    std::uint64_t left = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (goes[i]) continue;
        order.push_back(i);
        left += bytes_of(files[i]);
    }
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return files[i].used; });
    for (const std::size_t i : order) {
        if (left <= max_bytes) return;
        goes[i] = true;
        left -= bytes_of(files[i]);
    }
}

}  // namespace

CacheInventory take_inventory(const fs::path& cache_folder, const StateFolder& state,
                              SystemTime now) {
    return Inventory(cache_folder, state, now).take();
}

bool is_intact(const CachedFile& file, const std::function<void()>& check_interruption) {
    if (file.has_folder) {
        return file.sha == digest_of_set(files_of_set(file.path.parent_path(), check_interruption));
    }
    const auto source = open_file(file.path, file.path.string(), LastLink::refuse);
    return file.sha && sha256_of(*source, check_interruption) == *file.sha;
}

std::vector<CachedFile> files_to_prune(const std::vector<CachedFile>& files,
                                       const PruneLimits& constraint, SystemTime now) {
    std::vector<bool> goes(files.size(), false);
    for (std::size_t i = 0; i < files.size(); ++i) {
        goes[i] = constraint.older_than && files[i].used + *constraint.older_than < now;
    }
    if (constraint.keeps_latest) mark_all_but_latest(files, goes);
    if (constraint.max_bytes) mark_least_recently_used(files, *constraint.max_bytes, goes);
    std::vector<CachedFile> chosen;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (goes[i]) chosen.push_back(files[i]);
    }
    return chosen;
}

void remove_leftover(const fs::path& leftover) {
    std::error_code error;
    fs::remove_all(leftover, error);
    if (!error && leftover.string().ends_with(partial_file_ending)) {
        fs::remove(leftover.string() + partial_origin_ending, error);
    }
    if (error) {
        throw UserError(leftover.string() + ": can't be removed (" + error.message() +
                        "); check its permissions");
    }
}

void remove_cached_file(const fs::path& cache_folder, const StateFolder& state,
                        const CachedFile& file) {
    const fs::path unpacked = unpacked_folder(file.path);
    if (!unpacked.empty()) remove_leftover(unpacked);
    remove_leftover(file.has_folder ? file.path.parent_path() : file.path);
    forget_cache_record(state, cache_folder, file.path);
}

}  // namespace onnxhub
