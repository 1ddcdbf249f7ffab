// SPDX-License-Identifier: Apache-2.0
// The index that a server makes of its hub's manifest, see docs/index.md.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "base/digest.h"
#include "hosting/server/served_hub.h"
#include "index/index_files.h"

namespace onnxhub {

/// Clients read a smaller manifest as a whole, so it needs no index, unless a statement names one.
inline constexpr std::uint64_t least_indexed_manifest = std::uint64_t{1} << 20;  // bytes
/// No index is made of a larger manifest.
inline constexpr std::uint64_t largest_indexed_manifest = std::uint64_t{512} << 20;  // bytes
/// No index is made of a manifest with more models than the memory for its index has of these
/// bytes: making it takes up to 1.5 KiB of memory a model, beside the files.
inline constexpr std::uint64_t index_bytes_of_model = 256;
/// Manifests whose index is held: the present one and the one before, for clients that are reading.
inline constexpr std::size_t held_indexes = 2;

struct ServedIndexOptions {
    /// For the compressed files of all held indexes; 0: no index is made.
    std::uint64_t memory_bytes = std::uint64_t{256} << 20;
    /// Path of a file that shows that the hub is signed: a statement may name an index of a small
    /// manifest too.
    std::string statement_path = {};
};

/// Has one thread of its own, so that no request waits for an index. Thread-safe.
class ServedIndex {
public:
    /// `hub` must outlive this object. Starts with the present manifest.
    ServedIndex(ServedHub& hub, ServedIndexOptions options);
    ~ServedIndex();  ///< ends the work on an index
    ServedIndex(const ServedIndex&) = delete;
    ServedIndex& operator=(const ServedIndex&) = delete;

    struct File {
        Sha256 digest;                              ///< of the text
        std::shared_ptr<const std::string> packed;  ///< the text as gzip
        std::uint64_t size_bytes = 0;               ///< of the text
        bool is_root = false;                       ///< at the path that always has the newest root
        std::optional<CommitId> commit = {};        ///< of the root's manifest
    };

    /// `path` is "/index/root.json", or that of a file by its content. Nothing when no held index
    /// has it. The root is that of the present manifest; when its index does not exist, it is made
    /// from now on.
    std::optional<File> find(std::string_view path);

    std::string metrics() const;  ///< for Metrics::text()

private:
    struct Stored {
        std::shared_ptr<const std::string> packed;
        std::uint64_t size_bytes = 0;
    };
    struct Generation {
        std::string manifest;            ///< its ETag
        std::optional<CommitId> commit;  ///< of the manifest
        Sha256 root{};
        std::set<Sha256> files = {};
    };
    class Files;

    std::optional<File> find_root();
    std::optional<ServedFile> open_manifest();
    void work();
    void make_present();
    void make(const ServedFile& manifest);
    bool notice(const std::optional<ServedFile>& manifest);
    void drop_retracted();
    bool is_worth_one(const ServedFile& manifest);
    bool is_made_or_refused(const std::string& manifest) const;
    void refuse(const std::string& manifest);
    void keep_generations(std::size_t count);

    ServedHub& hub_;
    const ServedIndexOptions options_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool is_wanted_ = true;
    std::atomic<bool> ends_{false};
    std::deque<Generation> generations_;  ///< newest first
    const Generation* new_ = nullptr;     ///< the one that is being made
    std::map<Sha256, Stored> files_;      ///< of all of these
    std::uint64_t bytes_ = 0;             ///< of these, with their overhead
    std::set<std::string> refused_;       ///< ETags of manifests of which no index can be made
    std::uint64_t made_ = 0;
    std::thread thread_;
};

}  // namespace onnxhub
