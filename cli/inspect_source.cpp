// SPDX-License-Identifier: Apache-2.0
#include "cli/inspect_source.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "base/escaping.h"
#include "base/user_error.h"
#include "manifest/manifest.h"
#include "repository/git_repository.h"
#include "sources/settings.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// The model's folder as a tree of its repository, so that hashes come from git's index if
/// possible.
std::unique_ptr<Tree> tree_around(const fs::path& folder) {
    std::shared_ptr<const GitRepository> repository;
    try {
        repository = GitRepository::find(folder);
    } catch (const UserError&) {
        return folder_tree(folder);  // one file can be read without its repository
    }
    if (!repository || repository->is_bare()) return folder_tree(folder);
    std::error_code error;
    const fs::path top = fs::canonical(repository->working_folder(), error);
    const fs::path subfolder = folder.lexically_relative(top);
    if (error || subfolder.empty() || subfolder.begin()->string() == "..") {
        return folder_tree(folder);
    }
    return repository->working_tree(subfolder == "." ? "" : subfolder.generic_string());
}

[[noreturn]] void fail(const Diagnostic& diagnostic) {
    throw UserError(to_text(diagnostic));
}

InspectedModel open_file_of(const Tree& tree, const std::string& name,
                            const InspectionRequest& request, HashProgress& progress) {
    const FactOptions options{request.rehash, &progress};
    auto known = known_content_facts(tree, name, options);
    if (const auto* diagnostic = std::get_if<Diagnostic>(&known)) fail(*diagnostic);
    InspectedModel model;
    if (const auto* facts = std::get_if<ContentFacts>(&known)) {
        model.facts = *facts;
        model.content = open_content(tree, name, *facts);
        return model;
    }
    model.content = tree.open(name);
    if (!request.needs_digest) return model;
    progress.will_hash(1, std::get<HashNeeded>(known).size_bytes);
    auto hashed = hash_file(tree, name, &progress);
    progress.finish();
    if (const auto* diagnostic = std::get_if<Diagnostic>(&hashed)) fail(*diagnostic);
    model.facts = std::get<ContentFacts>(hashed);
    return model;
}

/// The nearest folder above the file that has settings or a manifest, else the top of the
/// repository: mirrors have the paths of the hub.
fs::path hub_around(const fs::path& file, const fs::path& top) {
    for (fs::path folder = file.parent_path();; folder = folder.parent_path()) {
        std::error_code error;
        if (folder == top || folder == folder.parent_path()) return top;
        if (fs::exists(folder / std::string(settings_file_name), error) ||
            fs::exists(folder / std::string(manifest_file_name), error)) {
            return folder;
        }
    }
}

void peek_pointer(const fs::path& file, const InspectionRequest& request, FetchObserver& observer,
                  InspectedModel& model) {
    const auto repository = GitRepository::find(file.parent_path());
    if (!repository) {
        throw UserError(printable(request.file) +
                        ": is a Git LFS pointer outside of a repository, so nothing names a server "
                        "for its content");
    }
    const fs::path folder = hub_around(file, fs::canonical(repository->working_folder()));
    const HubFolder hub = open_hub(folder, std::nullopt);
    Diagnostics ignored;
    const Settings settings = read_settings(*hub.tree, std::nullopt, ignored);
    const PeekTarget target{file.lexically_relative(folder).generic_string(), model.facts->sha,
                            model.facts->size_bytes};
    const PeekedGraphs peeked = peek_graphs(
        {target}, peek_options(*peek_request(request.peek), hub, settings.peek_mirrors), observer);
    const PeekSummary& summary = peeked.summary();
    if (!summary.failures.empty()) {
        throw UserError(printable(request.file) +
                        ": its graph was not read: " + printable(summary.failures.front().reason));
    }
    model.content = peeked.open(model.facts->sha, model.facts->size_bytes);
    model.remote = {summary.requests, summary.bytes, true, std::nullopt};
}

InspectedModel open_url(const InspectionRequest& request) {
    PeekArguments arguments = request.peek;
    if (arguments.depth_text.empty()) arguments.depth_text = "graph";
    PeekRequest peek = *peek_request(arguments);
    peek.http.policy->allow_origin_of(request.file);
    RemoteModel remote = read_remote_model({{request.file}}, peek);
    InspectedModel model;
    model.content = std::move(remote.content);
    model.remote = {remote.requests, remote.bytes, remote.is_bound, remote.stated_sha};
    return model;
}

}  // namespace

bool is_url(const std::string& file) {
    return file.starts_with("https://") || file.starts_with("http://");
}

InspectedModel open_inspected(const InspectionRequest& request, HashProgress& progress,
                              FetchObserver& observer) {
    if (is_url(request.file)) return open_url(request);
    std::error_code error;
    const fs::path file = fs::canonical(request.file, error);
    if (error) {
        throw UserError(printable(request.file) +
                        ": does not exist or can't be read; name a model file");
    }
    const auto tree = tree_around(file.parent_path());
    InspectedModel model = open_file_of(*tree, file.filename().string(), request, progress);
    if (!model.content && peek_depth(request.peek)) peek_pointer(file, request, observer, model);
    return model;
}

}  // namespace onnxhub
