// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <system_error>
#include <utility>
#include <variant>

#include "base/descriptor.h"
#include "base/error_text.h"
#include "base/spelling.h"
#include "base/user_error.h"
#include "hosting/export/bundle_format.h"
#include "hosting/export/hub_content.h"
#include "hosting/export/staging_path.h"
#include "manifest/loadable_path.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr const char* sums_name = "SHA256SUMS";
constexpr std::uint64_t largest_text = std::uint64_t{512} << 20;  // bytes, for manifest and sums

std::string sums_of(const std::map<std::string, NamedFile>& files, const std::string& manifest) {
    std::map<std::string, std::string> sums;
    for (const auto& [path, file] : files) sums[path] = to_hex(file.sha);
    sums[std::string(manifest_file_name)] = to_hex(sha256_of(manifest));
    std::string text;
    for (const auto& [path, digest] : sums) text += digest + "  " + path + "\n";
    return text;
}

/// Some hubs have many tags, so the error lists the most similar one, or the first few.
[[noreturn]] void fail_by_tag(const ManifestDocument& manifest, const std::string& tag) {
    std::set<std::string_view> all;
    for (const ManifestEntry& present : manifest.entries) {
        if (present.entry) all.insert(present.entry->tags.begin(), present.entry->tags.end());
    }
    const std::vector<std::string_view> tags(all.begin(), all.end());
    std::string hint = "no model has any";
    if (const auto near = nearest(tag, tags)) {
        hint = fmt::format("did you mean \"{}\"?", *near);
    } else if (!tags.empty()) {
        constexpr std::size_t max_listed = 12;
        const std::span listed = std::span(tags).first(std::min(max_listed, tags.size()));
        hint = fmt::format("it has {}{}", fmt::join(listed, ", "),
                           listed.size() < tags.size() ? " and more" : "");
    }
    throw UserError(fmt::format("the hub has no tag \"{}\"; {}", tag, hint));
}

std::set<const ManifestEntry*> chosen_entries(const ManifestDocument& manifest,
                                              const BundleChoice& choice) {
    std::set<const ManifestEntry*> chosen;
    for (const std::string& name : choice.names) {
        const auto found = list_models(manifest, {name, {}, {}, {}, {}});
        if (found.empty()) {
            const auto missing = get_model_info(manifest, name, {{}, {}, {}});
            const auto& why = std::get<ModelNotFound>(missing);
            throw UserError(why.message + "; " + why.hint);
        }
        chosen.insert(found.begin(), found.end());
    }
    for (const std::string& tag : choice.tags) {
        const auto found = list_models(manifest, {{}, {tag}, {}, {}, {}});
        if (found.empty()) fail_by_tag(manifest, tag);
        chosen.insert(found.begin(), found.end());
    }
    return chosen;
}

/// What a bundle will have.
struct BundleContent {
    std::string manifest;  ///< only the chosen entries, each byte for byte
    std::map<std::string, NamedFile> files;
    std::map<std::string, fs::path> fetched;  ///< files that the hub does not have
    std::size_t models = 0;
    std::vector<LeftOutModel> left_out;
};

class ContentCollector {
public:
    ContentCollector(const LocalHub& hub, const FetchElsewhere& fetch) : hub_(hub), fetch_(fetch) {}

    BundleContent collect(const BundleChoice& choice) {
        const ManifestDocument all =
            read_manifest(hub_.manifest(), hub_.manifest_name(), validate_hint);
        const auto chosen = chosen_entries(all, choice);
        std::vector<std::string> texts;
        for (const ManifestEntry& entry : all.entries) {
            if (!chosen.empty() && !chosen.contains(&entry)) continue;
            if (!entry.entry || takes(*entry.entry)) texts.push_back(entry.text);
        }
        if (texts.empty()) fail_without_models();
        content_.manifest = manifest_text(texts);
        const ManifestDocument document =
            read_manifest(content_.manifest, hub_.manifest_name(), validate_hint);
        content_.files = files_named_by(document, hub_.manifest_name());
        content_.models = texts.size();
        return std::move(content_);
    }

private:
    /// Whether the model's file is or will be available.
    bool takes(const Entry& entry) {
        if (entry.sources.empty() || !entry.content.sha) return true;  // checked later
        const NamedFile file{*entry.content.sha, entry.content.size_bytes, true};
        const auto checked = check_loadable_path(entry.model_path);
        if (std::holds_alternative<UnsafePath>(checked)) return true;  // the same
        const bool is_here = !find_bytes(hub_, entry.model_path, file).empty();
        if (!is_here && !fetch_) {
            leave_out(entry, "only other servers have it; use --fetch to download it");
        } else if (!file.size_bytes) {
            leave_out(entry, "the manifest has no size for it; run `onnxhub generate --fetch`");
        } else {
            if (!is_here) content_.fetched[entry.model_path] = fetch_(entry);
            return true;
        }
        return false;
    }

    void leave_out(const Entry& entry, const char* reason) {
        content_.left_out.push_back({entry.model, reason});
    }

    [[noreturn]] void fail_without_models() const {
        if (content_.left_out.empty()) {
            throw UserError(hub_.manifest_name() + ": has no models; `onnxhub add` adds some");
        }
        const LeftOutModel& first = content_.left_out.front();
        throw UserError(hub_.manifest_name() + ": no model can be bundled: \"" + first.model +
                        "\": " + first.reason);
    }

    const LocalHub& hub_;
    const FetchElsewhere& fetch_;
    BundleContent content_;
};

/// The size, which files in a bundle always have.
std::uint64_t size_of(const NamedFile& file) {
    return file.size_bytes.value_or(0);
}

/// A file that is written block by block.
class GrowingFile {
public:
    GrowingFile(const Descriptor& file, fs::path path) : file_(file), path_(std::move(path)) {}

    void write(std::string_view text) const { write(std::as_bytes(std::span(text))); }

    void write(std::span<const std::byte> block) const {
        if (!write_all(file_, block)) fail();
    }

    [[noreturn]] void fail() const {
        throw UserError(path_.string() + ": can't be written (" + error_text() +
                        "); free disk space, or choose another path");
    }

private:
    const Descriptor& file_;
    fs::path path_;
};

class BundleWriter {
public:
    explicit BundleWriter(const GrowingFile& file) : file_(file) {}

    void text(std::string_view path, std::string_view content) const {
        file_.write(bundle_header(path, content.size()));
        file_.write(content);
        file_.write(std::string(bundle_padding(content.size()), '\0'));
    }

    void file(const LocalHub::Bytes& bytes, const std::string& path, const NamedFile& named,
              const std::function<void()>& check_interruption) const {
        const std::uint64_t size_bytes = size_of(named);
        file_.write(bundle_header(path, size_bytes));
        Sha256Hasher hasher;
        std::vector<std::byte> block(512 * 1024);
        for (std::uint64_t done = 0; done < size_bytes;) {
            check_interruption();
            const std::size_t count = bytes.source->read(done, block);
            if (count == 0) break;
            hasher.update(std::span(block).first(count));
            file_.write(std::span(block).first(count));
            done += count;
        }
        const Sha256 digest = hasher.finish();
        if (digest != named.sha) fail_by_digest(bytes, digest, named.sha);
        file_.write(std::string(bundle_padding(size_bytes), '\0'));
    }

    void finish() const { file_.write(std::string(bundle_end, '\0')); }

private:
    const GrowingFile& file_;
};

/// If a file was changed, the LFS store may still have the original. With two sources, the first is
/// verified before its bytes are written.
LocalHub::Bytes sound_bytes(const LocalHub& hub, const std::string& path, const NamedFile& named,
                            const std::function<void()>& check_interruption) {
    auto places = find_bytes(hub, path, named);
    if (places.empty()) {
        throw UserError(path + ": its content is not available locally; run `git lfs pull`");
    }
    const bool has_choice = places.size() > 1;
    if (has_choice && sha256_of(*places[0].source, check_interruption) != named.sha &&
        sha256_of(*places[1].source, check_interruption) == named.sha) {
        return std::move(places[1]);
    }
    return std::move(places[0]);
}

LocalHub::Bytes fetched_bytes(const fs::path& file) {
    return {file.string(), open_file(file, file.string(), LastLink::refuse), file};
}

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
        const auto files = files_named_by(document, bundle_.string());
        for (const auto& [path, file] : files) {
            if (!file.size_bytes)
                fail("was altered: its manifest has no size for \"" + path + "\"");
        }
        const std::string sums = sums_of(files, manifest);
        check_size(files, sums.size());
        expect(bundle_header(sums_name, sums.size()));
        expect_text(sums, "its SHA256SUMS does not match its manifest");
        expect(std::string(bundle_padding(sums.size()), '\0'));
        keep(sums_name, sums);
        BundleReport report{document.entries.size(), files.size(), 0, {}};
        for (const auto& [path, file] : files) {
            read_file(path, file);
            report.bytes += size_of(file);
        }
        expect(std::string(bundle_end, '\0'));
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

    /// Reports a truncated bundle as such, before reading gigabytes.
    void check_size(const std::map<std::string, NamedFile>& files, std::uint64_t sums_size) const {
        const auto member = [](std::string_view path, std::uint64_t size) {
            return bundle_header(path, size).size() + size + bundle_padding(size);
        };
        std::uint64_t whole = at_ + member(sums_name, sums_size) + bundle_end;
        for (const auto& [path, file] : files) {
            // A manifest may state any size, so the 64-bit sum must not overflow.
            if (size_of(file) > source_->size_bytes()) fail_cut_off();
            whole += member(path, size_of(file));
        }
        if (source_->size_bytes() < whole) fail_cut_off();
        if (source_->size_bytes() > whole) {
            fail(fmt::format("was altered: it has {} bytes after its end",
                             source_->size_bytes() - whole));
        }
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

BundleReport create_bundle(const LocalHub& hub, const BundleChoice& choice, const fs::path& to,
                           const std::function<void()>& check_interruption,
                           const FetchElsewhere& fetch) {
    BundleContent content = ContentCollector(hub, fetch).collect(choice);
    const auto& files = content.files;
    for (const std::string& path : {std::string(manifest_file_name), std::string(sums_name)}) {
        if (!files.contains(path)) continue;
        throw UserError(hub.manifest_name() + ": a model's file is called \"" + path +
                        "\", which the bundle needs; rename it");
    }
    const StagingPath unfinished(to, StagingPath::file_of_bundle);
    const GrowingFile file(unfinished.file(), to);
    const BundleWriter writer(file);
    writer.text(manifest_file_name, content.manifest);
    writer.text(sums_name, sums_of(files, content.manifest));
    BundleReport report{content.models, files.size(), 0, std::move(content.left_out)};
    for (const auto& [path, named] : files) {
        const auto fetched = content.fetched.find(path);
        writer.file(fetched == content.fetched.end()
                        ? sound_bytes(hub, path, named, check_interruption)
                        : fetched_bytes(fetched->second),
                    path, named, check_interruption);
        report.bytes += size_of(named);
    }
    writer.finish();
    if (!flush_to_disk(unfinished.file())) file.fail();
    unfinished.move_to(to);
    return report;
}

BundleReport verify_bundle(const fs::path& bundle,
                           const std::function<void()>& check_interruption) {
    return BundleReader(bundle, {}, check_interruption).run();
}

BundleReport import_bundle(const fs::path& bundle, const fs::path& to,
                           const std::function<void()>& check_interruption) {
    std::error_code error;
    if (fs::exists(fs::symlink_status(to, error))) {
        throw UserError(to.string() + ": already exists; choose another --to");
    }
    const StagingPath unfinished(to, StagingPath::folder_of_import);
    const BundleReport report = BundleReader(bundle, unfinished.path(), check_interruption).run();
    unfinished.move_to(to);
    return report;
}

}  // namespace onnxhub
