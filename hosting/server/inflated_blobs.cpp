// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/inflated_blobs.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/unlinked_file.h"
#include "base/user_error.h"
#include "repository/tree.h"

namespace onnxhub {
namespace {

constexpr std::size_t max_held = 256;                     // blobs; each large one is an open file
constexpr std::size_t inflated_block_bytes = 512 * 1024;  // bytes copied at once

void copy_to_file(const ByteSource& source, const Descriptor& file) {
    std::vector<std::byte> block(inflated_block_bytes);
    for (std::uint64_t offset = 0; offset < source.size_bytes();) {
        const std::size_t count = source.read(offset, block);
        if (count == 0) throw UserError("a blob ends before its size");
        write_at(file, offset, std::span(block).first(count));
        offset += count;
    }
}

}  // namespace

std::shared_ptr<const HeldContent> InflatedBlobs::find(const BlobId& id) {
    const std::lock_guard lock(mutex_);
    for (auto it = held_.begin(); it != held_.end(); ++it) {
        if (it->first != id) continue;
        held_.splice(held_.begin(), held_, it);
        return it->second;
    }
    return nullptr;
}

std::shared_ptr<const HeldContent> InflatedBlobs::inflate(const BlobInTree& blob,
                                                          std::uint64_t size_bytes) {
    if (auto held = find(blob.id)) return held;
    const bool is_small = size_bytes <= small_bytes_;
    auto content = std::make_shared<HeldContent>();
    content->reserved = reserve(is_small ? memory_ : disk_, size_bytes);
    const auto source = blob.tree->open(blob.path);
    ++inflations_;
    if (source->size_bytes() != size_bytes) throw UserError(blob.path + ": has another size");
    if (is_small) {
        content->text = read_whole(*source, size_bytes, blob.path);
    } else {
        content->file = open_unlinked_file();
        copy_to_file(*source, content->file);
    }
    const std::lock_guard lock(mutex_);
    held_.emplace_front(blob.id, content);
    if (held_.size() > max_held) held_.pop_back();
    return content;
}

ByteBudget::Reservation InflatedBlobs::reserve(ByteBudget& budget, std::uint64_t bytes) {
    auto reserved = budget.reserve(bytes);
    if (!reserved) {
        drop_unused();
        reserved = budget.reserve(bytes);
    }
    if (reserved) return *std::move(reserved);
    throw NotServed{503, "too much is being sent already; try again"};
}

/// Releases blobs that are not being sent.
void InflatedBlobs::drop_unused() {
    const std::lock_guard lock(mutex_);
    std::erase_if(held_, [](const auto& held) { return held.second.use_count() == 1; });
}

}  // namespace onnxhub
