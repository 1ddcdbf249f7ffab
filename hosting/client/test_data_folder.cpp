// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/test_data_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/new_file.h"
#include "base/random_name.h"
#include "base/user_error.h"
#include "model/test_data_archive.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// The first folder in an archive, "" for none. Determined only from the archive, never from the
/// folder it was unpacked to.
class TopFolder {
public:
    void see(const std::string& path) {
        const std::size_t slash = path.find('/');
        if (slash == path.npos) return;
        std::string folder = path.substr(0, slash);
        if (first_.empty() || folder < first_) first_ = std::move(folder);
    }
    fs::path in(const fs::path& folder) const { return first_.empty() ? folder : folder / first_; }

private:
    std::string first_;
};

/// Compares an archive with the files in a folder.
class Comparison : public ArchiveVisitor {
public:
    Comparison(const fs::path& folder, const TrustedOwners& owners,
               const std::function<void()>& check_interruption)
        : folder_(folder), owners_(owners), check_interruption_(check_interruption) {}
    ~Comparison() override { close_file(); }

    void begin_file(const std::string& path) override {
        ++files;
        top.see(path);
        if (is_same) fd_ = open_beneath(folder_, path);
        struct stat status = {};
        is_same = fd_ >= 0 && fstat(fd_, &status) == 0 && S_ISREG(status.st_mode) &&
                  !find_foreign_influence(folder_, path, owners_);
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
    TopFolder top;

private:
    void close_file() {
        if (fd_ >= 0) close(std::exchange(fd_, -1));
    }

    const fs::path& folder_;
    const TrustedOwners& owners_;
    const std::function<void()>& check_interruption_;
    int fd_ = -1;
    std::vector<std::byte> buffer_;
};

/// Writes an archive's files to a new folder that no other user can access.
class Extraction : public ArchiveVisitor {
public:
    Extraction(const fs::path& folder, const std::function<void()>& check_interruption)
        : folder_(folder), check_interruption_(check_interruption) {}
    ~Extraction() override {
        if (fd_ >= 0) close(fd_);
    }

    void begin_file(const std::string& path) override {
        top.see(path);
        make_folders(fs::path(path).parent_path());
        path_ = folder_ / path;
        fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
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

    TopFolder top;

private:
    /// Only the user may write, regardless of the umask.
    void make_folders(const fs::path& below) const {
        fs::path at = folder_;
        for (const fs::path& segment : below) {
            at /= segment;
            mkdir(at.c_str(), 0755);
        }
    }

    [[noreturn]] void fail() const {
        throw UserError(path_.string() + ": can't be written (" + std::strerror(errno) +
                        "); free disk space, or report to the hub's maintainers if the archive has "
                        "the file twice");
    }

    const fs::path& folder_;
    const std::function<void()>& check_interruption_;
    fs::path path_;
    int fd_ = -1;
};

/// A new folder with an unpredictable name. The destructor deletes it unless it was moved.
class UnfinishedFolder {
public:
    explicit UnfinishedFolder(const fs::path& target) {
        path_ = target.parent_path() / ("." + target.filename().string().substr(0, 200) + "." +
                                        random_name() + unfinished_folder_ending);
        if (mkdir(path_.c_str(), 0755) != 0) {
            throw UserError(path_.string() + ": can't be made (" + std::strerror(errno) +
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

    /// Replaces `target`, unless `is_right` says that another process has put the right content
    /// there in the meantime.
    void move_to(const fs::path& target, const std::function<bool()>& is_right) {
        const UnfinishedFolder old(target);
        for (int tries = 0; tries < 3; ++tries) {
            if (rename(path_.c_str(), target.c_str()) == 0) return;
            if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR) break;
            if (is_right()) return;
            rename(target.c_str(), (old.path() / std::to_string(tries)).c_str());
        }
        throw UserError(target.string() + ": can't be replaced (" + std::strerror(errno) +
                        "); remove it");
    }

private:
    fs::path path_;
};

class Unpacker {
public:
    Unpacker(const fs::path& archive, const std::function<void()>& check_interruption,
             const ArchiveLimits& limits, const TrustedOwners& owners)
        : archive_(archive),
          check_interruption_(check_interruption),
          limits_(limits),
          owners_(owners),
          source_(open_file(archive, archive.string(), LastLink::refuse)) {}

    /// The archive's first folder in `target`, if all its files are there; nullopt otherwise.
    std::optional<fs::path> find_at(const fs::path& target) const {
        std::error_code error;
        if (!fs::is_directory(fs::symlink_status(target, error))) return std::nullopt;
        Comparison comparison(target, owners_, check_interruption_);
        walk(comparison);
        if (!comparison.is_same || comparison.files == 0) return std::nullopt;
        return comparison.top.in(target);
    }

    fs::path unpack_to(const fs::path& target) const {
        UnfinishedFolder folder(target);
        Extraction extraction(folder.path(), check_interruption_);
        walk(extraction);
        folder.move_to(target, [&] { return find_at(target).has_value(); });
        return extraction.top.in(target);
    }

private:
    void walk(ArchiveVisitor& visitor) const {
        const BlockReader read = [&](std::uint64_t offset, std::span<std::byte> into) {
            return source_->read(offset, into);
        };
        const auto problems = walk_test_data_archive(read, limits_, visitor);
        if (problems.empty()) return;
        const ArchiveProblem& first = problems.front();
        throw UserError(archive_.string() + ": " +
                        (first.member.empty() ? "" : "\"" + first.member + "\" ") + first.reason +
                        "; nothing was unpacked; report this to the hub's maintainers");
    }

    const fs::path& archive_;
    const std::function<void()>& check_interruption_;
    const ArchiveLimits& limits_;
    const TrustedOwners& owners_;
    std::unique_ptr<ByteSource> source_;
};

fs::path target_of(const fs::path& archive) {
    constexpr std::string_view ending = ".tar.gz";
    const std::string text = archive.string();
    if (!text.ends_with(ending) || archive.filename().string().size() == ending.size()) {
        throw UserError(text +
                        ": the name of a test data archive must end in .tar.gz; report this to the "
                        "hub's maintainers");
    }
    return text.substr(0, text.size() - ending.size());
}

}  // namespace

std::optional<fs::path> find_unpacked_test_data(const fs::path& archive,
                                                const std::function<void()>& check_interruption,
                                                const ArchiveLimits& limits,
                                                const TrustedOwners& owners) {
    const fs::path target = target_of(archive);
    return Unpacker(archive, check_interruption, limits, owners).find_at(target);
}

fs::path unpack_test_data(const fs::path& archive, const std::function<void()>& check_interruption,
                          const ArchiveLimits& limits, const TrustedOwners& owners) {
    const fs::path target = target_of(archive);
    const Unpacker unpacker(archive, check_interruption, limits, owners);
    if (auto found = unpacker.find_at(target)) return *found;
    return unpacker.unpack_to(target);
}

}  // namespace onnxhub
