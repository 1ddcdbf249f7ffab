// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/loadable_path.h"
#include "repository/lfs_pointer.h"
#include "trust/model_signature.h"
#include "trust/sigstore_bundle.h"

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
            add(*entry.archive_path, entry.archive->sha, entry.archive->size_bytes);
        }
        for (const ExternalDataFile& weights : entry.external_data) {
            add(weights.path, weights.sha, weights.size_bytes);
        }
    }
    return files;
}

namespace {

/// Nothing when the hub has no such regular file, or only a pointer to it.
std::optional<std::string> signature_text(const LocalHub& hub, const std::string& path) {
    const auto stat = hub.tree().stat(path);
    if (!stat || stat->kind != FileKind::regular || stat->is_ignored) return std::nullopt;
    const auto source = hub.tree().open(path);
    std::string text = read_whole(*source, bundle_size_limit, path);
    if (!std::holds_alternative<NotAPointer>(parse_lfs_pointer(text))) return std::nullopt;
    return text;
}

bool covers_only(const std::string& text, const std::string& folder,
                 const std::map<std::string, NamedFile>& files) {
    const auto read = read_unverified_statement(text);
    const auto* statement = std::get_if<ModelStatement>(&read);
    return statement && std::ranges::all_of(statement->resources, [&](const auto& resource) {
               return files.contains(folder.empty() ? resource.path : folder + "/" + resource.path);
           });
}

std::string folder_signature_in(const std::string& folder) {
    return (folder.empty() ? "" : folder + "/") + std::string(folder_signature_name);
}

}  // namespace

void add_signatures(const LocalHub& hub, std::map<std::string, NamedFile>& files) {
    std::map<std::string, NamedFile> found;
    std::set<std::string> folders;
    const auto add = [&](const std::string& path, const std::string& text) {
        const bool is_usable =
            std::holds_alternative<std::string>(check_loadable_path(path)) && !files.contains(path);
        if (is_usable) found.try_emplace(path, NamedFile{sha256_of(text), text.size()});
    };
    for (const auto& [path, file] : files) {
        folders.insert(std::string(parent_folder(path)));
        const std::string signature = signature_of_model(path);
        if (!path.ends_with(".onnx")) continue;
        if (const auto text = signature_text(hub, signature)) add(signature, *text);
    }
    for (const std::string& folder : folders) {
        const std::string signature = folder_signature_in(folder);
        const auto text = signature_text(hub, signature);
        if (text && covers_only(*text, folder, files)) add(signature, *text);
    }
    files.merge(found);
}

SignatureNames::SignatureNames(const std::map<std::string, NamedFile>& files) : files_(files) {
    for (const auto& [path, file] : files) folders_.emplace(parent_folder(path));
}

bool SignatureNames::contains(const std::string& path) const {
    if (!std::holds_alternative<std::string>(check_loadable_path(path))) return false;
    if (is_folder_signature(path)) return folders_.contains(parent_folder(path));
    return path.ends_with(".onnx.sig") &&
           files_.contains(path.substr(0, path.size() - model_signature_suffix.size()));
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
