// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/test_data_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/environment_error.h"
#include "manifest/test_data_archive.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Opens for reading; never follows a link nor waits for a pipe.
int open_regular(const fs::path& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat status = {};
    if (fd >= 0 && (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))) {
        close(fd);
        return -1;
    }
    return fd;
}

/// Compares an archive with what is in a folder.
class Comparison : public ArchiveVisitor {
public:
    Comparison(const fs::path& folder, const std::function<void()>& check_interruption)
        : folder_(folder), check_interruption_(check_interruption) {}
    ~Comparison() override { close_file(); }

    void begin_file(const std::string& path) override {
        ++files;
        fd_ = is_same ? open_regular(folder_ / path) : -1;
        is_same = fd_ >= 0;
    }

    void data(std::span<const std::byte> block) override {
        check_interruption_();
        buffer_.resize(block.size());
        std::size_t done = 0;
        while (is_same && done < block.size()) {
            const ssize_t count = read(fd_, buffer_.data() + done, block.size() - done);
            is_same = count > 0;
            if (is_same) done += static_cast<std::size_t>(count);
        }
        is_same = is_same && std::ranges::equal(block, buffer_);
    }

    void end_file() override {
        std::byte more{};
        is_same = is_same && read(fd_, &more, 1) == 0;
        close_file();
    }

    std::size_t files = 0;
    bool is_same = true;

private:
    void close_file() {
        if (fd_ >= 0) close(std::exchange(fd_, -1));
    }

    const fs::path& folder_;
    const std::function<void()>& check_interruption_;
    int fd_ = -1;
    std::vector<std::byte> buffer_;
};

/// Writes an archive's files below a folder that is new and nobody else's.
class Extraction : public ArchiveVisitor {
public:
    Extraction(const fs::path& folder, const std::function<void()>& check_interruption)
        : folder_(folder), check_interruption_(check_interruption) {}
    ~Extraction() override {
        if (fd_ >= 0) close(fd_);
    }

    void begin_file(const std::string& path) override {
        path_ = folder_ / path;
        std::error_code error;
        fs::create_directories(path_.parent_path(), error);
        fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd_ < 0) fail();
    }

    void data(std::span<const std::byte> block) override {
        check_interruption_();
        while (!block.empty()) {
            const ssize_t count = write(fd_, block.data(), block.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) fail();
            block = block.subspan(static_cast<std::size_t>(count));
        }
    }

    void end_file() override {
        if (close(std::exchange(fd_, -1)) != 0) fail();
    }

private:
    [[noreturn]] void fail() const {
        throw EnvironmentError(path_.string() + ": can't be written (" + std::strerror(errno) +
                               "); make room, or tell the hub's maintainers if the archive has "
                               "the file twice");
    }

    const fs::path& folder_;
    const std::function<void()>& check_interruption_;
    fs::path path_;
    int fd_ = -1;
};

/// A folder that is gone with the object unless it was moved.
class UnfinishedFolder {
public:
    explicit UnfinishedFolder(const fs::path& target) {
        static std::atomic<unsigned> counter{0};
        path_ = target.parent_path() /
                ("." + target.filename().string().substr(0, 200) + "." + std::to_string(getpid()) +
                 "-" + std::to_string(counter++) + unfinished_folder_ending);
        std::error_code error;
        fs::remove_all(path_, error);  // of a process with this number, long ago
        if (mkdir(path_.c_str(), 0777) != 0) {
            throw EnvironmentError(path_.string() + ": can't be made (" + std::strerror(errno) +
                                   "); choose another folder with --cache");
        }
    }
    ~UnfinishedFolder() {
        std::error_code error;
        fs::remove_all(path_, error);
    }
    UnfinishedFolder(const UnfinishedFolder&) = delete;
    UnfinishedFolder& operator=(const UnfinishedFolder&) = delete;

    const fs::path& path() const { return path_; }

    /// Takes the place of what is at `target`, which is gone then, unless `is_right` says that
    /// somebody else has put the right thing there meanwhile.
    void move_to(const fs::path& target, const std::function<bool()>& is_right) {
        const UnfinishedFolder old(target);
        for (int tries = 0; tries < 3; ++tries) {
            if (rename(path_.c_str(), target.c_str()) == 0) return;
            if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR) break;
            if (is_right()) return;
            rename(target.c_str(), (old.path() / std::to_string(tries)).c_str());
        }
        throw EnvironmentError(target.string() + ": can't be replaced (" + std::strerror(errno) +
                               "); remove it");
    }

private:
    fs::path path_;
};

class Unpacker {
public:
    Unpacker(const fs::path& archive, const std::function<void()>& check_interruption,
             const ArchiveLimits& limits)
        : archive_(archive),
          check_interruption_(check_interruption),
          limits_(limits),
          source_(open_file(archive, archive.string(), LastLink::refuse)) {}

    bool is_unpacked_at(const fs::path& target) const {
        std::error_code error;
        if (!fs::is_directory(fs::symlink_status(target, error))) return false;
        Comparison comparison(target, check_interruption_);
        walk(comparison);
        return comparison.is_same && comparison.files > 0;
    }

    void unpack_to(const fs::path& target) const {
        UnfinishedFolder folder(target);
        Extraction extraction(folder.path(), check_interruption_);
        walk(extraction);
        folder.move_to(target, [&] { return is_unpacked_at(target); });
    }

private:
    void walk(ArchiveVisitor& visitor) const {
        const BlockReader read = [&](std::uint64_t offset, std::span<std::byte> into) {
            return source_->read(offset, into);
        };
        const auto problems = walk_test_data_archive(read, limits_, visitor);
        if (problems.empty()) return;
        const ArchiveProblem& first = problems.front();
        throw EnvironmentError(archive_.string() + ": " +
                               (first.member.empty() ? "" : "\"" + first.member + "\" ") +
                               first.reason + "; nothing was unpacked, tell the hub's maintainers");
    }

    const fs::path& archive_;
    const std::function<void()>& check_interruption_;
    const ArchiveLimits& limits_;
    std::unique_ptr<ByteSource> source_;
};

fs::path first_folder_in(const fs::path& folder) {
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.symlink_status().type() == fs::file_type::directory) {
            folders.push_back(entry.path());
        }
    }
    return folders.empty() ? folder : *std::ranges::min_element(folders);
}

fs::path target_of(const fs::path& archive) {
    constexpr std::string_view ending = ".tar.gz";
    const std::string text = archive.string();
    if (!text.ends_with(ending) || archive.filename().string().size() == ending.size()) {
        throw EnvironmentError(text +
                               ": test data is unpacked from names that end in .tar.gz; tell the "
                               "hub's maintainers");
    }
    return text.substr(0, text.size() - ending.size());
}

}  // namespace

std::optional<fs::path> find_unpacked_test_data(const fs::path& archive,
                                                const std::function<void()>& check_interruption,
                                                const ArchiveLimits& limits) {
    const fs::path target = target_of(archive);
    if (!Unpacker(archive, check_interruption, limits).is_unpacked_at(target)) return std::nullopt;
    return first_folder_in(target);
}

fs::path unpack_test_data(const fs::path& archive, const std::function<void()>& check_interruption,
                          const ArchiveLimits& limits) {
    const fs::path target = target_of(archive);
    const Unpacker unpacker(archive, check_interruption, limits);
    if (!unpacker.is_unpacked_at(target)) unpacker.unpack_to(target);
    return first_folder_in(target);
}

}  // namespace onnxhub
