// SPDX-License-Identifier: Apache-2.0
#include "manifest/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <unordered_set>
#include <variant>

#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

constexpr std::size_t block_size = 128 * 1024;  // bytes
constexpr std::size_t path_limit = 4096;        // bytes, as PATH_MAX of Linux
constexpr std::size_t problem_limit = 20;       // of one kind

struct Closer {
    void operator()(archive* handle) const { archive_read_free(handle); }
};
using Handle = std::unique_ptr<archive, Closer>;

/// What libarchive reads from. Exceptions can't pass through its C frames and wait here.
struct Input {
    const BlockReader& read;
    std::uint64_t offset = 0;
    std::vector<std::byte> block = std::vector<std::byte>(block_size);
    std::exception_ptr exception = nullptr;
};

la_ssize_t read_block(archive* handle, void* data, const void** block) {
    auto& input = *static_cast<Input*>(data);
    try {
        const std::size_t count = input.read(input.offset, input.block);
        input.offset += count;
        *block = input.block.data();
        return static_cast<la_ssize_t>(count);
    } catch (...) {
        input.exception = std::current_exception();
        archive_set_error(handle, ARCHIVE_FATAL, "the archive can't be read");
        return -1;
    }
}

/// Only what archives of hubs use: each further format is further code for hostile bytes.
Handle new_reader() {
    Handle handle(archive_read_new());
    if (!handle) throw std::bad_alloc();
    archive_read_support_filter_gzip(handle.get());
    archive_read_support_filter_bzip2(handle.get());
    archive_read_support_filter_xz(handle.get());
    archive_read_support_filter_zstd(handle.get());
    archive_read_support_format_tar(handle.get());
    archive_read_support_format_gnutar(handle.get());
    return handle;
}

/// Why a member must not be unpacked, or where it would go.
std::variant<std::string, UnsafePath> safe_member_path(std::string path) {
    if (path.size() > path_limit) return UnsafePath{"has a path of over 4,096 bytes"};
    while (path.starts_with("./")) path.erase(0, 2);
    if (path == "..") return UnsafePath{"has \"..\" in its path"};
    for (std::string_view rest = path; !rest.empty();) {
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        if (rest.substr(0, slash) == "..") return UnsafePath{"has \"..\" in its path"};
        rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
    auto clean = clean_hub_path("", path);
    if (const auto* unsafe = std::get_if<UnsafePath>(&clean)) {
        return UnsafePath{"has a path that " + unsafe->reason};
    }
    return clean;
}

const char* kind_of_special_file(archive_entry* entry) {
    if (archive_entry_hardlink(entry)) return "is a hard link";
    switch (archive_entry_filetype(entry)) {
        case AE_IFREG:
        case AE_IFDIR:
            return nullptr;
        case AE_IFLNK:
            return "is a symbolic link";
        case AE_IFCHR:
        case AE_IFBLK:
            return "is a device";
        case AE_IFIFO:
            return "is a FIFO";
        default:
            return "is no regular file";
    }
}

class Walk {
public:
    Walk(const BlockReader& read, const ArchiveLimits& limits, ArchiveVisitor& visitor)
        : input_{read}, limits_(limits), visitor_(visitor) {}

    std::vector<ArchiveProblem> run() {
        handle_ = new_reader();
        if (archive_read_open(handle_.get(), &input_, nullptr, read_block, nullptr) != ARCHIVE_OK) {
            fail("");
            return std::move(problems_);
        }
        while (next_member()) {
        }
        return std::move(problems_);
    }

private:
    /// Returns whether to go on.
    bool next_member() {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(handle_.get(), &entry);
        if (status == ARCHIVE_EOF) {
            if (members_ == 0) report(Kind::unreadable, "", "has no members");
            return false;
        }
        if (status < ARCHIVE_WARN) return fail("");
        if (++members_ > limits_.members) {
            return stop("has over " + std::to_string(limits_.members) + " members");
        }
        const char* name = archive_entry_pathname(entry);
        const std::string path = name ? name : "";
        if (const char* special = kind_of_special_file(entry)) {
            report(Kind::unsafe, path, special);
            return true;
        }
        auto clean = safe_member_path(path);
        if (const auto* unsafe = std::get_if<UnsafePath>(&clean)) {
            report(Kind::unsafe, path, unsafe->reason);
            return true;
        }
        if (archive_entry_filetype(entry) == AE_IFDIR) return true;
        const std::string& target = std::get<std::string>(clean);
        if (target.empty() || !seen_.insert(target).second) {
            report(Kind::unsafe, path, target.empty() ? "has no name" : "is there a second time");
            return true;
        }
        return read_file(target);
    }

    bool read_file(const std::string& path) {
        visitor_.begin_file(path);
        std::int64_t position = 0;
        for (;;) {
            const void* data = nullptr;
            std::size_t size = 0;
            la_int64_t offset = 0;
            const int status = archive_read_data_block(handle_.get(), &data, &size, &offset);
            if (status == ARCHIVE_EOF) break;
            if (status < ARCHIVE_WARN) return fail(path);
            if (offset > position && !give_zeros(offset - position)) return false;
            position = offset + static_cast<std::int64_t>(size);
            if (!count(size)) return false;
            visitor_.data({static_cast<const std::byte*>(data), size});
        }
        visitor_.end_file();
        return true;
    }

    /// A hole of a sparse file.
    bool give_zeros(std::int64_t size) {
        static constexpr std::array<std::byte, 64 * 1024> zeros{};
        while (size > 0) {
            const auto part = std::min<std::int64_t>(size, std::ssize(zeros));
            if (!count(static_cast<std::uint64_t>(part))) return false;
            visitor_.data({zeros.data(), static_cast<std::size_t>(part)});
            size -= part;
        }
        return true;
    }

    bool count(std::uint64_t bytes) {
        inflated_ += bytes;
        if (inflated_ > limits_.inflated_bytes) {
            return stop("inflates to over " + std::to_string(limits_.inflated_bytes) + " bytes");
        }
        if (inflated_ > limits_.free_bytes && inflated_ / limits_.ratio > input_.offset) {
            return stop("inflates to over " + std::to_string(limits_.ratio) + " times its size");
        }
        return true;
    }

    using Kind = ArchiveProblem::Kind;

    void report(Kind kind, std::string member, std::string reason) {
        const auto same = std::ranges::count(problems_, kind, &ArchiveProblem::kind);
        if (static_cast<std::size_t>(same) >= problem_limit) return;
        problems_.push_back({kind, std::move(member), std::move(reason)});
    }

    bool stop(std::string reason) {
        report(Kind::limit, "", std::move(reason));
        return false;
    }

    bool fail(const std::string& member) {
        if (input_.exception) std::rethrow_exception(input_.exception);
        const char* text = archive_error_string(handle_.get());
        std::string reason = text ? text : "can't be read";
        if (input_.offset == 0) reason = "is empty";
        report(Kind::unreadable, member, std::move(reason));
        return false;
    }

    Input input_;
    const ArchiveLimits& limits_;
    ArchiveVisitor& visitor_;
    Handle handle_;
    std::size_t members_ = 0;
    std::uint64_t inflated_ = 0;
    std::unordered_set<std::string> seen_;
    std::vector<ArchiveProblem> problems_;
};

}  // namespace

std::vector<ArchiveProblem> walk_archive(const BlockReader& read, const ArchiveLimits& limits,
                                         ArchiveVisitor& visitor) {
    return Walk(read, limits, visitor).run();
}

}  // namespace onnxhub
