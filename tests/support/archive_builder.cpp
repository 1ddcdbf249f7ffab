// SPDX-License-Identifier: Apache-2.0
#include "tests/support/archive_builder.h"

#include <archive.h>
#include <archive_entry.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstring>

namespace onnxhub::test {

struct ArchiveBuilder::State {
    std::string bytes;
    archive* handle = archive_write_new();
};

ArchiveBuilder::ArchiveBuilder() : state_(new State) {
    archive_write_add_filter_gzip(state_->handle);
    archive_write_set_format_pax_restricted(state_->handle);
    archive_write_set_options(state_->handle, "gzip:!timestamp");
    const auto append = [](archive*, void* data, const void* block, std::size_t size) {
        static_cast<State*>(data)->bytes.append(static_cast<const char*>(block), size);
        return static_cast<la_ssize_t>(size);
    };
    archive_write_open(state_->handle, state_, nullptr, append, nullptr);
}

ArchiveBuilder::~ArchiveBuilder() {
    archive_write_free(state_->handle);
    delete state_;
}

void ArchiveBuilder::header(const std::string& path, unsigned type, std::uint64_t size,
                            const char* link) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, path.c_str());
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(size));
    if (type == AE_IFLNK) archive_entry_set_symlink(entry, link);
    if (type == AE_IFREG && link) archive_entry_set_hardlink(entry, link);
    archive_write_header(state_->handle, entry);
    archive_entry_free(entry);
}

ArchiveBuilder& ArchiveBuilder::file(const std::string& path, const std::string& content) {
    header(path, AE_IFREG, content.size(), nullptr);
    archive_write_data(state_->handle, content.data(), content.size());
    return *this;
}

ArchiveBuilder& ArchiveBuilder::zeros(const std::string& path, std::uint64_t size_bytes) {
    header(path, AE_IFREG, size_bytes, nullptr);
    const std::string block(1 << 20, '\0');
    while (size_bytes > 0) {
        const std::size_t part = std::min<std::uint64_t>(size_bytes, block.size());
        archive_write_data(state_->handle, block.data(), part);
        size_bytes -= part;
    }
    return *this;
}

ArchiveBuilder& ArchiveBuilder::folder(const std::string& path) {
    header(path, AE_IFDIR, 0, nullptr);
    return *this;
}

ArchiveBuilder& ArchiveBuilder::symlink(const std::string& path, const std::string& target) {
    header(path, AE_IFLNK, 0, target.c_str());
    return *this;
}

ArchiveBuilder& ArchiveBuilder::hard_link(const std::string& path, const std::string& target) {
    header(path, AE_IFREG, 0, target.c_str());
    return *this;
}

ArchiveBuilder& ArchiveBuilder::device(const std::string& path) {
    header(path, AE_IFCHR, 0, nullptr);
    return *this;
}

ArchiveBuilder& ArchiveBuilder::fifo(const std::string& path) {
    header(path, AE_IFIFO, 0, nullptr);
    return *this;
}

std::string ArchiveBuilder::gzip() {
    archive_write_close(state_->handle);
    return state_->bytes;
}

std::string tensor_bytes(int element_type, const std::vector<std::int64_t>& dims,
                         std::size_t raw_bytes, const std::string& name) {
    onnx::TensorProto tensor;
    tensor.set_data_type(element_type);
    for (const std::int64_t dim : dims) tensor.add_dims(dim);
    if (!name.empty()) tensor.set_name(name);
    if (raw_bytes > 0) tensor.set_raw_data(std::string(raw_bytes, '\0'));
    return tensor.SerializeAsString();
}

BlockReader reader_of(const std::string& bytes) {
    return [&bytes](std::uint64_t offset, std::span<std::byte> into) -> std::size_t {
        if (offset >= bytes.size()) return 0;
        const std::size_t count = std::min<std::size_t>(into.size(), bytes.size() - offset);
        std::memcpy(into.data(), bytes.data() + offset, count);
        return count;
    };
}

}  // namespace onnxhub::test
