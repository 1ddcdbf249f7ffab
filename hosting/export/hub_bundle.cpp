// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_bundle.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <system_error>
#include <utility>

#include "hosting/export/hub_content.h"
#include "manifest/archive_reader.h"
#include "manifest/environment_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr const char* sums_name = "SHA256SUMS";
constexpr std::uint64_t largest_text = std::uint64_t{512} << 20;  // bytes, of manifest and sums

std::string sums_of(const std::map<std::string, NamedFile>& files, const std::string& manifest) {
    std::map<std::string, std::string> sums;
    for (const auto& [path, file] : files) sums[path] = to_hex(file.sha);
    sums[std::string(manifest_file_name)] = to_hex(sha256_of(manifest));
    std::string text;
    for (const auto& [path, digest] : sums) text += digest + "  " + path + "\n";
    return text;
}

/// The manifest with the chosen entries alone, each with its very bytes.
std::string chosen_manifest(const ManifestDocument& manifest, const BundleChoice& choice) {
    std::set<const ManifestEntry*> chosen;
    const bool is_all = choice.names.empty() && choice.tags.empty();
    for (const std::string& name : choice.names) {
        const auto found = list_models(manifest, {name, {}, {}, {}, {}});
        if (found.empty()) {
            const auto missing = get_model_info(manifest, name, {{}, {}, {}});
            const auto& why = std::get<ModelNotFound>(missing);
            throw EnvironmentError(why.message + "; " + why.hint);
        }
        chosen.insert(found.begin(), found.end());
    }
    if (!choice.tags.empty()) {
        const auto found = list_models(manifest, {{}, choice.tags, {}, {}, {}});
        chosen.insert(found.begin(), found.end());
    }
    std::vector<std::string> texts;
    for (const ManifestEntry& entry : manifest.entries) {
        if (is_all || chosen.contains(&entry)) texts.push_back(entry.text);
    }
    if (texts.empty()) throw EnvironmentError("bundle: no model is chosen; choose other tags");
    return manifest_text(texts);
}

/// A tar archive without anything that differs from machine to machine.
class BundleWriter {
public:
    explicit BundleWriter(const fs::path& path)
        : path_(path), archive_(archive_write_new(), archive_write_free) {
        archive_write_set_format_pax_restricted(archive_.get());
        archive_write_add_filter_none(archive_.get());
        check(archive_write_open_filename(archive_.get(), path.c_str()));
    }

    void begin(const std::string& path, std::uint64_t size) {
        const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                             archive_entry_free);
        archive_entry_set_pathname(entry.get(), path.c_str());
        archive_entry_set_filetype(entry.get(), AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
        archive_entry_set_mtime(entry.get(), 0, 0);
        check(archive_write_header(archive_.get(), entry.get()));
    }

    void data(std::span<const std::byte> block) {
        if (archive_write_data(archive_.get(), block.data(), block.size()) < 0)
            check(ARCHIVE_FATAL);
    }

    void text(const std::string& path, const std::string& content) {
        begin(path, content.size());
        data(std::as_bytes(std::span(content)));
    }

    void finish() { check(archive_write_close(archive_.get())); }

private:
    void check(int result) const {
        if (result >= ARCHIVE_WARN) return;
        throw EnvironmentError(path_.string() + ": can't be written (" +
                               archive_error_string(archive_.get()) +
                               "); make room, or choose another place");
    }

    const fs::path& path_;
    std::unique_ptr<archive, int (*)(archive*)> archive_;
};

/// A name beside `to` that goes unless it was renamed.
class Unfinished {
public:
    explicit Unfinished(const fs::path& to)
        : path_(to.parent_path() /
                ("." + to.filename().string() + "." + std::to_string(getpid()) + ".part")) {
        remove();
    }
    ~Unfinished() { remove(); }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;

    const fs::path& path() const { return path_; }

    void move_to(const fs::path& to) const {
        if (rename(path_.c_str(), to.c_str()) == 0) return;
        throw EnvironmentError(to.string() + ": can't be made (" + std::strerror(errno) +
                               "); choose another place");
    }

private:
    void remove() const {
        std::error_code error;
        fs::remove_all(path_, error);
    }

    fs::path path_;
};

void add_file(BundleWriter& writer, const LocalHub& hub, const std::string& path,
              const NamedFile& file, const std::function<void()>& check_interruption) {
    const auto bytes = find_bytes(hub, path, file);
    if (!bytes) {
        throw EnvironmentError(path + ": its bytes are not here; `git lfs pull` may get them");
    }
    writer.begin(path, file.size_bytes);
    Sha256Hasher hasher;
    std::vector<std::byte> block(512 * 1024);
    for (std::uint64_t done = 0; done < file.size_bytes;) {
        check_interruption();
        const std::size_t count = bytes->source->read(done, block);
        if (count == 0) break;
        hasher.update(std::span(block).first(count));
        writer.data(std::span(block).first(count));
        done += count;
    }
    const Sha256 digest = hasher.finish();
    if (digest != file.sha) fail_by_digest(bytes->shown_name, digest, file.sha);
}

/// Checks the members of a bundle as they come, and hands them on to a folder if there is one.
class BundleReader : public ArchiveVisitor {
public:
    BundleReader(const fs::path& bundle, const fs::path& folder,
                 const std::function<void()>& check_interruption)
        : bundle_(bundle), folder_(folder), check_interruption_(check_interruption) {}
    ~BundleReader() override {
        if (fd_ >= 0) close(fd_);
    }

    void begin_file(const std::string& path) override {
        path_ = path;
        text_.clear();
        hasher_ = std::make_unique<Sha256Hasher>();
        size_ = 0;
        is_text_ = members_ < 2;
        const std::string expected(members_ == 0 ? manifest_file_name : sums_name);
        if (is_text_ && path != expected) {
            fail("is no bundle: it begins with \"" + path + "\", not " + expected);
        }
        if (!is_text_ && !files_.contains(path)) {
            fail("holds \"" + path + "\", which its manifest doesn't name");
        }
        ++members_;
        if (!folder_.empty()) open_copy();
    }

    void data(std::span<const std::byte> block) override {
        check_interruption_();
        hasher_->update(block);
        size_ += block.size();
        if (is_text_) {
            if (size_ > largest_text) fail("has a manifest that is too large");
            text_.append(reinterpret_cast<const char*>(block.data()), block.size());
        }
        while (fd_ >= 0 && !block.empty()) {
            const ssize_t count = write(fd_, block.data(), block.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) fail_to_write();
            block = block.subspan(static_cast<std::size_t>(count));
        }
    }

    void end_file() override {
        if (fd_ >= 0 && close(std::exchange(fd_, -1)) != 0) fail_to_write();
        if (members_ == 1) return take_manifest();
        if (members_ == 2) {
            if (text_ != sums_of(files_, manifest_)) fail("was altered: its SHA256SUMS differ");
            return;
        }
        const NamedFile& file = files_.at(path_);
        if (size_ != file.size_bytes || hasher_->finish() != file.sha) {
            fail("was altered: \"" + path_ + "\" has another SHA-256 than its manifest says");
        }
        files_seen_.insert(path_);
        report_.bytes += size_;
    }

    BundleReport finish() {
        if (members_ < 2) fail("is no bundle, or was cut off");
        report_.files = files_seen_.size();
        if (report_.files != files_.size()) {
            fail(
                fmt::format("was cut off: {} of {} files are there", report_.files, files_.size()));
        }
        return report_;
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw EnvironmentError(bundle_.string() + ": " + what + "; get it anew");
    }

private:
    void take_manifest() {
        manifest_ = text_;
        const ManifestDocument document = parse_sound_manifest(manifest_, bundle_.string());
        files_ = files_named_by(document, bundle_.string());
        report_.models = document.entries.size();
    }

    void open_copy() {
        const fs::path copy = folder_ / path_;
        std::error_code error;
        fs::create_directories(copy.parent_path(), error);
        fd_ = open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd_ < 0) fail_to_write();
    }

    [[noreturn]] void fail_to_write() const {
        throw EnvironmentError((folder_ / path_).string() + ": can't be written (" +
                               std::strerror(errno) + "); make room, or choose another place");
    }

    const fs::path& bundle_;
    const fs::path& folder_;
    const std::function<void()>& check_interruption_;
    std::size_t members_ = 0;
    std::string path_;
    std::string text_;
    bool is_text_ = false;
    std::unique_ptr<Sha256Hasher> hasher_;
    std::uint64_t size_ = 0;
    int fd_ = -1;
    std::string manifest_;
    std::map<std::string, NamedFile> files_;
    std::set<std::string> files_seen_;
    BundleReport report_;
};

BundleReport read_bundle(const fs::path& bundle, const fs::path& folder,
                         const std::function<void()>& check_interruption) {
    const auto source = open_file(bundle, bundle.string());
    const BlockReader read = [&](std::uint64_t offset, std::span<std::byte> into) {
        return source->read(offset, into);
    };
    ArchiveLimits limits;
    limits.members = 1'000'000;
    limits.inflated_bytes = std::numeric_limits<std::uint64_t>::max();  // plain: no more than it is
    BundleReader reader(bundle, folder, check_interruption);
    const auto problems = walk_archive(read, limits, reader);
    if (!problems.empty()) {
        const ArchiveProblem& first = problems.front();
        reader.fail((first.member.empty() ? "" : "\"" + first.member + "\" ") + first.reason);
    }
    return reader.finish();
}

}  // namespace

BundleReport create_bundle(const LocalHub& hub, const BundleChoice& choice, const fs::path& to,
                           const std::function<void()>& check_interruption) {
    const std::string manifest =
        chosen_manifest(parse_sound_manifest(hub.manifest(), hub.manifest_name()), choice);
    const ManifestDocument document = parse_sound_manifest(manifest, hub.manifest_name());
    const auto files = files_named_by(document, hub.manifest_name());
    const Unfinished unfinished(to);
    BundleWriter writer(unfinished.path());
    writer.text(std::string(manifest_file_name), manifest);
    writer.text(sums_name, sums_of(files, manifest));
    BundleReport report{document.entries.size(), files.size(), 0};
    for (const auto& [path, file] : files) {
        add_file(writer, hub, path, file, check_interruption);
        report.bytes += file.size_bytes;
    }
    writer.finish();
    unfinished.move_to(to);
    return report;
}

BundleReport verify_bundle(const fs::path& bundle,
                           const std::function<void()>& check_interruption) {
    return read_bundle(bundle, {}, check_interruption);
}

BundleReport import_bundle(const fs::path& bundle, const fs::path& to,
                           const std::function<void()>& check_interruption) {
    std::error_code error;
    if (fs::exists(fs::symlink_status(to, error))) {
        throw EnvironmentError(to.string() + ": is there already; choose another --to");
    }
    const Unfinished unfinished(to);
    fs::create_directories(unfinished.path(), error);
    const BundleReport report = read_bundle(bundle, unfinished.path(), check_interruption);
    unfinished.move_to(to);
    return report;
}

}  // namespace onnxhub
