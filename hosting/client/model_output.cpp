// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/model_output.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_source.h"
#include "base/error_text.h"
#include "base/file_status.h"
#include "base/folder.h"
#include "base/new_file.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Locations of external data that the graph of the file at `path` names; empty when it is not a
/// model.
std::vector<std::string> locations_named_by(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return {};
    try {
        auto read = read_skeleton(*open_file(path, path.string()));
        if (auto* skeleton = std::get_if<OnnxSkeleton>(&read)) {
            return std::move(skeleton->external_locations);
        }
    } catch (const UserError&) {
        // An unreadable model owns no external data.
    }
    return {};
}

bool contains(const std::vector<std::string>& sorted, const std::string& text) {
    return std::ranges::binary_search(sorted, text);
}

/// What exists at a path below a folder.
enum class Occupant { none, same, other };

/// Whether the file has these bytes. Throws UserError when it is not a regular file, or is behind a
/// link.
Occupant occupant_of(const fs::path& folder, const std::string& below, const CacheKey& wanted) {
    const fs::path path = folder / below;
    const Descriptor file = open_beneath(folder, below);
    const int reason = errno;
    if (!file.is_open() && reason == ENOENT) return Occupant::none;
    const auto status = file.is_open() ? status_of(file) : std::nullopt;
    if (!status || !status->is_regular()) {
        throw UserError(path.string() + ": is the path of the model's external data, but " +
                        (file.is_open() ? "it is not a regular file" : error_text(reason)) +
                        "; move it, or choose another --output");
    }
    if (wanted.size_bytes && status->size_bytes != *wanted.size_bytes) return Occupant::other;
    const auto source = open_file(path, path.string(), LastLink::refuse);
    return sha256_of(*source, [] {}) == wanted.sha ? Occupant::same : Occupant::other;
}

class ModelCopy {
public:
    ModelCopy(const WantedModel& model, const fs::path& cached, const fs::path& output)
        : cached_(cached), output_(output), folder_(output.parent_path()) {
        if (folder_.empty()) folder_ = ".";
        std::vector<CacheKey> keys;
        for (const WantedFile& file : model.files) keys.push_back(file.key);
        keys_ = place_files(std::move(keys));
    }

    void copy() {
        const auto present = status_of(output_);
        if (present && present->is_folder()) {
            throw UserError(output_.string() + ": is a directory; name a file");
        }
        // "/dev/stdout" may be a link to a regular file, which must not be replaced.
        const bool is_stream =
            output_.string().starts_with("/dev/") || output_.string().starts_with("/proc/");
        if (present && (is_stream || !present->is_regular())) return write_in_place();
        plan();
        stage();
        for (auto& [file, on_existing] : staged_) file->rename_onto_destination(on_existing);
    }

private:
    struct Staged {
        std::unique_ptr<NewFile> file;
        NewFile::OnExisting on_existing = NewFile::OnExisting::replace;
    };

    /// Determines which external data to copy. Nothing is written yet.
    void plan() {
        const std::vector<std::string> named_before = locations_named_by(output_);
        std::vector<std::string> provided;
        for (std::size_t i = 1; i < keys_.size(); ++i) {
            const std::string location = location_of(keys_[0], keys_[i]);
            provided.push_back(location);
            if (location == output_.filename()) {
                throw UserError(output_.string() +
                                ": the model's external data has this name; choose "
                                "another --output");
            }
            const Occupant occupant = occupant_of(folder_, location, keys_[i]);
            if (occupant == Occupant::same) continue;
            const bool is_new = occupant == Occupant::none;
            if (!is_new && !contains(named_before, location)) refuse(location);
            to_copy_.push_back({i, location, is_new});
        }
        refuse_claims(named_before, provided);
    }

    /// Rejects a model that names files which the manifest lacks. It could claim a file of the user
    /// in this way: a later version would replace what the graph at `output` names.
    void refuse_claims(const std::vector<std::string>& named_before,
                       const std::vector<std::string>& provided) const {
        for (const std::string& location : locations_named_by(cached_)) {
            const bool is_known = contains(named_before, location) ||
                                  std::ranges::find(provided, location) != provided.end();
            if (is_known || std::holds_alternative<UnsafePath>(check_hub_path(location))) continue;
            std::error_code error;
            if (fs::exists(fs::symlink_status(folder_ / location, error))) refuse(location);
        }
    }

    [[noreturn]] void refuse(const std::string& location) const {
        throw UserError((folder_ / location).string() +
                        ": is another file at the path of the model's external data; "
                        "nothing was copied; move it, or choose another --output");
    }

    void stage() {
        std::error_code error;
        fs::create_directories(folder_, error);
        for (const ToCopy& wanted : to_copy_) {
            auto file = std::make_unique<NewFile>(folder_, wanted.location);
            copy_verified(cached_.parent_path() / wanted.location, keys_[wanted.index].sha, *file);
            staged_.push_back({std::move(file), wanted.is_new ? NewFile::OnExisting::keep_existing
                                                              : NewFile::OnExisting::replace});
        }
        auto model = std::make_unique<NewFile>(output_);
        copy_verified(cached_, keys_[0].sha, *model);
        staged_.push_back({std::move(model), NewFile::OnExisting::replace});
    }

    /// Writes in place, since a rename would replace the device or pipe itself.
    void write_in_place() const {
        if (keys_.size() > 1) {
            throw UserError(output_.string() +
                            ": is not a file, and the model has external data that must be "
                            "next to it; use the model at " +
                            cached_.string());
        }
        const auto source = open_file(cached_, cached_.string(), LastLink::refuse);
        const Descriptor file = open_to_write(output_);
        std::vector<std::byte> block(512 * 1024);
        bool is_written = file.is_open();
        for (std::uint64_t done = 0; is_written && done < source->size_bytes();) {
            const std::size_t count = source->read(done, block);
            if (count == 0) break;
            is_written = write_all(file, std::span(block).first(count));
            done += count;
        }
        if (is_written) return;
        throw UserError(output_.string() + ": can't be written (" + error_text() +
                        "); the model is at " + cached_.string());
    }

    struct ToCopy {
        std::size_t index = 0;  ///< index in keys_
        std::string location;
        bool is_new = false;
    };

    const fs::path cached_;
    const fs::path output_;
    fs::path folder_;
    std::vector<CacheKey> keys_;
    std::vector<ToCopy> to_copy_;
    std::vector<Staged> staged_;
};

}  // namespace

void copy_model(const WantedModel& model, const fs::path& cached, const std::string& output) {
    if (model.is_archive) {
        throw UserError(output +
                        ": an archive with test data cannot be copied as a model; leave "
                        "out --output");
    }
    ModelCopy(model, cached, output).copy();
}

bool is_output_folder(const std::string& output) {
    std::error_code error;
    return output.ends_with('/') || fs::is_directory(output, error);
}

/// Of hub paths, the file name alone is used: users choose the folder.
std::string output_in_folder(const std::string& folder, const WantedModel& model) {
    const fs::path file(std::string(file_name(model.files.front().key.hub_path)));
    const bool has_weights = model.files.size() > 1;
    return (has_weights ? fs::path(folder) / file.stem() / file : fs::path(folder) / file).string();
}

}  // namespace onnxhub
