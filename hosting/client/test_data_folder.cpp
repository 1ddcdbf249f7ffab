// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/test_data_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/error_text.h"
#include "base/file_status.h"
#include "base/folder.h"
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

    void begin_file(const std::string& path) override {
        ++files;
        top.see(path);
        if (is_same) file_ = open_beneath(folder_, path);
        const auto status = file_.is_open() ? status_of(file_) : std::nullopt;
        is_same = status && status->is_regular() && !find_foreign_influence(folder_, path, owners_);
    }

    void data(std::span<const std::byte> block) override {
        check_interruption_();
        buffer_.resize(block.size());
        is_same = is_same && read_all(file_, buffer_) == block.size() &&
                  std::ranges::equal(block, buffer_);
    }

    void end_file() override {
        std::byte more{};
        is_same = is_same && read_some(file_, std::span(&more, 1)) == 0U;
        file_.close();
    }

    std::size_t files = 0;
    bool is_same = true;
    TopFolder top;

private:
    const fs::path& folder_;
    const TrustedOwners& owners_;
    const std::function<void()>& check_interruption_;
    Descriptor file_;
    std::vector<std::byte> buffer_;
};

/// Writes an archive's files to a new folder that no other user can access.
class Extraction : public ArchiveVisitor {
public:
    Extraction(const fs::path& folder, const std::function<void()>& check_interruption)
        : folder_(folder), check_interruption_(check_interruption) {}

    void begin_file(const std::string& path) override {
        top.see(path);
        make_folders(fs::path(path).parent_path());
        path_ = folder_ / path;
        file_ = create_file(path_, 0644);
        if (!file_.is_open()) fail();
    }

    void data(std::span<const std::byte> block) override {
        check_interruption_();
        if (!write_all(file_, block)) fail();
    }

    void end_file() override {
        if (!file_.close()) fail();
    }

    TopFolder top;

private:
    /// Only the user may write, regardless of the umask.
    void make_folders(const fs::path& below) const {
        fs::path at = folder_;
        for (const fs::path& segment : below) {
            at /= segment;
            make_folder(at, 0755);
        }
    }

    [[noreturn]] void fail() const {
        throw UserError(path_.string() + ": can't be written (" + error_text() +
                        "); free disk space, or report to the hub's maintainers if the archive has "
                        "the file twice");
    }

    const fs::path& folder_;
    const std::function<void()>& check_interruption_;
    fs::path path_;
    Descriptor file_;
};

/// A new folder with an unpredictable name. The destructor deletes it unless it was moved.
class UnfinishedFolder {
public:
    explicit UnfinishedFolder(const fs::path& target) {
        path_ = target.parent_path() / ("." + target.filename().string().substr(0, 200) + "." +
                                        random_name() + unfinished_folder_ending);
        if (!make_folder(path_, 0755)) {
            throw UserError(path_.string() + ": can't be made (" + error_text() +
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
            if (std::rename(path_.c_str(), target.c_str()) == 0) return;
            if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR) break;
            if (is_right()) return;
            std::rename(target.c_str(), (old.path() / std::to_string(tries)).c_str());
        }
        throw UserError(target.string() + ": can't be replaced (" + error_text() + "); remove it");
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
