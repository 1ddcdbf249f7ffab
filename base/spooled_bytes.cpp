// SPDX-License-Identifier: Apache-2.0
#include "base/spooled_bytes.h"

#include <utility>

#include "base/unlinked_file.h"
#include "base/user_error.h"

namespace onnxhub {

void SpooledBytes::append(std::span<const std::byte> block) {
    held_.append(reinterpret_cast<const char*>(block.data()), block.size());
    if (held_.size() > memory_bytes_ && is_disk_usable_) spill();
}

void SpooledBytes::clear() {
    held_.clear();
    file_.close();
    written_ = 0;
}

void SpooledBytes::spill() {
    try {
        if (!file_.is_open()) file_ = open_unlinked_file();
        write_at(file_, written_, std::as_bytes(std::span(held_)));
        written_ += held_.size();
        held_.clear();
    } catch (const UserError&) {
        is_disk_usable_ = false;
        read_back();
    }
}

/// Moves what is in the file before the bytes in memory.
void SpooledBytes::read_back() {
    if (!file_.is_open()) return;
    std::string text(static_cast<std::size_t>(written_), '\0');
    text.resize(read_at(file_, 0, std::as_writable_bytes(std::span(text))));
    held_ = text + held_;
    file_.close();
    written_ = 0;
}

std::unique_ptr<ByteSource> SpooledBytes::take() {
    if (file_.is_open() && !held_.empty()) spill();
    const std::uint64_t written = std::exchange(written_, 0);
    if (file_.is_open()) return unlinked_source(std::move(file_), written);
    return memory_source(std::exchange(held_, {}));
}

}  // namespace onnxhub
