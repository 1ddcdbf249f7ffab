// SPDX-License-Identifier: Apache-2.0
#include "trust/hub_roots.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/escaping.h"
#include "base/utc_time.h"
#include "trust/key_threshold.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

HubRoot open_after(const HubRoots& roots, const std::string& text) {
    return roots.followed.empty() ? open_root(text)
                                  : open_next_root(text, roots.followed.back().root);
}

/// Whether only signatures are missing.
std::optional<HostedRoot> pending_root(const HubRoots& roots, const std::string& text) {
    try {
        HubRoot root = read_unverified_root(text);
        const bool is_next = root.number == roots.followed.size() + 1;
        const bool is_same_hub =
            roots.followed.empty() || root.hub == roots.followed.back().root.hub;
        if (!is_next || !is_same_hub) return std::nullopt;
        return HostedRoot{std::move(root), text};
    } catch (const Refused&) {
        return std::nullopt;
    }
}

bool has_key(const KeyRole& role, const PublicKey& key) {
    return std::ranges::find(role.keys, key) != role.keys.end();
}

void add_role_changes(const KeyRole& before, const KeyRole& after, const std::string& name,
                      std::vector<std::string>& changes) {
    for (const PublicKey& key : after.keys) {
        if (!has_key(before, key)) {
            changes.push_back(fmt::format("adds the {} key {}", name, key.id()));
        }
    }
    for (const PublicKey& key : before.keys) {
        if (!has_key(after, key)) {
            changes.push_back(fmt::format("removes the {} key {}", name, key.id()));
        }
    }
    if (before.threshold != after.threshold) {
        changes.push_back(
            fmt::format("sets the threshold of {} keys to {}", name, after.threshold));
    }
}

}  // namespace

const HubRoot& HubRoots::newest() const {
    if (!problem.empty()) {
        throw Refused(RefusalKind::statement,
                      problem + "; restore the file that was signed, or delete it");
    }
    if (!followed.empty()) return followed.back().root;
    if (pending) {
        throw Refused(RefusalKind::key,
                      root_path(1) + " " + missing_root_signatures(*this).front() +
                          "; its holder adds it with `onnxhub sign --root --cosign`");
    }
    throw Refused(RefusalKind::statement,
                  "the hub has no " + root_path(1) +
                      "; create it with `onnxhub sign --init --hub NAME --key FILE`");
}

HubRoots read_hub_roots(const RootSource& source) {
    HubRoots roots;
    while (roots.followed.size() < roots_per_check_limit) {
        const std::uint64_t number = roots.followed.size() + 1;
        const auto text = source(number);
        if (!text) return roots;
        try {
            HubRoot root = open_after(roots, *text);
            if (root.number != number) {
                throw Refused(RefusalKind::statement,
                              fmt::format("it is root {} instead of root 1", root.number));
            }
            roots.followed.push_back({std::move(root), *text});
        } catch (const Refused& error) {
            roots.pending = pending_root(roots, *text);
            if (!roots.pending) roots.problem = root_path(number) + ": " + error.what();
            return roots;
        }
    }
    return roots;
}

const HubRoot* find_root(const HubRoots& roots, std::uint64_t number) {
    if (number == 0 || number > roots.followed.size()) return nullptr;
    return &roots.followed[number - 1].root;
}

std::vector<std::string> missing_root_signatures(const HubRoots& roots) {
    std::vector<std::string> missing;
    if (!roots.pending) return missing;
    const DsseEnvelope envelope =
        parse_hub_envelope(roots.pending->text, root_size_limit, "the root");
    const auto add = [&](const HubRoot& root) {
        const std::string text = missing_signatures(
            envelope, root.roots, fmt::format("root key of root {}", root.number));
        if (!text.empty()) missing.push_back(text);
    };
    if (!roots.followed.empty()) add(roots.followed.back().root);
    add(roots.pending->root);
    return missing;
}

std::vector<std::string> root_changes(const HubRoot* previous, const HubRoot& root) {
    std::vector<std::string> changes;
    const HubRoot nothing;
    const HubRoot& before = previous ? *previous : nothing;
    add_role_changes(before.roots, root.roots, "root", changes);
    add_role_changes(before.releases, root.releases, "release", changes);
    if (before.expires != root.expires) {
        changes.push_back(root.expires ? "expires on " + utc_date_text(*root.expires)
                                       : "does not expire");
    }
    return changes;
}

}  // namespace onnxhub
