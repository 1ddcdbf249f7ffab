// SPDX-License-Identifier: Apache-2.0
// Content that is stored in git, inflated for sending: once for all clients that read it at the
// same time.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/descriptor.h"
#include "hosting/server/byte_budget.h"
#include "hosting/server/served_hub.h"

namespace onnxhub {

/// The bytes of one file, held while it is sent.
struct HeldContent {
    std::string text = {};             ///< small content
    Descriptor file = Descriptor();    ///< larger content, in an unnamed file
    ByteBudget::Reservation reserved;  ///< for the held bytes
};

/// Thread-safe.
class InflatedBlobs {
public:
    /// Blobs up to `small_bytes` are held in memory, larger ones on disk. Both budgets must outlive
    /// the object.
    InflatedBlobs(ByteBudget& memory, ByteBudget& disk, std::uint64_t small_bytes)
        : memory_(memory), disk_(disk), small_bytes_(small_bytes) {}

    /// Null when the blob is not held.
    std::shared_ptr<const HeldContent> find(const BlobId& id);

    /// Inflates the blob unless it is held. Throws UserError when git cannot read it, and NotServed
    /// (503) when the budget is used up.
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
    /// The most recently requested blob is first.
    std::list<std::pair<BlobId, std::shared_ptr<const HeldContent>>> held_;
};

}  // namespace onnxhub
