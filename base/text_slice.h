// SPDX-License-Identifier: Apache-2.0
// A part of a text that copies share.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace onnxhub {

/// A text that is not copied.
using CommonText = std::shared_ptr<const std::string>;

/// Keeps the whole text alive. The whole has less than 4 GiB.
class TextSlice {
public:
    TextSlice() = default;
    TextSlice(CommonText whole, std::size_t offset, std::size_t size)
        : whole_(std::move(whole)),
          offset_(static_cast<std::uint32_t>(offset)),
          size_(static_cast<std::uint32_t>(size)) {
        assert(whole_ && offset <= whole_->size() && size <= whole_->size() - offset);
    }
    explicit TextSlice(std::string text)
        : TextSlice(std::make_shared<const std::string>(std::move(text))) {}
    explicit TextSlice(const CommonText& whole) : TextSlice(whole, 0, whole->size()) {}

    std::string_view view() const {
        return whole_ ? std::string_view(*whole_).substr(offset_, size_) : std::string_view();
    }
    operator std::string_view() const { return view(); }
    std::string copy() const { return std::string(view()); }

    std::size_t offset() const { return offset_; }  ///< of the first byte, in the whole text
    std::size_t end() const { return std::size_t{offset_} + size_; }

    bool operator==(const TextSlice& other) const { return view() == other.view(); }
    bool operator==(std::string_view text) const { return view() == text; }

private:
    CommonText whole_;
    std::uint32_t offset_ = 0;
    std::uint32_t size_ = 0;
};

}  // namespace onnxhub
