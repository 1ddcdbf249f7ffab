// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/hub_pinning.h"

#include <fmt/format.h>

#include <utility>

#include "base/utc_time.h"
#include "hosting/client/hub_error.h"
#include "repository/commit_id.h"
#include "trust/hub_trust.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

HubOffer offer_of(HubTrust trust) {
    return {open_root(trust.root), std::move(trust.root)};
}

RootSource roots_of(SignedHub& hub) {
    return [&hub](std::uint64_t number) { return hub.read_root(number); };
}

}  // namespace

HubOffer read_offer(SignedHub& hub, const std::string& name) {
    const auto first = hub.read_root(1);
    if (!first) {
        throw HubError(
            HubProblem::signature,
            fmt::format("{}: is not signed: it has no {}; ask its owner for the root file", name,
                        root_path(1)));
    }
    return read_offer_after(hub, name, *first, name + "/" + root_path(1));
}

HubOffer read_offer_after(SignedHub& hub, const std::string& name, const std::string& root,
                          const std::string& file) {
    try {
        open_root(root);
    } catch (const Refused& error) {
        throw HubError(HubProblem::signature, file + ": " + error.what());
    }
    try {
        return offer_of(follow_roots(root, roots_of(hub)));
    } catch (const Refused& error) {
        throw HubError(HubProblem::signature, name + ": " + error.what());
    }
}

void require_root_keys(const HubOffer& offer, const std::vector<PublicKey>& keys,
                       const std::string& name) {
    try {
        for (const PublicKey& key : keys) require_root_key(offer.text, key);
    } catch (const Refused& error) {
        throw HubError(HubProblem::signature, name + ": " + error.what());
    }
}

TrustRecord make_pin(SignedHub& hub, const HubOffer& offer, const HubClient& client,
                     bool allows_expired) {
    TrustRecord record;
    record.identities = client.identities();
    record.hub = client.recorded_name();
    record.added = seconds_since_1970();
    record.allows_expired = allows_expired;
    SignedRead read;
    read.hub = client.name();
    read.known = {offer.text, {}};
    read.check.branch = client.asked_ref();
    read.check.is_commit = is_commit_id(client.asked_ref());
    read.check.allows_expired = allows_expired;
    read.check.now = record.added;
    HubTrust learned = read.known;
    read.learn = [&](const HubTrust& trust) { learned = trust; };
    const AcceptedManifest accepted = read_signed_manifest(hub, read);
    if (!accepted.manifest.note.empty()) {
        throw HubError(HubProblem::unreachable, accepted.manifest.note);
    }
    record.root = learned.root;
    if (learned.seen) record.seen.emplace(client.asked_ref(), *learned.seen);
    return record;
}

}  // namespace onnxhub
