// SPDX-License-Identifier: Apache-2.0
#include "trust/hub_signing.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/escaping.h"
#include "base/utc_time.h"
#include "trust/key_threshold.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

constexpr std::size_t shortest_key_id = 8;  // digits

[[noreturn]] void refuse_signing(RefusalKind kind, const std::string& reason) {
    throw Refused(kind, reason);
}

bool is_in_role(const PublicKey& key, const KeyRole& role) {
    return std::ranges::find(role.keys, key) != role.keys.end();
}

struct SignedVersion {
    std::uint64_t version = 0;
    bool is_by_present_keys = false;  ///< since then, no root changed the release keys
};

bool has_same_release_keys_since(const HubRoots& roots, std::uint64_t number) {
    return std::all_of(roots.followed.begin() + static_cast<std::ptrdiff_t>(number - 1),
                       roots.followed.end(), [&](const HostedRoot& later) {
                           return is_same_role(later.root.releases, roots.newest().releases);
                       });
}

/// Of a statement that a release key of its root signed; version 0 for others.
SignedVersion signed_version(const std::string& text, const HubRoots& roots) {
    try {
        const DsseEnvelope envelope = parse_hub_envelope(text, statement_size_limit, "it");
        const HubStatement statement = read_unverified_statement_of_hub(envelope);
        const HubRoot* root = find_root(roots, statement.root_number);
        if (!root || root->hub != statement.hub) return {};
        if (count_signers(envelope, root->releases) == 0) return {};
        return {statement.version, has_same_release_keys_since(roots, root->number)};
    } catch (const Refused&) {
        return {};
    }
}

/// Above all versions so far. If a thief used them up, above those by the present release keys:
/// clients forget the others.
std::uint64_t next_version(const HubRoots& roots, const std::vector<std::string>& previous,
                           std::uint64_t least) {
    std::uint64_t version = std::max<std::uint64_t>(least, 1);
    std::uint64_t by_present_keys = version;
    for (const std::string& text : previous) {
        const SignedVersion found = signed_version(text, roots);
        version = std::max(version, found.version + 1);
        if (found.is_by_present_keys)
            by_present_keys = std::max(by_present_keys, found.version + 1);
    }
    if (version < statement_version_limit) return version;
    if (by_present_keys < statement_version_limit) return by_present_keys;
    refuse_signing(RefusalKind::statement,
                   "the last statement has the highest version there is; replace the release keys "
                   "with `onnxhub sign --root`, after which versions start again");
}

void require_release_keys_only(const HubRoot& root, const std::vector<PrivateKey>& keys) {
    for (const PrivateKey& key : keys) {
        if (is_in_role(key.public_key(), root.releases)) continue;
        refuse_signing(RefusalKind::key,
                       fmt::format("the key {} is not a release key of root {}; sign with one of "
                                   "them, or add it with `onnxhub sign --root --add-release-key`",
                                   key.public_key().id(), root.number));
    }
}

void remove_key(KeyRole& role, const std::string& id, const std::string& name) {
    const auto matches = [&](const PublicKey& key) { return key.id().starts_with(id); };
    const auto count = id.size() < shortest_key_id ? 0 : std::ranges::count_if(role.keys, matches);
    if (count != 1) {
        refuse_signing(RefusalKind::key,
                       fmt::format("\"{}\" names {} of the {} keys; `onnxhub verify` lists their "
                                   "ids",
                                   shown(id), count == 0 ? "none" : "several", name));
    }
    std::erase_if(role.keys, matches);
}

void change_role(KeyRole& role, const RoleChange& change, const std::string& name) {
    for (const std::string& id : change.removed) remove_key(role, id, name);
    for (const PublicKey& key : change.added) {
        if (!is_in_role(key, role)) role.keys.push_back(key);
    }
    if (change.threshold) role.threshold = *change.threshold;
    if (role.threshold >= 1 && role.threshold <= role.keys.size()) return;
    refuse_signing(RefusalKind::key,
                   fmt::format("{} {} key{} would remain for a threshold of {}; add keys, or lower "
                               "the threshold with --{}threshold",
                               role.keys.size(), name, role.keys.size() == 1 ? "" : "s",
                               role.threshold, name == "release" ? "release-" : ""));
}

void require_root_keys_only(const HubRoot& next, const HubRoot* previous,
                            const std::vector<PrivateKey>& keys) {
    for (const PrivateKey& key : keys) {
        if (is_in_role(key.public_key(), next.roots)) continue;
        if (previous && is_in_role(key.public_key(), previous->roots)) continue;
        refuse_signing(RefusalKind::key,
                       fmt::format("the key {} is not a root key of root {}{}; sign with a root "
                                   "key",
                                   key.public_key().id(), next.number,
                                   previous ? " or of the root before it" : ""));
    }
}

std::string with_signatures(std::string text, const std::vector<PrivateKey>& keys,
                            const std::string& what) {
    for (const PrivateKey& key : keys) text = add_signature(text, key, what);
    return text;
}

}  // namespace

std::string sign_next_statement(const HubRoots& roots, const std::vector<std::string>& previous,
                                const StatementRequest& request,
                                const std::vector<PrivateKey>& keys) {
    const HubRoot& root = roots.newest();
    require_release_keys_only(root, keys);
    if (root.expires && *root.expires <= request.issued) {
        refuse_signing(RefusalKind::statement,
                       fmt::format("root {} expired on {}; make the next one with `onnxhub sign "
                                   "--root`",
                                   root.number, utc_date_text(*root.expires)));
    }
    HubStatement statement;
    statement.hub = root.hub;
    statement.root_number = root.number;
    statement.version = next_version(roots, previous, request.least_version);
    statement.branch = request.branch;
    statement.manifest = request.manifest;
    statement.index = request.index;
    statement.issued = request.issued;
    statement.expires = request.expires;
    return sign_statement(statement, keys);
}

std::string cosign_statement(std::string_view text, const HubRoots& roots, const Sha256& manifest,
                             std::int64_t now, const std::vector<PrivateKey>& keys) {
    const HubRoot& root = roots.newest();
    require_release_keys_only(root, keys);
    const HubStatement statement = read_unverified_statement_of_hub(text);
    const char* again = "make a new statement with `onnxhub sign`";
    if (statement.hub != root.hub || statement.root_number != root.number) {
        refuse_signing(RefusalKind::statement,
                       fmt::format("the statement does not belong to root {} of \"{}\"; {}",
                                   root.number, shown(root.hub), again));
    }
    if (statement.manifest != manifest) {
        refuse_signing(RefusalKind::statement,
                       fmt::format("the statement is about another manifest; {}", again));
    }
    if (statement.expires <= now) {
        refuse_signing(RefusalKind::statement,
                       fmt::format("the statement expired on {}; {}",
                                   utc_date_text(statement.expires), again));
    }
    return with_signatures(std::string(text), keys, "the statement");
}

std::string missing_statement_signatures(std::string_view text, const HubRoot& root) {
    return missing_signatures(parse_hub_envelope(text, statement_size_limit, "the statement"),
                              root.releases, fmt::format("release key of root {}", root.number));
}

std::string sign_first_root(const std::string& hub, const RootRequest& request,
                            const std::vector<PrivateKey>& keys) {
    if (const auto problem = hub_name_problem(hub)) {
        refuse_signing(RefusalKind::statement, "the hub's name " + *problem);
    }
    HubRoot root;
    root.hub = hub;
    root.issued = request.issued;
    root.expires = request.expires;
    RoleChange roots = request.roots;
    for (const PrivateKey& key : keys) roots.added.push_back(key.public_key());
    change_role(root.roots, roots, "root");
    RoleChange releases = request.releases;
    if (releases.added.empty()) releases.added = root.roots.keys;
    change_role(root.releases, releases, "release");
    return sign_root(root, keys);
}

std::string sign_next_root(const HubRoots& roots, const RootRequest& request,
                           const std::vector<PrivateKey>& keys) {
    const HubRoot& previous = roots.newest();
    if (roots.pending) {
        refuse_signing(RefusalKind::statement,
                       fmt::format("{} still {}; add it with `onnxhub sign --root --cosign`, or "
                                   "delete the file to start again",
                                   root_path(roots.pending->root.number),
                                   missing_root_signatures(roots).front()));
    }
    if (previous.number >= root_number_limit) {
        refuse_signing(RefusalKind::statement, "the hub has the highest number of roots");
    }
    HubRoot next = previous;
    ++next.number;
    next.issued = request.issued;
    next.expires = request.expires;
    change_role(next.roots, request.roots, "root");
    change_role(next.releases, request.releases, "release");
    if (root_changes(&previous, next).empty()) {
        refuse_signing(RefusalKind::statement,
                       fmt::format("the new root would be like root {}; name what changes, such as "
                                   "--add-release-key",
                                   previous.number));
    }
    require_root_keys_only(next, &previous, keys);
    return sign_root(next, keys);
}

std::string cosign_root(const HubRoots& roots, const std::vector<PrivateKey>& keys) {
    if (!roots.pending) {
        roots.newest();
        refuse_signing(RefusalKind::statement,
                       "no root lacks a signature; `onnxhub sign --cosign` adds one to the "
                       "statement");
    }
    const HubRoot* previous = roots.followed.empty() ? nullptr : &roots.followed.back().root;
    require_root_keys_only(roots.pending->root, previous, keys);
    return with_signatures(roots.pending->text, keys, "the root");
}

}  // namespace onnxhub
