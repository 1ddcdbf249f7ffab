// SPDX-License-Identifier: Apache-2.0
#include "base/unchanged_source.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/user_error.h"

namespace onnxhub {
namespace {

constexpr std::size_t block_bytes = 256 * 1024;

Sha256 digest_of(std::span<const std::byte> block) {
    return sha256_of(std::string_view(reinterpret_cast<const char*>(block.data()), block.size()));
}

}  // namespace

UnchangedSource::UnchangedSource(std::shared_ptr<const ByteSource> source, std::string shown_name)
    : source_(std::move(source)),
      shown_name_(std::move(shown_name)),
      size_bytes_(source_->size_bytes()),
      digests_(static_cast<std::size_t>((size_bytes_ + block_bytes - 1) / block_bytes)) {}

void UnchangedSource::fail() const {
    throw UserError(shown_name_ + ": was changed while it was read; try again");
}

std::size_t UnchangedSource::length_of(std::uint64_t number) const {
    return static_cast<std::size_t>(
        std::min<std::uint64_t>(block_bytes, size_bytes_ - number * block_bytes));
}

/// `into` has the length of the block.
void UnchangedSource::read_block(std::uint64_t number, std::span<std::byte> into) const {
    if (source_->read(number * block_bytes, into) != into.size()) fail();
    const Sha256 digest = digest_of(into);
    auto& known = digests_[static_cast<std::size_t>(number)];
    if (known && *known != digest) fail();
    known = digest;
}

std::size_t UnchangedSource::read(std::uint64_t offset, std::span<std::byte> into) const {
    const std::lock_guard lock(mutex_);
    std::size_t done = 0;
    while (done < into.size() && offset + done < size_bytes_) {
        const std::uint64_t number = (offset + done) / block_bytes;
        const auto begin = static_cast<std::size_t>((offset + done) % block_bytes);
        const std::size_t length = length_of(number);
        const std::size_t count = std::min(into.size() - done, length - begin);
        const auto place = into.subspan(done, count);
        if (count == length) {
            read_block(number, place);
        } else {
            if (block_number_ != number) {
                block_number_.reset();
                block_.resize(length);
                read_block(number, block_);
                block_number_ = number;
            }
            std::ranges::copy(std::span(block_).subspan(begin, count), place.begin());
        }
        done += count;
    }
    return done;
}

const Sha256& UnchangedSource::digest(const std::function<void()>& check_interruption) const {
    const std::lock_guard lock(mutex_);
    if (digest_) return *digest_;
    Sha256Hasher hasher;
    block_number_.reset();
    for (std::uint64_t number = 0; number < digests_.size(); ++number) {
        check_interruption();
        block_.resize(length_of(number));
        read_block(number, block_);
        hasher.update(block_);
    }
    digest_ = hasher.finish();
    return *digest_;
}

}  // namespace onnxhub
