// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/bundle_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/descriptor.h"
#include "base/user_error.h"
#include "hosting/export/bundle_format.h"
#include "hosting/export/bundle_parts.h"
#include "hosting/export/hub_content.h"
#include "hosting/export/hub_signing_files.h"
#include "trust/hub_trust.h"
#include "trust/sigstore_bundle.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_text = std::uint64_t{512} << 20;  // bytes, for the manifest

/// Reads a bundle from start to end and checks that every byte is as expected.
class BundleReader {
public:
    /// Copies the files into `folder`, unless that is empty.
    BundleReader(const fs::path& bundle, const fs::path& folder,
                 const std::function<void()>& check_interruption)
        : bundle_(bundle),
          folder_(folder),
          check_interruption_(check_interruption),
          source_(open_file(bundle, bundle.string())) {}

    BundleReport run() {
        const std::string manifest = manifest_member();
        const ManifestDocument document = read_manifest(manifest, bundle_.string(), validate_hint);
        auto files = files_named_by(document, bundle_.string());
        for (const auto& [path, file] : files) {
            if (!file.size_bytes)
                fail("was altered: its manifest has no size for \"" + path + "\"");
        }
        const std::string sums = sums_member(files);
        add_listed_signatures(sums, files);
        if (sums != sums_of(files, manifest)) fail_by_sums();
        check_size(files);
        keep(bundle_sums_name, sums);
        BundleReport report{document.entries.size(), files.size(), 0, {}, {}};
        for (auto& [path, file] : files) {
            if (!file.size_bytes) file.size_bytes = size_of_signature(path);
            read_file(path, file);
            report.bytes += size_of(file);
        }
        expect(std::string(bundle_end, '\0'));
        if (at_ != source_->size_bytes()) fail_after_end(at_);
        return report;
    }

private:
    std::string manifest_member() {
        const std::string header = next(bundle_block);
        if (const auto kind = compression_of(header)) {
            fail("is packed with " + *kind +
                 ", but bundles are not compressed; decompress it first");
        }
        const auto size = size_in_header(header);
        if (!size || header != bundle_header(manifest_file_name, *size)) {
            fail("is not a bundle: it does not begin with " + std::string(manifest_file_name));
        }
        if (*size > largest_text) fail("has a manifest that is too large");
        if (*size > source_->size_bytes()) fail_cut_off();
        std::string manifest = next(*size);
        expect(std::string(bundle_padding(*size), '\0'));
        keep(std::string(manifest_file_name), manifest);
        return manifest;
    }

    /// Beside the manifest's files, it lists their signatures, at most two for each file.
    std::string sums_member(const std::map<std::string, NamedFile>& files) {
        const std::string header = next(bundle_block);
        const auto size = size_in_header(header);
        // The statement, and roots of a signed hub.
        std::uint64_t most = 1024 + (roots_per_check_limit + 1) * 128;
        for (const auto& [path, file] : files) most += 3 * (path.size() + 128);
        if (!size || header != bundle_header(bundle_sums_name, *size)) {
            fail(header.size() < bundle_block
                     ? fmt::format("is truncated: it ends after {} bytes", source_->size_bytes())
                     : fmt::format("was altered: byte {} is not as expected", at_ - bundle_block));
        }
        if (*size > most) fail_by_sums();
        std::string sums = next(*size);
        if (sums.size() < *size) fail_cut_off();
        expect(std::string(bundle_padding(*size), '\0'));
        return sums;
    }

    /// Adds lines of SHA256SUMS that are not in the manifest, if they are signatures by their
    /// names. Their sizes are in the headers of the files.
    void add_listed_signatures(std::string_view sums,
                               std::map<std::string, NamedFile>& files) const {
        const SignatureNames names(files);
        std::map<std::string, NamedFile> signatures;
        constexpr std::size_t digits = 64;
        while (!sums.empty()) {
            const std::string_view line = sums.substr(0, sums.find('\n'));
            sums.remove_prefix(std::min(line.size() + 1, sums.size()));
            const auto digest = parse_sha256(line.substr(0, digits));
            if (!digest || line.size() < digits + 3) fail_by_sums();
            const std::string path(line.substr(digits + 2));
            if (files.contains(path) || path == manifest_file_name) continue;
            if (!names.contains(path) && !is_signing_file(path)) fail_by_sums();
            signatures.emplace(path, NamedFile{*digest});
        }
        files.merge(signatures);
    }

    std::uint64_t size_of_signature(const std::string& path) {
        const std::uint64_t begin = at_;
        const std::string header = next(bundle_header(path, 0).size());
        at_ = begin;
        const bool is_whole = header.size() >= bundle_block;
        const auto size =
            is_whole ? size_in_header(std::string_view(header).substr(header.size() - bundle_block))
                     : std::nullopt;
        if (!is_whole) fail_cut_off();
        if (!size || *size > bundle_size_limit) {
            fail(fmt::format("was altered: byte {} is not as expected", begin));
        }
        return *size;
    }

    [[noreturn]] void fail_by_sums() const {
        fail("was altered: its SHA256SUMS does not match its manifest");
    }

    [[noreturn]] void fail_after_end(std::uint64_t whole) const {
        fail(fmt::format("was altered: it has {} bytes after its end",
                         source_->size_bytes() - whole));
    }

    /// Reports a truncated bundle as such, before reading gigabytes. The sums were read.
    void check_size(const std::map<std::string, NamedFile>& files) const {
        const auto member = [](std::string_view path, std::uint64_t size) {
            return bundle_header(path, size).size() + size + bundle_padding(size);
        };
        std::uint64_t whole = at_ + bundle_end;
        bool has_signatures = false;
        for (const auto& [path, file] : files) {
            has_signatures |= !file.size_bytes;
            // A manifest may state any size, so the 64-bit sum must not overflow.
            if (size_of(file) > source_->size_bytes()) fail_cut_off();
            whole += member(path, size_of(file));
        }
        if (source_->size_bytes() < whole) fail_cut_off();
        // The sizes of signatures are not known yet.
        if (source_->size_bytes() > whole && !has_signatures) fail_after_end(whole);
    }

    void read_file(const std::string& path, const NamedFile& file) {
        expect(bundle_header(path, size_of(file)));
        std::optional<Copy> copy;
        if (!folder_.empty()) copy.emplace(folder_ / path);
        Sha256Hasher hasher;
        std::vector<std::byte> block(512 * 1024);
        for (std::uint64_t left = size_of(file); left > 0;) {
            check_interruption_();
            const auto wanted = std::span(block).first(std::min<std::uint64_t>(left, block.size()));
            const std::size_t count = source_->read(at_, wanted);
            if (count == 0) fail_cut_off();
            hasher.update(wanted.first(count));
            if (copy) copy->file.write(wanted.first(count));
            at_ += count;
            left -= count;
        }
        if (hasher.finish() != file.sha) {
            fail("was altered: \"" + path + "\" has a different SHA-256 than its manifest states");
        }
        expect(std::string(bundle_padding(size_of(file)), '\0'));
    }

    std::string next(std::uint64_t size) {
        std::string text(size, '\0');
        const std::size_t count = source_->read(at_, std::as_writable_bytes(std::span(text)));
        at_ += count;
        text.resize(count);
        return text;
    }

    void expect(const std::string& bytes) {
        expect_text(bytes, fmt::format("byte {} is not as expected", at_));
    }

    void expect_text(const std::string& bytes, const std::string& otherwise) {
        const std::string found = next(bytes.size());
        if (found.size() < bytes.size()) fail_cut_off();
        if (found != bytes) fail("was altered: " + otherwise);
    }

    struct Copy {
        explicit Copy(const fs::path& path) : target(open_new(path)), file(target, path) {
            if (!target.is_open()) file.fail();
        }
        Copy(const Copy&) = delete;
        Copy& operator=(const Copy&) = delete;

        static Descriptor open_new(const fs::path& path) {
            std::error_code error;
            fs::create_directories(path.parent_path(), error);
            return create_file(path);
        }

        Descriptor target;
        GrowingFile file;
    };

    void keep(const std::string& path, const std::string& text) const {
        if (!folder_.empty()) Copy(folder_ / path).file.write(text);
    }

    [[noreturn]] void fail_cut_off() const {
        fail(fmt::format("is truncated: it ends after {} bytes", source_->size_bytes()));
    }

    [[noreturn]] void fail(const std::string& what) const {
        const std::string help = what.find("; ") == what.npos ? "; fetch it again" : "";
        throw UserError(bundle_.string() + ": " + what + help);
    }

    const fs::path bundle_;
    const fs::path folder_;
    const std::function<void()>& check_interruption_;
    const std::unique_ptr<ByteSource> source_;
    std::uint64_t at_ = 0;
};

}  // namespace

BundleReport read_bundle(const fs::path& bundle, const fs::path& folder,
                         const std::function<void()>& check_interruption) {
    return BundleReader(bundle, folder, check_interruption).run();
}

}  // namespace onnxhub
