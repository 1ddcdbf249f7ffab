// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/contents.h"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "archive/gzip.h"
#include "base/unlinked_file.h"
#include "base/user_error.h"

namespace onnxhub {

Contents::Contents(ServedHub& hub, std::uint64_t memory_bytes, std::uint64_t disk_bytes,
                   ServedIndexOptions index_options)
    : memory(memory_bytes),
      disk(disk_bytes),
      blobs(memory, disk, small_file),
      packed(memory_bytes / 4),
      index(hub, std::move(index_options)) {}

std::string Contents::read(const ServedFile& file) {
    if (!file.blob || file.text) return read_whole_file(file);
    const std::uint64_t size = file.identity.size_bytes;
    const auto held = blobs.inflate(*file.blob, size);
    if (!held->file.is_open()) return held->text;
    std::string text(size, '\0');
    read_at(held->file, 0, std::as_writable_bytes(std::span(text)));
    return text;
}

std::shared_ptr<const std::string> Contents::packed_file(const ServedFile& file) {
    auto text = held_text(memory, pack(read(file)));
    if (text) packed.keep(file.identity.etag, text);
    return text;
}

std::shared_ptr<const std::string> Contents::unpacked_file(const ServedIndex::File& file) {
    auto text = gunzip(*file.packed, file.size_bytes);
    auto held = text ? held_text(memory, *std::move(text)) : nullptr;
    if (!held) throw NotServed{503, "the server is short of memory; try again"};
    return held;
}

std::string Contents::metrics() const {
    return index.metrics() +
           fmt::format(
               "# HELP onnxhub_inflated_blobs_total Files stored in git that were inflated for "
               "sending.\n"
               "# TYPE onnxhub_inflated_blobs_total counter\n"
               "onnxhub_inflated_blobs_total {}\n"
               "# HELP onnxhub_held_bytes Content held for sending, within --memory and --disk.\n"
               "# TYPE onnxhub_held_bytes gauge\n"
               "onnxhub_held_bytes{{in=\"memory\"}} {}\n"
               "onnxhub_held_bytes{{in=\"disk\"}} {}\n",
               blobs.inflations(), memory.held(), disk.held());
}

}  // namespace onnxhub
