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
#include "base/spelling.h"
#include "base/user_error.h"
#include "hosting/export/bundle_format.h"
#include "hosting/export/bundle_parts.h"
#include "hosting/export/bundle_reader.h"
#include "hosting/export/hub_content.h"
#include "hosting/export/hub_signing_files.h"
#include "hosting/export/staging_path.h"
#include "manifest/loadable_path.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

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
            throw UserError(
                why.message + "; " +
                (why.hint.empty() ? "`onnxhub list` in the hub lists its models" : why.hint));
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
    std::string manifest;  ///< the hub's, or only the chosen entries, each byte for byte
    std::map<std::string, NamedFile> files;
    std::map<std::string, fs::path> fetched;  ///< files that the hub does not have
    std::size_t models = 0;
    std::vector<LeftOutModel> left_out;
    std::string unsigned_reason;
};

class ContentCollector {
public:
    ContentCollector(const LocalHub& hub, const FetchElsewhere& fetch) : hub_(hub), fetch_(fetch) {}

    BundleContent collect(const BundleChoice& choice, const std::string& manifest) {
        const ManifestDocument all = read_manifest(manifest, hub_.manifest_name(), validate_hint);
        const auto chosen = chosen_entries(all, choice);
        std::vector<std::string> texts;
        for (const ManifestEntry& entry : all.entries) {
            if (!chosen.empty() && !chosen.contains(&entry)) continue;
            if (!entry.entry || takes(*entry.entry)) texts.push_back(entry.text.copy());
        }
        if (texts.empty()) fail_without_models();
        // A statement is about the bytes of the whole manifest.
        const bool is_whole = texts.size() == all.entries.size();
        content_.manifest = is_whole ? manifest : manifest_text(texts);
        const ManifestDocument document =
            read_manifest(content_.manifest, hub_.manifest_name(), validate_hint);
        content_.files = files_named_by(document, hub_.manifest_name());
        add_signatures(hub_, content_.files);
        HubSigningFiles signing = signing_files_of(hub_.tree(), content_.manifest);
        content_.files.merge(signing.files);
        content_.unsigned_reason =
            !is_whole && is_signed(manifest)
                ? "the bundle is not signed, because the signed statement is "
                  "about the manifest of all models; bundle all of them to "
                  "keep it"
                : std::move(signing.problem);
        content_.models = texts.size();
        return std::move(content_);
    }

private:
    /// Whether the statement is about the whole manifest.
    bool is_signed(const std::string& manifest) const {
        return !signing_files_of(hub_.tree(), manifest).files.empty();
    }

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

}  // namespace

BundleReport create_bundle(const LocalHub& hub, const BundleChoice& choice, const fs::path& to,
                           const std::function<void()>& check_interruption,
                           const FetchElsewhere& fetch,
                           const std::optional<std::string>& manifest) {
    BundleContent content =
        ContentCollector(hub, fetch).collect(choice, manifest ? *manifest : hub.manifest());
    const auto& files = content.files;
    for (const std::string& path :
         {std::string(manifest_file_name), std::string(bundle_sums_name)}) {
        if (!files.contains(path)) continue;
        throw UserError(hub.manifest_name() + ": a model's file is called \"" + path +
                        "\", which the bundle needs; rename it");
    }
    const StagingPath unfinished(to, StagingPath::file_of_bundle);
    const GrowingFile file(unfinished.file(), to);
    const BundleWriter writer(file);
    writer.text(manifest_file_name, content.manifest);
    writer.text(bundle_sums_name, sums_of(files, content.manifest));
    BundleReport report{content.models, files.size(), 0, std::move(content.left_out),
                        std::move(content.unsigned_reason)};
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
    return read_bundle(bundle, {}, check_interruption);
}

BundleReport import_bundle(const fs::path& bundle, const fs::path& to,
                           const std::function<void()>& check_interruption,
                           const CheckImport& check) {
    std::error_code error;
    if (fs::exists(fs::symlink_status(to, error))) {
        throw UserError(to.string() + ": already exists; choose another --to");
    }
    const StagingPath unfinished(to, StagingPath::folder_of_import);
    const BundleReport report = read_bundle(bundle, unfinished.path(), check_interruption);
    if (check) check(unfinished.path());
    unfinished.move_to(to);
    return report;
}

}  // namespace onnxhub
