// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/test_data_pack.h"

#include <memory>
#include <system_error>
#include <vector>

#include "archive/libarchive/library.h"
#include "base/byte_source.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t copied_block_bytes = std::size_t{1} << 20;

class TarWriter {
public:
    TarWriter(const fs::path& file, const std::function<void()>& check_interruption)
        : file_(file), check_interruption_(check_interruption) {
        libarchive().write_set_format_pax_restricted(archive_.get());
        libarchive().write_add_filter_gzip(archive_.get());
        libarchive().write_set_options(archive_.get(), "gzip:!timestamp");
        libarchive().write_set_bytes_in_last_block(archive_.get(), 1);
        check(libarchive().write_open_filename(archive_.get(), file.c_str()));
    }

    void add(const std::string& path, const fs::path& file) {
        const auto source = open_file(file, file.string());
        const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(
            libarchive().entry_new(), libarchive().entry_free);
        libarchive().entry_set_pathname(entry.get(), path.c_str());
        libarchive().entry_set_filetype(entry.get(), AE_IFREG);
        libarchive().entry_set_perm(entry.get(), 0644);
        libarchive().entry_set_size(entry.get(), static_cast<la_int64_t>(source->size_bytes()));
        libarchive().entry_set_mtime(entry.get(), 0, 0);
        check(libarchive().write_header(archive_.get(), entry.get()));
        std::vector<std::byte> block(copied_block_bytes);
        for (std::uint64_t done = 0; done < source->size_bytes();) {
            check_interruption_();
            const std::size_t count = source->read(done, block);
            if (count == 0) {
                throw UserError(file.string() +
                                ": became shorter while it was packed; try "
                                "again");
            }
            if (libarchive().write_data(archive_.get(), block.data(), count) < 0)
                check(ARCHIVE_FATAL);
            done += count;
        }
    }

    void finish() { check(libarchive().write_close(archive_.get())); }

private:
    void check(int result) {
        if (result == ARCHIVE_OK) return;
        const char* reason = libarchive().error_string(archive_.get());
        throw UserError(file_.string() + ": can't be written (" +
                        (reason ? reason : "unknown reason") + "); free disk space");
    }

    const fs::path file_;
    const std::function<void()>& check_interruption_;
    std::unique_ptr<archive, int (*)(archive*)> archive_{libarchive().write_new(),
                                                         libarchive().write_free};
};

/// Files by path in the archive, below its top folder. Throws UserError when there are none.
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
        throw UserError(test_data.string() +
                        ": has no folders test_data_set_N with .pb files; name a folder "
                        "that has them");
    }
    return files;
}

}  // namespace

void pack_test_data(const ModelWithTestData& content, const std::string& top,
                    const fs::path& archive, const std::function<void()>& check_interruption) {
    const auto files = files_of(content.test_data);
    TarWriter writer(archive, check_interruption);
    writer.add(top + "/model.onnx", content.model);
    for (const auto& [place, file] : content.weights) writer.add(top + "/" + place, file);
    for (const auto& [path, file] : files) writer.add(top + "/" + path, file);
    writer.finish();
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
