// SPDX-License-Identifier: Apache-2.0
#include "trust/hub_verification.h"

#include "trust/refusal.h"

namespace onnxhub {
namespace {

HubTrust trust_from(const ShownHub& hub, const KnownOfHub& known) {
    if (const auto* root = std::get_if<std::string>(&known)) return follow_roots(*root, hub.roots);
    const auto first = hub.roots(1);
    if (!first) {
        throw Refused(RefusalKind::statement, "the hub is not signed: it has no " + root_path(1) +
                                                  "; its owner creates it with `onnxhub sign "
                                                  "--init`");
    }
    HubTrust trust = follow_roots(*first, hub.roots);
    if (const auto* key = std::get_if<PublicKey>(&known)) require_root_key(trust.root, *key);
    return trust;
}

}  // namespace

std::variant<VerifiedHub, HubRefusal> verify_hub(const ShownHub& hub, const KnownOfHub& known,
                                                 std::int64_t now) {
    const HubTrust trust = trust_from(hub, known);
    if (!hub.statement) {
        return HubRefusal{HubRefusalKind::missing,
                          "there is no statement; its owner must sign it with `onnxhub sign`"};
    }
    StatementCheck check;
    check.manifest = hub.manifest;
    check.branch = hub.branch;
    check.now = now;
    const HubCheck result = check_statement(trust, *hub.statement, check, hub.roots);
    if (const auto* refusal = std::get_if<HubRefusal>(&result.result)) return *refusal;
    return VerifiedHub{std::get<HubStatement>(result.result), open_root(result.trust.root)};
}

}  // namespace onnxhub
