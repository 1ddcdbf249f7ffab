// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/signed_hub.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "base/byte_source.h"
#include "base/escaping.h"
#include "base/parallel.h"
#include "base/user_error.h"
#include "base/utc_time.h"
#include "index/index_check.h"
#include "manifest/hub_path.h"
#include "manifest/manifest_reader.h"
#include "trust/hub_roots.h"
#include "trust/hub_statement.h"
#include "trust/key_threshold.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

const std::string statement_file(hub_statement_name);

/// Calls `work`. What trust/ refuses becomes an error about the hub.
template <class Work>
auto signing_in(const HubFolder& hub, Work&& work) {
    try {
        return std::forward<Work>(work)();
    } catch (const Refused& error) {
        throw UserError(hub.folder.string() + ": " + error.what());
    }
}

/// The bytes that are signed. Throws UserError unless they are a manifest.
std::string manifest_of(const HubFolder& hub) {
    const std::string file(manifest_file_name);
    auto text = read_hub_file(*hub.tree, file, json_size_limit);
    if (!text) {
        throw UserError(file +
                        ": does not exist, so there is nothing to sign; create it with "
                        "`onnxhub generate`");
    }
    read_manifest(*text, file);
    return std::move(*text);
}

/// The statements in the hub and in the commit that is checked out.
std::vector<std::string> present_statements(const HubFolder& hub) {
    std::vector<std::string> texts;
    const auto add = [&](const Tree& tree) {
        auto text = read_hub_file(tree, statement_file, statement_size_limit);
        if (text) texts.push_back(std::move(*text));
    };
    add(*hub.tree);
    if (!hub.repository || hub.commit) return texts;
    try {
        add(*hub.repository->tree_of(hub.repository->resolve_commit("HEAD"), hub.subfolder));
    } catch (const UserError&) {
        // Before the first commit there is none.
    }
    return texts;
}

std::string required_statement(const HubFolder& hub) {
    auto text = read_hub_file(*hub.tree, statement_file, statement_size_limit);
    if (text) return std::move(*text);
    throw UserError(statement_file +
                    ": does not exist, so there is nothing to cosign; make it with `onnxhub sign`");
}

Sha256 index_of(const std::string& manifest) {
    const auto source = memory_source(manifest);
    return index_root_of({source.get(), std::string(manifest_file_name)});
}

/// What is missing after signing a statement.
std::vector<std::string> statement_notes(const std::string& text, const HubRoots& roots) {
    const HubStatement statement = read_unverified_statement_of_hub(text);
    std::vector<std::string> notes = {fmt::format("version {} of {}, expires on {}",
                                                  statement.version, shown(statement.hub),
                                                  utc_date_text(statement.expires))};
    const std::string missing = missing_statement_signatures(text, roots.newest());
    if (!missing.empty()) {
        notes.push_back(statement_file + " " + missing +
                        "; its holder adds it with `onnxhub sign --cosign`");
    }
    return notes;
}

/// What is missing after signing the root `text`, which comes after those in the hub.
std::vector<std::string> root_notes(const HubFolder& hub, const std::string& text) {
    const HubRoot root = read_unverified_root(text);
    const RootSource present = roots_in(*hub.tree);
    const HubRoots roots = read_hub_roots(
        [&](std::uint64_t number) { return number == root.number ? text : present(number); });
    const HubRoot* previous = find_root(roots, root.number - 1);
    std::vector<std::string> notes;
    for (const std::string& change : root_changes(previous, root)) {
        notes.push_back(fmt::format("root {} {}", root.number, change));
    }
    for (const std::string& missing : missing_root_signatures(roots)) {
        notes.push_back(root_path(root.number) + " " + missing +
                        "; its holder adds it with `onnxhub sign --root --cosign`");
    }
    if (!roots.pending) {
        notes.push_back(
            fmt::format("root {} is complete; sign the hub with `onnxhub sign`, and "
                        "commit both files together",
                        root.number));
    }
    return notes;
}

SignedHubFile root_file(const HubFolder& hub, std::string text) {
    SignedHubFile signed_file;
    signed_file.notes = root_notes(hub, text);
    signed_file.file = {root_path(read_unverified_root(text).number), std::move(text)};
    return signed_file;
}

/// Each file that a manifest lists, with its SHA-256.
std::set<std::pair<std::string, Sha256>> listed_files(const ManifestDocument& manifest,
                                                      std::set<std::string>& has_sources) {
    std::set<std::pair<std::string, Sha256>> files;
    for (const ManifestEntry& item : manifest.entries) {
        if (!item.entry) continue;
        const Entry& entry = *item.entry;
        if (entry.content.sha) files.emplace(entry.model_path, *entry.content.sha);
        if (!entry.sources.empty()) has_sources.insert(entry.model_path);
        if (entry.archive_path && entry.archive->sha) {
            files.emplace(*entry.archive_path, *entry.archive->sha);
        }
        for (const ExternalDataFile& file : entry.external_data) files.emplace(file.path, file.sha);
    }
    return files;
}

struct ComparedFile {
    std::optional<FileDifference> difference;
    bool is_read = true;
};

ComparedFile compare_listed(const Tree& tree, const std::string& path, const Sha256& sha,
                            HashObserver* observer) {
    using Kind = FileDifference::Kind;
    const auto checked = check_hub_path(path);
    if (const auto* unsafe = std::get_if<UnsafePath>(&checked)) {
        return {FileDifference{Kind::not_readable, path, unsafe->reason}};
    }
    const auto resolved = resolve_symlinks(tree, path);
    const auto* target = std::get_if<std::string>(&resolved);
    if (target && !tree.stat(*target) && !is_annex_link(tree, path)) {
        return {FileDifference{Kind::missing, path}};
    }
    FactOptions options;
    options.rehash = true;  // git's index only knows sizes and times
    options.observer = observer;
    const auto facts = read_content_facts(tree, path, options);
    if (const auto* problem = std::get_if<Diagnostic>(&facts)) {
        return {FileDifference{Kind::not_readable, path, problem->message}};
    }
    const auto& found = std::get<ContentFacts>(facts);
    ComparedFile compared;
    // Available content of a pointer was hashed too.
    compared.is_read =
        found.source == FactSource::hashed || open_content(tree, path, found) != nullptr;
    if (found.sha != sha) compared.difference = FileDifference{Kind::changed, path};
    return compared;
}

}  // namespace

RootSource roots_in(const Tree& tree) {
    return [&tree](std::uint64_t number) {
        return read_hub_file(tree, root_path(number), root_size_limit);
    };
}

std::string branch_of(const HubFolder& hub) {
    if (!hub.repository) return "";
    return hub.repository->branch_of(hub.revision.value_or("HEAD")).value_or("");
}

SignedHubFile sign_hub(const HubFolder& hub, const StatementOptions& options,
                       const std::vector<PrivateKey>& keys) {
    const std::string manifest = manifest_of(hub);
    const HubRoots roots = read_hub_roots(roots_in(*hub.tree));
    StatementRequest request;
    request.manifest = sha256_of(manifest);
    if (options.has_index) request.index = index_of(manifest);
    request.branch = options.branch ? *options.branch : branch_of(hub);
    request.issued = options.now;
    request.expires = options.now + options.lifetime_seconds;
    request.least_version = options.least_version;
    std::vector<std::string> earlier = present_statements(hub);
    earlier.insert(earlier.end(), options.earlier.begin(), options.earlier.end());
    return signing_in(hub, [&] {
        std::string text = sign_next_statement(roots, earlier, request, keys);
        SignedHubFile signed_file;
        signed_file.notes = statement_notes(text, roots);
        signed_file.file = {statement_file, std::move(text)};
        return signed_file;
    });
}

SignedHubFile cosign_hub(const HubFolder& hub, std::int64_t now,
                         const std::vector<PrivateKey>& keys) {
    const std::string manifest = manifest_of(hub);
    const std::string present = required_statement(hub);
    const HubRoots roots = read_hub_roots(roots_in(*hub.tree));
    return signing_in(hub, [&] {
        const auto index = read_unverified_statement_of_hub(present).index;
        if (index && *index != index_of(manifest)) {
            throw UserError(statement_file +
                            ": the statement is about the index of another manifest; make a new "
                            "one with `onnxhub sign --index`");
        }
        std::string text = cosign_statement(present, roots, sha256_of(manifest), now, keys);
        SignedHubFile signed_file;
        signed_file.notes = statement_notes(text, roots);
        signed_file.file = {statement_file, std::move(text)};
        return signed_file;
    });
}

SignedHubFile start_signed_hub(const HubFolder& hub, const std::string& name,
                               const RootRequest& request, const std::vector<PrivateKey>& keys) {
    if (hub.tree->stat(root_path(1))) {
        throw UserError(root_path(1) +
                        ": exists, so the hub is signed already; change its keys with `onnxhub "
                        "sign --root`");
    }
    return signing_in(hub, [&] { return root_file(hub, sign_first_root(name, request, keys)); });
}

SignedHubFile sign_hub_root(const HubFolder& hub, const RootRequest& request,
                            const std::vector<PrivateKey>& keys) {
    const HubRoots roots = read_hub_roots(roots_in(*hub.tree));
    return signing_in(hub, [&] { return root_file(hub, sign_next_root(roots, request, keys)); });
}

SignedHubFile cosign_hub_root(const HubFolder& hub, const std::vector<PrivateKey>& keys) {
    const HubRoots roots = read_hub_roots(roots_in(*hub.tree));
    return signing_in(hub, [&] { return root_file(hub, cosign_root(roots, keys)); });
}

ContentComparison compare_with_manifest(const HubFolder& hub, const ManifestDocument& manifest,
                                        HashObserver* observer, unsigned jobs) {
    std::set<std::string> has_sources;
    const auto listed = listed_files(manifest, has_sources);
    const std::vector<std::pair<std::string, Sha256>> files(listed.begin(), listed.end());
    std::vector<ComparedFile> compared(files.size());
    for_each_index(files.size(), jobs, [&](std::size_t i) {
        compared[i] = compare_listed(*hub.tree, files[i].first, files[i].second, observer);
    });
    ContentComparison result;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto& difference = compared[i].difference;
        if (difference && difference->kind == FileDifference::Kind::missing &&
            has_sources.contains(files[i].first)) {
            ++result.elsewhere;
            continue;
        }
        ++result.files;
        if (!compared[i].is_read) ++result.pointers;
        if (difference) result.differences.push_back(*difference);
    }
    return result;
}

}  // namespace onnxhub
