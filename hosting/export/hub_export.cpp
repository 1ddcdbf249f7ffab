// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_export.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "embedded/export_caddy.h"
#include "embedded/export_nginx.h"
#include "hosting/export/catalog.h"
#include "hosting/export/hub_content.h"
#include "manifest/atomic_file.h"
#include "manifest/environment_error.h"
#include "manifest/gzip.h"
#include "manifest/manifest.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr const char* sums_name = "SHA256SUMS";

/// Digests of an earlier export by path, as its SHA256SUMS tells them.
std::map<std::string, std::string> read_sums(const fs::path& folder) {
    std::map<std::string, std::string> sums;
    std::ifstream file(folder / sums_name);
    for (std::string line; std::getline(file, line);) {
        if (line.size() > 66) sums[line.substr(66)] = line.substr(0, 64);
    }
    return sums;
}

[[noreturn]] void fail(const fs::path& path) {
    throw EnvironmentError(path.string() + ": can't be written (" + std::strerror(errno) +
                           "); make room, or choose another --to");
}

/// Shares the blocks of `from` where the file system can (FICLONE).
bool clone_file(const fs::path& from, const fs::path& to) {
    const int source = open(from.c_str(), O_RDONLY | O_CLOEXEC);
    const int target = open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    const bool is_cloned = source >= 0 && target >= 0 && ioctl(target, FICLONE, source) == 0;
    if (source >= 0) close(source);
    if (target >= 0) close(target);
    if (!is_cloned) unlink(to.c_str());
    return is_cloned;
}

class Exporter {
public:
    Exporter(const LocalHub& hub, const ExportRequest& request)
        : hub_(hub), request_(request), old_sums_(read_sums(request.to)) {
        new_ = request.to.parent_path() /
               ("." + request.to.filename().string() + "." + std::to_string(getpid()) + ".export");
    }
    ~Exporter() {
        std::error_code error;
        fs::remove_all(new_, error);
    }
    Exporter(const Exporter&) = delete;
    Exporter& operator=(const Exporter&) = delete;

    ExportReport run() {
        check_place();
        const std::string text = hub_.manifest();
        const ManifestDocument manifest = parse_sound_manifest(text, hub_.manifest_name());
        const auto files = files_named_by(manifest, hub_.manifest_name());
        find_missing(files);
        if (!report_.missing.empty() && !request_.allows_missing) return std::move(report_);
        fs::create_directories(new_);
        for (const auto& [path, wanted] : files) {
            if (!missing_.contains(path)) place(path, wanted);
        }
        write_texts(text, manifest);
        swap_into_place();
        return std::move(report_);
    }

private:
    void check_place() const {
        std::error_code error;
        const bool is_free = !fs::exists(fs::symlink_status(request_.to, error)) ||
                             (fs::is_directory(request_.to, error) && fs::is_empty(request_.to));
        if (is_free || fs::is_regular_file(request_.to / sums_name, error)) return;
        throw EnvironmentError(request_.to.string() +
                               ": is there and no earlier export; choose another --to");
    }

    bool is_kept(const std::string& path, const NamedFile& wanted) const {
        const auto found = old_sums_.find(path);
        std::error_code error;
        return found != old_sums_.end() && found->second == to_hex(wanted.sha) &&
               fs::file_size(request_.to / path, error) == wanted.size_bytes && !error;
    }

    void find_missing(const std::map<std::string, NamedFile>& files) {
        for (const auto& [path, wanted] : files) {
            if (is_kept(path, wanted) || find_bytes(hub_, path, wanted)) continue;
            missing_.insert(path);
            report_.missing.push_back(path);
        }
    }

    void place(const std::string& path, const NamedFile& wanted) {
        request_.check_interruption();
        const fs::path to = new_ / path;
        std::error_code error;
        fs::create_directories(to.parent_path(), error);
        if (is_kept(path, wanted) && link((request_.to / path).c_str(), to.c_str()) == 0) {
            ++report_.kept;
        } else {
            place_from_hub(path, wanted, to);
        }
        sums_[path] = to_hex(wanted.sha);
        ++report_.files;
        report_.bytes += wanted.size_bytes;
    }

    void place_from_hub(const std::string& path, const NamedFile& wanted, const fs::path& to) {
        const auto bytes = find_bytes(hub_, path, wanted);
        if (!bytes) throw EnvironmentError(path + ": is gone meanwhile; try again");
        const bool is_file = !bytes->file.empty();
        const bool is_linked =
            is_file && !request_.copies && link(bytes->file.c_str(), to.c_str()) == 0;
        const bool is_placed = is_linked || (is_file && clone_file(bytes->file, to));
        const Sha256 digest = is_placed ? read(*bytes->source, nullptr) : copy(*bytes->source, to);
        if (digest != wanted.sha) fail_by_digest(bytes->shown_name, digest, wanted.sha);
        ++(is_linked ? report_.linked : report_.copied);
    }

    Sha256 copy(const ByteSource& source, const fs::path& to) const {
        std::FILE* file = std::fopen(to.c_str(), "wbx");
        if (!file) fail(to);
        try {
            const Sha256 digest = read(source, file);
            if (std::fclose(std::exchange(file, nullptr)) != 0) fail(to);
            return digest;
        } catch (...) {
            if (file) std::fclose(file);
            throw;
        }
    }

    /// Hashes all of it, and writes it to `into` unless that is null.
    Sha256 read(const ByteSource& source, std::FILE* into) const {
        std::vector<std::byte> block(512 * 1024);
        Sha256Hasher hasher;
        for (std::uint64_t done = 0;;) {
            request_.check_interruption();
            const std::size_t count = source.read(done, block);
            if (count == 0) return hasher.finish();
            hasher.update(std::span(block).first(count));
            if (into && std::fwrite(block.data(), 1, count, into) != count) fail(new_);
            done += count;
        }
    }

    void write_texts(const std::string& manifest_text, const ManifestDocument& manifest) {
        CatalogFacts facts;
        facts.name = request_.name;
        facts.base_url = request_.base_url;
        facts.readmes = readmes_of(hub_.tree(), manifest);
        const std::string page = catalog_page(facts);
        write(std::string(manifest_file_name), manifest_text);
        write(std::string(manifest_file_name) + ".gz", gzip(manifest_text, 9));
        write("index.html", page);
        write("index.html.gz", gzip(page, 9));
        write("nginx.conf.example", std::string(embedded::export_nginx));
        write("Caddyfile.example", std::string(embedded::export_caddy));
        write(".nojekyll", "");  // GitHub Pages leaves the files alone then
        std::string sums;
        for (const auto& [path, digest] : sums_) sums += digest + "  " + path + "\n";
        write_file_atomically(new_ / sums_name, sums);
    }

    void write(const std::string& path, const std::string& content) {
        if (sums_.contains(path)) {
            throw EnvironmentError(hub_.manifest_name() + ": a model's file is called \"" + path +
                                   "\", which the export needs; rename it");
        }
        write_file_atomically(new_ / path, content);
        sums_[path] = to_hex(sha256_of(content));
    }

    /// The old folder or the new one, at any moment, where the file system can exchange names.
    void swap_into_place() {
        std::error_code error;
        if (!fs::exists(request_.to, error)) {
            if (rename(new_.c_str(), request_.to.c_str()) != 0) fail(request_.to);
            return;
        }
        if (renameat2(AT_FDCWD, new_.c_str(), AT_FDCWD, request_.to.c_str(), RENAME_EXCHANGE) ==
            0) {
            return;  // the old one goes with this object
        }
        const fs::path old = new_.string() + ".old";
        if (rename(request_.to.c_str(), old.c_str()) != 0) fail(request_.to);
        if (rename(new_.c_str(), request_.to.c_str()) != 0) fail(request_.to);
        fs::remove_all(old, error);
    }

    const LocalHub& hub_;
    const ExportRequest& request_;
    const std::map<std::string, std::string> old_sums_;
    fs::path new_;
    std::set<std::string> missing_;
    std::map<std::string, std::string> sums_;
    ExportReport report_;
};

}  // namespace

ExportReport export_hub(const LocalHub& hub, const ExportRequest& request) {
    return Exporter(hub, request).run();
}

}  // namespace onnxhub
