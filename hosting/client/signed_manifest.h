// SPDX-License-Identifier: Apache-2.0
// The manifest of a hub that the user pinned: only with a statement that the pin accepts.
// docs/trust.md has the threats, trust/hub_trust the checks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "hosting/client/hub_error.h"
#include "hosting/client/hub_manifest.h"
#include "trust/hub_trust.h"

namespace onnxhub {

/// A manifest and the statement that was published with it.
struct SignedManifest {
    HubManifest manifest;
    std::string etag = {};
    std::string url = {};
    std::optional<std::string> statement;  ///< nullopt: the hub has none
};

/// What a hub publishes for its signature. Functions throw HubError when the hub does not answer.
class SignedHub {
public:
    virtual ~SignedHub() = default;

    /// Reads both files. `is_fresh`: past all caches on the way.
    virtual SignedManifest read(bool is_fresh) = 0;

    /// The statement alone, for readers of its index; nullopt: there is none.
    virtual std::optional<std::string> read_statement() { return std::nullopt; }

    /// The last statement that keep_statement() got.
    virtual std::optional<std::string> kept_statement() { return std::nullopt; }

    /// Keeps an accepted statement.
    virtual void keep_statement(const std::string&) {}

    /// nullopt: there is no root of this number. Past all caches if the last read() was.
    virtual std::optional<std::string> read_root(std::uint64_t number) = 0;

    /// The last pair that was accepted; nullopt when there is none.
    virtual std::optional<SignedManifest> kept() { return std::nullopt; }

    /// Keeps an accepted pair.
    virtual void keep(const SignedManifest&) {}

    /// Whether the two files can be of different moments for a while.
    virtual bool may_be_between_moments() const { return true; }
};

/// The oldest statement that is accepted, as a lock file records it. Versions count within one
/// root, since they may start again with other keys.
struct StatementFloor {
    std::uint64_t root_number = 0;
    std::uint64_t version = 0;
};

void sleep_for_milliseconds(int time);

/// How one manifest is read.
struct SignedRead {
    std::string hub;       ///< for messages
    HubTrust known;        ///< what the pin knows
    StatementCheck check;  ///< without `manifest`
    bool is_offline = false;
    StatementFloor floor = {};
    /// Called with what a check has learned, also before a refusal.
    std::function<void(const HubTrust&)> learn = [](const HubTrust&) {};
    /// Receives one line for the user.
    std::function<void(const std::string&)> report = [](const std::string&) {};
    /// Waits this many ms before the files are read again; may throw.
    std::function<void(int)> pause = sleep_for_milliseconds;
};

struct AcceptedManifest {
    HubManifest manifest;
    HubStatement statement;
};

/// Files of two moments are read this often in all.
inline constexpr int pair_attempts = 4;

/// What the hub publishes now, without any check of who signed it: manifest and statement of one
/// moment, if reading them again gives that.
SignedManifest read_unverified_pair(SignedHub& hub);

/// Throws HubError: HubProblem::signature for a refusal, and what the hub throws. When manifest and
/// statement stay different, both are older than what was seen, or the hub does not answer, the
/// last accepted pair is used, with a note, if the pin still accepts it.
AcceptedManifest read_signed_manifest(SignedHub& hub, const SignedRead& read);

/// The statement that the hub publishes now, with an index, if it is accepted without the manifest.
/// nullopt for every other: then read_signed_manifest() waits, or says why. When the hub does not
/// answer, the last accepted one is checked.
std::optional<HubStatement> read_signed_index_statement(SignedHub& hub, const SignedRead& read);

}  // namespace onnxhub
