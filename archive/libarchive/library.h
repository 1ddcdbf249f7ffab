// SPDX-License-Identifier: Apache-2.0
// The functions of libarchive that onnxhub calls. The library is loaded at the first use: few
// commands read or write archives that need it, and it depends on a dozen other libraries.
#pragma once

#include <archive.h>
#include <archive_entry.h>

// One place names each function, for its pointer and for the look-up in the library.
#define ONNXHUB_ARCHIVE_FUNCTIONS(X)   \
    X(entry_free)                      \
    X(entry_new)                       \
    X(entry_set_filetype)              \
    X(entry_set_mtime)                 \
    X(entry_set_pathname)              \
    X(entry_set_perm)                  \
    X(entry_set_size)                  \
    X(error_string)                    \
    X(read_data)                       \
    X(read_free)                       \
    X(read_new)                        \
    X(read_next_header)                \
    X(read_open)                       \
    X(read_support_filter_bzip2)       \
    X(read_support_filter_xz)          \
    X(read_support_filter_zstd)        \
    X(read_support_format_empty)       \
    X(read_support_format_raw)         \
    X(set_error)                       \
    X(version_details)                 \
    X(write_add_filter_gzip)           \
    X(write_close)                     \
    X(write_data)                      \
    X(write_free)                      \
    X(write_header)                    \
    X(write_new)                       \
    X(write_open_filename)             \
    X(write_set_bytes_in_last_block)   \
    X(write_set_format_pax_restricted) \
    X(write_set_options)

namespace onnxhub {

/// `libarchive().read_new()` calls archive_read_new().
struct ArchiveLibrary {
#define ONNXHUB_POINTER(name) decltype(&archive_##name) name;
    ONNXHUB_ARCHIVE_FUNCTIONS(ONNXHUB_POINTER)
#undef ONNXHUB_POINTER

    /// Throws UserError when libarchive cannot be loaded.
    ArchiveLibrary();
};

/// Thread-safe. Throws as the constructor does.
const ArchiveLibrary& libarchive();

}  // namespace onnxhub
