// SPDX-License-Identifier: Apache-2.0
// Content that git itself holds, inflated to be sent: once for all who read it at the same time.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "hosting/server/byte_budget.h"
#include "hosting/server/open_file.h"
#include "hosting/server/served_hub.h"

namespace onnxhub {

/// Bytes of one file, for as long as someone is sent them.
struct HeldContent {
    std::string text = {};             ///< small content, or
    OpenFile file = OpenFile();        ///< larger content, in a file without a name
    ByteBudget::Reservation reserved;  ///< for the bytes of either
};

/// Thread-safe.
class InflatedBlobs {
public:
    /// Blobs up to `small_bytes` are held in memory, larger ones on disk. Both budgets must outlive
    /// the object.
    InflatedBlobs(ByteBudget& memory, ByteBudget& disk, std::uint64_t small_bytes)
        : memory_(memory), disk_(disk), small_bytes_(small_bytes) {}

    /// Null when the blob is not held now.
    std::shared_ptr<const HeldContent> find(const BlobId& id);

    /// Inflates the blob unless it is held. Throws UserError when git can't give it, and
    /// NotServed (503) when the budget is used up.
    std::shared_ptr<const HeldContent> inflate(const BlobInTree& blob, std::uint64_t size_bytes);

    std::uint64_t inflations() const { return inflations_; }  ///< so far

private:
    ByteBudget::Reservation reserve(ByteBudget& budget, std::uint64_t bytes);
    void drop_unused();

    ByteBudget& memory_;
    ByteBudget& disk_;
    const std::uint64_t small_bytes_;
    std::atomic<std::uint64_t> inflations_{0};
    std::mutex mutex_;
    /// The last one that was asked for comes first.
    std::list<std::pair<BlobId, std::shared_ptr<const HeldContent>>> held_;
};

}  // namespace onnxhub
