// SPDX-License-Identifier: Apache-2.0
#include "diff/revision_diff.h"

#include <list>
#include <memory>
#include <system_error>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "generator/generation_peek.h"
#include "manifest/manifest.h"
#include "repository/change_base.h"
#include "repository/hub_folder.h"
#include "sources/settings.h"

namespace onnxhub {
namespace {

/// open_hub() reports these errors too, but suggests options that `diff` does not have.
void check_repository(const RevisionDiffRequest& request) {
    std::error_code error;
    if (!std::filesystem::is_directory(request.folder, error)) return;  // open_hub() reports it
    const auto repository = GitRepository::find(request.folder);
    if (!repository) {
        throw UserError(request.folder.string() +
                        ": is not in a git repository, so there is nothing to compare; name "
                        "the directory of a clone");
    }
    if (!request.range.head && repository->is_bare()) {
        throw UserError(request.folder.string() +
                        ": is a bare repository, which has no working tree; name two "
                        "revisions, such as HEAD~1..HEAD");
    }
}

/// The commit to compare with, and its name in the report.
struct DiffBase {
    CommitId commit;
    std::string name;
};

DiffBase find_base(const RevisionDiffRequest& request, const HubFolder& hub) {
    const RevisionRange& range = request.range;
    if (!range.from_merge_base && !request.may_fetch) {
        return {hub.repository->resolve_commit(range.base), range.base};
    }
    const CommitId head = hub.commit ? *hub.commit : hub.repository->resolve_commit("HEAD");
    const ChangeBase base =
        find_change_base({hub.folder, range.base, head, request.may_fetch, request.messages});
    if (!base.commit) throw UserError(base.note);
    constexpr std::size_t short_commit = 7;  // digits, as git shows
    return {*base.commit, "the merge base of " + range.base + " and " +
                              range.head.value_or("HEAD") + " (" +
                              base.commit->substr(0, short_commit) + ")"};
}

/// One side of the comparison; owns what HubSide refers to.
struct Side {
    std::unique_ptr<Tree> tree;
    Settings settings;
    std::optional<ManifestDocument> manifest;
};

/// The manifest is optional, so an unreadable one is not an error.
Side open_side(std::unique_ptr<Tree> tree, Diagnostics& diagnostics) {
    Side side;
    side.tree = std::move(tree);
    side.settings = read_settings(*side.tree, std::nullopt, diagnostics);
    try {
        auto text = read_hub_file(*side.tree, std::string(manifest_file_name), json_size_limit);
        if (!text) return side;
        auto manifest = parse_manifest(std::move(*text));
        if (auto* document = std::get_if<ManifestDocument>(&manifest)) {
            side.manifest = std::move(*document);
        }
    } catch (const UserError&) {  // a partial clone, a link out of the hub
    }
    return side;
}

HubSide view_of(const Side& side) {
    return {*side.tree, side.settings, side.manifest ? &*side.manifest : nullptr};
}

}  // namespace

RevisionRange parse_revision_range(std::string_view text) {
    const std::size_t dots = text.find("..");
    if (dots == text.npos) return {std::string(text), std::nullopt, false};
    const bool has_three = text.substr(dots).starts_with("...");
    const auto or_head = [](std::string_view name) {
        return std::string(name.empty() ? "HEAD" : name);
    };
    return {or_head(text.substr(0, dots)), or_head(text.substr(dots + (has_three ? 3 : 2))),
            has_three};
}

DiffReport compare_revisions(const RevisionDiffRequest& request, const DiffOptions& options,
                             Diagnostics& diagnostics) {
    check_repository(request);
    HubFolder hub = open_hub(request.folder, request.range.head);
    const DiffBase base = find_base(request, hub);
    const Side before = open_side(hub.repository->tree_of(base.commit, hub.subfolder), diagnostics);
    const Side after = open_side(std::move(hub.tree), diagnostics);
    std::list<PeekedGraphs> peeked;
    DiffOptions with_peeks = options;
    if (request.peek) {
        // The author of a change chooses no server.
        const PeekOptions peek = peek_options(*request.peek, open_hub(request.folder, base.commit),
                                              before.settings.peek_mirrors);
        with_peeks.peek = [&, peek](const std::vector<PeekTarget>& targets) {
            FetchObserver no_observer;
            peeked.push_back(
                peek_graphs(targets, peek, request.observer ? *request.observer : no_observer));
            report_failures(peeked.back().summary(), diagnostics);
            if (request.peeked) request.peeked(peeked.back().summary());
            return &peeked.back();
        };
    }
    DiffReport report{base.name, request.range.head.value_or("the working tree"),
                      compare_models(view_of(before), view_of(after), with_peeks)};
    std::size_t models = 0;
    for (const PeekedGraphs& graphs : peeked) models += graphs.summary().models;
    if (models > 0) {
        report.diff.notes.push_back(
            "graphs that were read from servers: " + std::to_string(models) +
            ", without the bytes that would prove them");
    }
    return report;
}

}  // namespace onnxhub
