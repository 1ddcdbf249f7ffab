// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_content.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "base/user_error.h"
#include "manifest/loadable_path.h"

namespace onnxhub {

std::map<std::string, NamedFile> files_named_by(const ManifestDocument& manifest,
                                                const std::string& shown_name) {
    std::map<std::string, NamedFile> files;
    const auto add = [&](const std::string& path, const std::optional<Sha256>& sha,
                         const std::optional<std::uint64_t>& size, bool is_elsewhere = false) {
        const auto checked = check_loadable_path(path);
        const auto* unsafe = std::get_if<UnsafePath>(&checked);
        if (unsafe || !sha || (!size && !is_elsewhere)) {
            throw UserError(shown_name + ": \"" + path + "\" " +
                            (unsafe         ? unsafe->reason
                             : is_elsewhere ? "has no SHA-256"
                                            : "has no SHA-256 and size") +
                            "; run `onnxhub validate` for details");
        }
        const auto [found, is_new] = files.try_emplace(path, NamedFile{*sha, size, is_elsewhere});
        if (is_new) return;
        if (found->second.sha != *sha) {
            throw UserError(shown_name + ": \"" + path +
                            "\" has two SHA-256; run `onnxhub validate` for details");
        }
        if (!found->second.size_bytes) found->second.size_bytes = size;
        found->second.is_elsewhere |= is_elsewhere;
    };
    for (const ManifestEntry& present : manifest.entries) {
        if (!present.entry) {
            throw UserError(fmt::format("{}:{}: {}; run `onnxhub validate` for details", shown_name,
                                        present.problem->line, present.problem->message));
        }
        const Entry& entry = *present.entry;
        add(entry.model_path, entry.content.sha, entry.content.size_bytes, !entry.sources.empty());
        if (entry.archive_path) {
            add(*entry.archive_path, entry.archive.sha, entry.archive.size_bytes);
        }
        for (const ExternalDataFile& weights : entry.external_data) {
            add(weights.path, weights.sha, weights.size_bytes);
        }
    }
    return files;
}

std::vector<LocalHub::Bytes> find_bytes(const LocalHub& hub, const std::string& path,
                                        const NamedFile& file) {
    std::vector<LocalHub::Bytes> places = hub.find(path, file.sha, file.size_bytes);
    std::erase_if(places, [&](const LocalHub::Bytes& bytes) {
        return !bytes.source ||
               bytes.source->size_bytes() != file.size_bytes.value_or(bytes.source->size_bytes());
    });
    return places;
}

void fail_by_digest(const LocalHub::Bytes& bytes, const Sha256& found, const Sha256& stated) {
    // git-lfs only compares the size of an object, so it fetches nothing while the damaged object
    // exists.
    const std::string help = bytes.is_lfs_object ? "remove " + bytes.file.string() +
                                                       " and run `git lfs fetch` to fetch it again"
                                                 : "run `onnxhub generate`";
    throw UserError(bytes.shown_name + ": the SHA-256 is " + to_hex(found) +
                    ", the manifest says " + to_hex(stated) + "; " + help);
}

}  // namespace onnxhub
