// SPDX-License-Identifier: Apache-2.0
// What a client that knows a signed hub accepts from it, and in which order.
// docs/trust.md has the threats and which check stops each.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/digest.h"
#include "trust/hub_root.h"
#include "trust/hub_statement.h"

namespace onnxhub {

/// The newest statement that a client accepted for a branch of a hub.
struct SeenStatement {
    std::uint64_t version = 0;
    Sha256 manifest = {};
    std::optional<Sha256> index = {};
    std::string branch = {};  ///< HubStatement::branch
};

/// What a client keeps of a hub: nothing that a hub can name or change.
struct HubTrust {
    std::string root;  ///< text of the newest verified root
    std::optional<SeenStatement> seen = {};
    /// Release keys changed on the way to this root, so that versions start again.
    bool has_new_releases = false;
};

/// Clocks may differ by this much.
inline constexpr std::int64_t clock_skew = 5 * 60;  // seconds

/// Roots that one check follows at most. What was followed is kept, so that the next check
/// continues.
inline constexpr std::uint64_t roots_per_check_limit = 1000;

/// What a statement must agree with.
struct StatementCheck {
    Sha256 manifest = {};     ///< of the manifest that was received
    std::string branch = {};  ///< that the user asked for; empty: unknown
    /// The user named a full commit id: version, times and branch don't matter, and the statement
    /// may belong to an older root, if release keys of the newest one signed it.
    bool is_commit = false;
    bool allows_expired = false;  ///< the user said so when the hub was pinned
    std::int64_t now = 0;         ///< seconds since 1970
};

enum class HubRefusalKind {
    missing,         ///< the hub has no statement
    malformed,       ///< a statement or root can't be read
    other_manifest,  ///< the statement is about another manifest: perhaps of another moment
    signature,       ///< too few of the release keys signed it
    root,            ///< a root does not follow from the one before
    other_hub,       ///< the statement of another hub or branch
    expired,
    older,     ///< older than a statement or root that was seen
    conflict,  ///< the version that was seen, about another manifest
};

/// "expired": as JSON and tests name it.
std::string_view name_of(HubRefusalKind kind);

struct HubRefusal {
    HubRefusalKind kind = HubRefusalKind::malformed;
    /// A sentence without the hub's name, with what its owner can do: "the statement expired on
    /// 2026-11-30; its owner must sign again with 'onnxhub sign'".
    std::string reason;
};

/// Gives the text of the hub's root with this number, or nothing when the hub has none. May throw,
/// which ends the check.
using RootSource = std::function<std::optional<std::string>(std::uint64_t number)>;

struct HubCheck {
    /// To be stored, also after a refusal: roots that follow from the known one stay known.
    HubTrust trust;
    std::variant<HubStatement, HubRefusal> result;
};

/// What a client says when a hub that it knows as signed has no statement.
HubRefusal missing_statement();

/// Checks a statement by what is known of the hub. Asks for later roots only when the statement
/// names one, or when the known root's release keys have not signed it. A root that changes the
/// release keys forgets the version that was seen, so that a stolen key cannot block the hub with a
/// huge version; statements of older roots are refused from then on. The root that a statement
/// belongs to must not have expired, those before it may.
///
/// The order of checks: form, hub's name, roots, signatures, branch, manifest, version, times. So
/// `other_manifest` is about two correct files of different moments, or a replaced manifest.
HubCheck check_statement(const HubTrust& known, std::string_view statement,
                         const StatementCheck& check, const RootSource& roots);

/// Follows the roots of a hub from `first`, the text of any root that the user trusts, to the last
/// one there is, or the last of roots_per_check_limit. Throws Refused when one does not follow.
HubTrust follow_roots(std::string_view first, const RootSource& roots);

/// Throws Refused unless `key` is a root key of this root and signed it: a hub can list a key that
/// never signed. Asked of the newest root, so that a user who knows a replaced key learns about it.
void require_root_key(std::string_view root, const PublicKey& key);

}  // namespace onnxhub
