// SPDX-License-Identifier: Apache-2.0
#include "trust/hub_trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/escaping.h"
#include "base/utc_time.h"
#include "trust/key_threshold.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

/// Ends a check. Only thrown and caught in this file.
struct RefusedHub {
    HubRefusal refusal;
};

[[noreturn]] void refuse_hub(HubRefusalKind kind, std::string reason) {
    throw RefusedHub{{kind, std::move(reason)}};
}

/// The roots of a hub, from the one that is known.
class RootChain {
public:
    RootChain(HubTrust& trust, const RootSource& source)
        : trust_(trust), source_(source), root_(open_known(trust.root)) {}

    const HubRoot& newest() const { return root_; }

    /// Follows the roots up to this number. False: the hub has not so many.
    bool follow_to(std::uint64_t number) {
        while (root_.number < number) {
            if (!follow_one()) return false;
        }
        return true;
    }

    void follow_all() { follow_to(root_number_limit); }

private:
    static HubRoot open_known(const std::string& text) {
        try {
            return open_root(text);
        } catch (const Refused& error) {
            refuse_hub(HubRefusalKind::root,
                       fmt::format("the stored root is not usable ({}); pin the hub again with "
                                   "`onnxhub trust remove` and `onnxhub trust add`",
                                   error.what()));
        }
    }

    bool follow_one() {
        const std::uint64_t number = root_.number + 1;
        if (followed_ == roots_per_check_limit) return false;
        const auto text = source_(number);
        if (!text) return false;
        take(*text, number);
        ++followed_;
        return true;
    }

    void take(const std::string& text, std::uint64_t number) {
        try {
            HubRoot next = open_next_root(text, root_);
            if (!is_same_role(next.releases, root_.releases)) {
                trust_.seen.reset();
                trust_.has_new_releases = true;
            }
            root_ = std::move(next);
            trust_.root = text;
        } catch (const Refused& error) {
            refuse_hub(HubRefusalKind::root,
                       fmt::format("{} does not follow from root {}: {}; its owner must publish "
                                   "the root that was signed",
                                   root_path(number), root_.number, error.what()));
        }
    }

    HubTrust& trust_;
    const RootSource& source_;
    HubRoot root_;
    std::uint64_t followed_ = 0;
};

struct ReceivedStatement {
    DsseEnvelope envelope;
    HubStatement statement;
};

ReceivedStatement read_received(std::string_view text) {
    try {
        ReceivedStatement received;
        received.envelope =
            parse_hub_envelope(text, statement_size_limit, std::string(hub_statement_name));
        received.statement = read_unverified_statement_of_hub(received.envelope);
        return received;
    } catch (const Refused& error) {
        const bool is_new = error.kind == RefusalKind::unsupported;
        refuse_hub(HubRefusalKind::malformed,
                   fmt::format("{}; {}", error.what(),
                               is_new ? "a newer version of onnxhub may read it"
                                      : "its owner must sign again with `onnxhub sign`"));
    }
}

void require_hub_name(const HubStatement& statement, const HubRoot& root) {
    if (statement.hub == root.hub) return;
    refuse_hub(
        HubRefusalKind::other_hub,
        fmt::format("the statement belongs to the hub \"{}\", but \"{}\" was pinned; its owner "
                    "must publish the statement of this hub",
                    shown(statement.hub), shown(root.hub)));
}

[[noreturn]] void refuse_older_root(const HubStatement& statement, const HubRoot& root) {
    refuse_hub(HubRefusalKind::older,
               fmt::format("the statement belongs to root {}, but the hub already has root {}; its "
                           "owner must sign again with `onnxhub sign`",
                           statement.root_number, root.number));
}

void require_release_keys(const ReceivedStatement& received, RootChain& chain) {
    const HubStatement& statement = received.statement;
    const std::size_t signers = count_signers(received.envelope, chain.newest().releases);
    if (signers >= chain.newest().releases.threshold) return;
    const HubRoot root = chain.newest();
    chain.follow_all();
    if (chain.newest().number > root.number) refuse_older_root(statement, chain.newest());
    refuse_hub(HubRefusalKind::signature,
               too_few_release_keys(signers, root) +
                   "; its owner must sign again with `onnxhub sign`, or add signatures with "
                   "`onnxhub sign --cosign`");
}

/// Checks that release keys of the root that the statement belongs to signed it.
void require_signatures(const ReceivedStatement& received, const StatementCheck& check,
                        RootChain& chain) {
    const HubStatement& statement = received.statement;
    if (!chain.follow_to(statement.root_number)) {
        refuse_hub(HubRefusalKind::root,
                   fmt::format("the statement belongs to root {}, but {} is missing; its owner "
                               "must publish it",
                               statement.root_number, root_path(chain.newest().number + 1)));
    }
    const HubRoot& root = chain.newest();
    if (statement.root_number == root.number) return require_release_keys(received, chain);
    if (!check.is_commit) refuse_older_root(statement, root);
    if (count_signers(received.envelope, root.releases) >= root.releases.threshold) return;
    refuse_hub(HubRefusalKind::older,
               fmt::format("the statement belongs to root {}, and root {} of the hub replaced its "
                           "release keys; choose a newer commit",
                           statement.root_number, root.number));
}

/// The branch that the user asked for, or that earlier statements were for.
void require_branch(const HubStatement& statement, const StatementCheck& check,
                    const HubTrust& trust) {
    const bool is_asked = !check.branch.empty();
    const std::string& wanted = !is_asked && trust.seen ? trust.seen->branch : check.branch;
    if (wanted.empty() || statement.branch.empty() || statement.branch == wanted) return;
    refuse_hub(HubRefusalKind::other_hub,
               fmt::format("the statement is for the branch \"{}\" instead of \"{}\"; {}",
                           shown(statement.branch), shown(wanted),
                           is_asked ? "name that branch, or a full commit id in lower case"
                                    : "if its owner renamed the branch, pin the hub again with "
                                      "`onnxhub trust remove` and `onnxhub trust add`"));
}

void require_manifest(const HubStatement& statement, const StatementCheck& check) {
    if (statement.manifest == check.manifest) return;
    refuse_hub(HubRefusalKind::other_manifest,
               fmt::format("the manifest is not the one that was signed (version {}); its owner "
                           "must restore it, or sign again with `onnxhub sign`",
                           statement.version));
}

void require_version(const HubStatement& statement, const SeenStatement& seen) {
    if (statement.version > seen.version) return;
    if (statement.version < seen.version) {
        refuse_hub(HubRefusalKind::older,
                   fmt::format("the statement has version {}, older than version {} that was seen "
                               "before; its owner must publish the newest one",
                               statement.version, seen.version));
    }
    if (statement.manifest == seen.manifest && statement.index == seen.index) return;
    refuse_hub(
        HubRefusalKind::conflict,
        fmt::format("the statement has version {} like one that was seen before, but another "
                    "manifest; its owner must sign again with `onnxhub sign`",
                    statement.version));
}

bool is_past(std::int64_t expires, std::int64_t now) {
    return now - clock_skew > expires;
}

void require_unexpired(const HubStatement& statement, const HubRoot& root, std::int64_t now) {
    if (is_past(statement.expires, now)) {
        refuse_hub(
            HubRefusalKind::expired,
            fmt::format("the statement expired on {}, and it is {}; its owner must sign again "
                        "with `onnxhub sign`",
                        utc_date_text(statement.expires), utc_date_text(now)));
    }
    if (root.expires && is_past(*root.expires, now)) {
        refuse_hub(HubRefusalKind::expired,
                   fmt::format("root {} expired on {}; its owner must make the next one with "
                               "`onnxhub sign --root`",
                               root.number, utc_date_text(*root.expires)));
    }
}

HubStatement check_received(HubTrust& trust, std::string_view text, const StatementCheck& check,
                            const RootSource& roots) {
    RootChain chain(trust, roots);
    const ReceivedStatement received = read_received(text);
    const HubStatement& statement = received.statement;
    require_hub_name(statement, chain.newest());
    require_signatures(received, check, chain);
    if (!check.is_commit) require_branch(statement, check, trust);
    require_manifest(statement, check);
    if (check.is_commit) return statement;
    if (trust.seen) require_version(statement, *trust.seen);
    if (!check.allows_expired) require_unexpired(statement, chain.newest(), check.now);
    trust.seen =
        SeenStatement{statement.version, statement.manifest, statement.index, statement.branch};
    return statement;
}

}  // namespace

std::string_view name_of(HubRefusalKind kind) {
    switch (kind) {
        case HubRefusalKind::missing:
            return "missing";
        case HubRefusalKind::malformed:
            return "malformed";
        case HubRefusalKind::other_manifest:
            return "other-manifest";
        case HubRefusalKind::signature:
            return "signature";
        case HubRefusalKind::root:
            return "root";
        case HubRefusalKind::other_hub:
            return "other-hub";
        case HubRefusalKind::expired:
            return "expired";
        case HubRefusalKind::older:
            return "older";
        case HubRefusalKind::conflict:
            break;
    }
    return "conflict";
}

HubRefusal missing_statement() {
    return {
        HubRefusalKind::missing,
        fmt::format("the hub has no {}, although it is pinned as signed; its owner must sign it "
                    "with `onnxhub sign`",
                    hub_statement_name)};
}

HubCheck check_statement(const HubTrust& known, std::string_view statement,
                         const StatementCheck& check, const RootSource& roots) {
    HubCheck result{known, HubRefusal{}};
    try {
        result.result = check_received(result.trust, statement, check, roots);
    } catch (const RefusedHub& refused) {
        result.result = refused.refusal;
    }
    return result;
}

HubTrust follow_roots(std::string_view first, const RootSource& roots) {
    HubTrust trust{std::string(first), {}};
    open_root(first);
    try {
        RootChain(trust, roots).follow_all();
    } catch (const RefusedHub& refused) {
        throw Refused(RefusalKind::statement, refused.refusal.reason);
    }
    return trust;
}

void require_root_key(std::string_view text, const PublicKey& key) {
    const HubRoot root = open_root(text);
    const bool is_root_key = std::ranges::find(root.roots.keys, key) != root.roots.keys.end();
    const DsseEnvelope envelope = parse_hub_envelope(text, root_size_limit, "the root");
    if (is_root_key && count_signers(envelope, {{key}, 1}) == 1) return;
    throw Refused(
        RefusalKind::key,
        fmt::format("the key {} {} root {} of the hub; compare it with its owner", key.id(),
                    is_root_key ? "did not sign" : "is not a root key in", root.number));
}

}  // namespace onnxhub
