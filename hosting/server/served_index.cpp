// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/served_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>
#include <variant>
#include <vector>

#include "base/unchanged_source.h"
#include "base/unlinked_file.h"
#include "base/user_error.h"
#include "hosting/server/response_cache.h"
#include "index/index_format.h"
#include "index/index_writer.h"
#include "manifest/manifest.h"
#include "manifest/manifest_stream.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t stored_bytes = 256;  // of a file beside its content
constexpr std::size_t most_refused = 1024;   // ETags that are remembered
const std::string manifest_path = "/" + std::string(manifest_file_name);

/// The digest in "/index/ab/<sha256>.json".
std::optional<Sha256> digest_in(std::string_view path) {
    constexpr std::string_view suffix = ".json";
    const std::size_t slash = path.rfind('/');
    if (slash == path.npos || !path.ends_with(suffix)) return std::nullopt;
    const std::string_view name = path.substr(slash + 1);
    const auto digest = parse_sha256(name.substr(0, name.size() - suffix.size()));
    return digest && path.substr(1) == index_path(*digest) ? digest : std::nullopt;
}

std::shared_ptr<const ByteSource> content_of(const ServedFile& file) {
    if (file.text) return memory_source(*file.text);
    if (file.blob) return file.blob->tree->open(file.blob->path);
    return unlinked_source(file.file.duplicate(), file.identity.size_bytes);
}

/// Whether all bytes can be read again, and are what they were.
bool is_same(const UnchangedSource& source) {
    try {
        std::vector<std::byte> block(256 * 1024);
        for (std::uint64_t at = 0; source.read(at, block) > 0; at += block.size()) {
        }
        return true;
    } catch (const UserError&) {
        return false;
    }
}

/// An ETag of a file on disk is the SHA-256 of its content, and git's ids do not change.
bool is_of(const ServedFile& manifest, const Sha256& digest) {
    const std::string& etag = manifest.identity.etag;
    return etag.starts_with("\"git-") || etag == '"' + to_hex(digest) + '"';
}

}  // namespace

/// Takes the files of an index that is being made.
class ServedIndex::Files : public IndexFiles {
public:
    Files(ServedIndex& index, Generation& generation) : index_(index), generation_(generation) {}

    void put(const IndexRef& file, std::string_view text) override {
        {
            const std::lock_guard lock(index_.mutex_);
            generation_.files.insert(file.digest);
            if (index_.files_.contains(file.digest)) return;
        }
        std::string packed = pack(std::string(text));
        packed.shrink_to_fit();
        const std::uint64_t bytes = packed.size() + stored_bytes;
        const std::lock_guard lock(index_.mutex_);
        const std::uint64_t limit = index_.options_.memory_bytes;
        if (index_.bytes_ + bytes > limit) index_.keep_generations(0);
        if (index_.bytes_ + bytes > limit) throw UserError("the index is too large");
        auto stored = std::make_shared<const std::string>(std::move(packed));
        if (index_.files_.try_emplace(file.digest, Stored{std::move(stored), text.size()}).second) {
            index_.bytes_ += bytes;
        }
    }

private:
    ServedIndex& index_;
    Generation& generation_;
};

ServedIndex::ServedIndex(ServedHub& hub, ServedIndexOptions options)
    : hub_(hub), options_(std::move(options)) {
    if (options_.memory_bytes > 0) thread_ = std::thread([this] { work(); });
}

ServedIndex::~ServedIndex() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

std::optional<ServedFile> ServedIndex::open_manifest() {
    Served served = hub_.open(manifest_path);
    auto* file = std::get_if<ServedFile>(&served);
    return file ? std::optional(std::move(*file)) : std::nullopt;
}

std::optional<ServedIndex::File> ServedIndex::find(std::string_view path) {
    if (options_.memory_bytes == 0 || !path.starts_with("/index/")) return std::nullopt;
    if (path.substr(1) == index_root_path) return find_root();
    const auto digest = digest_in(path);
    if (!digest) return std::nullopt;
    const auto manifest = open_manifest();
    const std::lock_guard lock(mutex_);
    notice(manifest);
    const auto found = files_.find(*digest);
    if (found == files_.end()) return std::nullopt;
    return File{*digest, found->second.packed, found->second.size_bytes};
}

/// Whether the newest index is that of this manifest. Otherwise it is made from now on. The caller
/// holds the lock.
bool ServedIndex::notice(const std::optional<ServedFile>& manifest) {
    const std::string etag = manifest ? manifest->identity.etag : "";
    if (!generations_.empty() && generations_.front().manifest == etag) return true;
    if (!refused_.contains(etag)) {
        is_wanted_ = true;
        changed_.notify_all();
    }
    return false;
}

std::optional<ServedIndex::File> ServedIndex::find_root() {
    const auto manifest = open_manifest();
    const std::lock_guard lock(mutex_);
    if (!notice(manifest)) return std::nullopt;
    const Sha256& digest = generations_.front().root;
    const Stored& root = files_.at(digest);
    return File{digest, root.packed, root.size_bytes, true, manifest->commit};
}

void ServedIndex::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return ends_ || is_wanted_; });
        if (ends_) return;
        is_wanted_ = false;
        lock.unlock();
        try {
            make_present();
        } catch (const NotServed&) {
        } catch (const std::exception&) {
            // The manifest changes while it is read, or the server ends: the next request for the
            // root begins again.
        }
        lock.lock();
        new_ = nullptr;
        keep_generations(held_indexes);
    }
}

bool ServedIndex::is_made_or_refused(const std::string& manifest) const {
    const std::lock_guard lock(mutex_);
    return refused_.contains(manifest) ||
           (!generations_.empty() && generations_.front().manifest == manifest);
}

void ServedIndex::refuse(const std::string& manifest) {
    const std::lock_guard lock(mutex_);
    if (refused_.size() >= most_refused) refused_.clear();
    refused_.insert(manifest);
}

void ServedIndex::make_present() {
    auto manifest = open_manifest();
    if (manifest && manifest->identity.etag.empty()) {
        hub_.learn_etag(manifest_path);
        manifest = open_manifest();
    }
    drop_retracted();
    if (!manifest || !is_worth_one(*manifest)) {
        const std::lock_guard lock(mutex_);
        return keep_generations(0);
    }
    const std::string& etag = manifest->identity.etag;
    if (!etag.empty() && !is_made_or_refused(etag)) make(*manifest);
}

/// Indexes of commits that are no longer served, such as those that a forced push removed.
void ServedIndex::drop_retracted() {
    std::set<CommitId> commits;
    {
        const std::lock_guard lock(mutex_);
        for (const Generation& one : generations_) {
            if (one.commit) commits.insert(*one.commit);
        }
    }
    std::erase_if(commits, [this](const CommitId& commit) {
        const std::string path = "/hub/at/" + commit + manifest_path;
        return std::holds_alternative<ServedFile>(hub_.open(path));
    });
    const std::lock_guard lock(mutex_);
    std::erase_if(generations_, [&](const Generation& one) {
        return one.commit && commits.contains(*one.commit);
    });
    keep_generations(held_indexes);
}

bool ServedIndex::is_worth_one(const ServedFile& manifest) {
    if (manifest.identity.size_bytes >= least_indexed_manifest) return true;
    return !options_.statement_path.empty() &&
           std::holds_alternative<ServedFile>(hub_.open(options_.statement_path));
}

void ServedIndex::make(const ServedFile& manifest) {
    const std::string& etag = manifest.identity.etag;
    if (manifest.identity.size_bytes > largest_indexed_manifest) return refuse(etag);
    const UnchangedSource source(content_of(manifest), "the manifest");
    const auto check_end = [this] {
        if (ends_) throw Interrupted();
    };
    const Sha256 digest = source.digest(check_end);
    if (!is_of(manifest, digest)) return;  // it was just replaced
    std::uint64_t models = 0;
    for (ManifestStream stream(source); stream.next(); ++models) check_end();
    if (models > options_.memory_bytes / index_bytes_of_model) return refuse(etag);

    Generation made{etag, manifest.commit};
    {
        const std::lock_guard lock(mutex_);
        keep_generations(held_indexes - 1);
        new_ = &made;
    }
    Files files(*this, made);
    try {
        // One thread leaves the other cores to requests.
        made.root = write_index({&source, "the manifest", 1, check_end}, files).root_digest;
    } catch (const UserError&) {
        if (is_same(source)) refuse(etag);
        throw;
    } catch (const std::bad_alloc&) {
        refuse(etag);
        throw;
    }
    const std::lock_guard lock(mutex_);
    new_ = nullptr;
    generations_.push_front(std::move(made));
    ++made_;
}

/// Removes older indexes and files that none needs. The caller holds the lock.
void ServedIndex::keep_generations(std::size_t count) {
    if (generations_.size() > count) generations_.resize(count);
    std::erase_if(files_, [this](const auto& file) {
        const auto has_it = [&](const Generation& one) { return one.files.contains(file.first); };
        if ((new_ && has_it(*new_)) || std::ranges::any_of(generations_, has_it)) return false;
        bytes_ -= file.second.packed->size() + stored_bytes;
        return true;
    });
}

std::string ServedIndex::metrics() const {
    const std::lock_guard lock(mutex_);
    return fmt::format(
        "# HELP onnxhub_indexes_made_total Indexes of the manifest that were made.\n"
        "# TYPE onnxhub_indexes_made_total counter\n"
        "onnxhub_indexes_made_total {}\n"
        "# HELP onnxhub_index_bytes Memory for files of indexes, within --index-memory.\n"
        "# TYPE onnxhub_index_bytes gauge\n"
        "onnxhub_index_bytes {}\n",
        made_, bytes_);
}

}  // namespace onnxhub
