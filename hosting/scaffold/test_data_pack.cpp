// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/test_data_pack.h"

#include <archive.h>
#include <archive_entry.h>

#include <map>
#include <memory>
#include <system_error>

#include "manifest/environment_error.h"
#include "repository/byte_source.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_file = std::uint64_t{2} << 30;  // bytes

class TarWriter {
public:
    TarWriter() {
        archive_.reset(archive_write_new());
        archive_write_set_format_pax_restricted(archive_.get());
        archive_write_add_filter_gzip(archive_.get());
        archive_write_set_options(archive_.get(), "gzip:!timestamp");
        archive_write_set_bytes_in_last_block(archive_.get(), 1);
        archive_write_open(archive_.get(), &bytes_, nullptr, &append, nullptr);
    }

    void add(const std::string& path, const fs::path& file) {
        const std::string content =
            read_whole(*open_file(file, file.string()), largest_file, file.string());
        const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                             archive_entry_free);
        archive_entry_set_pathname(entry.get(), path.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
        archive_entry_set_mtime(entry.get(), 0, 0);
        if (archive_write_header(archive_.get(), entry.get()) != ARCHIVE_OK ||
            archive_write_data(archive_.get(), content.data(), content.size()) < 0) {
            throw EnvironmentError(file.string() + ": can't be packed (" +
                                   archive_error_string(archive_.get()) + ")");
        }
    }

    std::string finish() {
        archive_write_close(archive_.get());
        return std::move(bytes_);
    }

private:
    static la_ssize_t append(archive*, void* bytes, const void* data, std::size_t size) {
        static_cast<std::string*>(bytes)->append(static_cast<const char*>(data), size);
        return static_cast<la_ssize_t>(size);
    }

    std::string bytes_;
    std::unique_ptr<archive, int (*)(archive*)> archive_{nullptr, archive_write_free};
};

/// Files by their path in the archive, below its top. Throws EnvironmentError when there are none.
std::map<std::string, fs::path> files_of(const fs::path& test_data) {
    std::map<std::string, fs::path> files;
    std::error_code error;
    const bool is_one_set = test_data.filename().string().starts_with("test_data_set_");
    const fs::path top = is_one_set ? test_data.parent_path() : test_data;
    for (fs::recursive_directory_iterator it(test_data, error), end; !error && it != end;
         it.increment(error)) {
        const std::string path = it->path().lexically_relative(top).generic_string();
        if (it->is_regular_file() && path.starts_with("test_data_set_") && path.ends_with(".pb")) {
            files[path] = it->path();
        }
    }
    if (files.empty()) {
        throw EnvironmentError(test_data.string() +
                               ": has no folders test_data_set_N with .pb files; name a folder "
                               "that has");
    }
    return files;
}

}  // namespace

std::string pack_test_data(const fs::path& model, const fs::path& test_data,
                           const std::string& top) {
    const auto files = files_of(test_data);
    TarWriter writer;
    writer.add(top + "/model.onnx", model);
    for (const auto& [path, file] : files) writer.add(top + "/" + path, file);
    return writer.finish();
}

TestDataArchive read_test_data(const fs::path& test_data) {
    TestDataArchive archive;
    for (const auto& [path, file] : files_of(test_data)) {
        const auto source = open_file(file, file.string());
        add_test_data_file(archive, path, [&](std::uint64_t offset, std::span<std::byte> into) {
            return source->read(offset, into);
        });
    }
    return archive;
}

}  // namespace onnxhub
