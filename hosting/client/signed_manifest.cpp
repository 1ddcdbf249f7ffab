// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/signed_manifest.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <thread>
#include <utility>
#include <variant>

#include "trust/refusal.h"

namespace onnxhub {
namespace {

/// Before each attempt after the first.
constexpr std::array<int, pair_attempts - 1> pauses{100, 500, 2000};  // ms

bool is_about(const std::string& statement, const HubManifest& manifest) {
    try {
        return read_unverified_statement_of_hub(statement).manifest == manifest.bytes->digest();
    } catch (const Refused&) {
        return true;  // reading again does not help
    }
}

/// After this many bytes of manifests that were not accepted, they are not read again.
constexpr std::uint64_t repeated_bytes_limit = std::uint64_t{64} << 20;

/// Whether it is older than a lock file allows.
bool is_below(const HubStatement& statement, const StatementFloor& floor) {
    return statement.root_number < floor.root_number ||
           (statement.root_number == floor.root_number && statement.version < floor.version);
}

class SignedReader {
public:
    SignedReader(SignedHub& hub, const SignedRead& read)
        : hub_(hub), read_(read), known_(read.known) {}

    AcceptedManifest read() {
        if (read_.is_offline) return use_kept_copy(no_local_copy(read_.hub), "");
        std::optional<HubRefusal> refusal;
        std::uint64_t bytes = 0;
        for (int attempt = 0; attempt < pair_attempts; ++attempt) {
            if (attempt > 0) read_.pause(pauses[static_cast<std::size_t>(attempt) - 1]);
            try {
                const SignedManifest pair = hub_.read(attempt > 0);
                bytes += pair.manifest.bytes->size_bytes();
                if (auto accepted = accept(pair, refusal)) {
                    hub_.keep(pair);
                    return std::move(*accepted);
                }
            } catch (const HubError& error) {
                if (!is_out_of_reach(error)) throw;
                return use_kept_copy(error, std::string(error.what()) + "; using the last copy");
            }
            if (!may_pass(*refusal)) throw refused(*refusal);
            if (bytes > repeated_bytes_limit) break;
        }
        const bool is_old_state = refusal->kind == HubRefusalKind::other_manifest ||
                                  refusal->kind == HubRefusalKind::older;
        if (!is_old_state) throw refused(*refusal);
        return use_kept_copy(refused(*refusal),
                             std::string(refused(*refusal).what()) + "; using the last copy");
    }

private:
    /// Whether the files may be of two moments, or come from an old cache on the way.
    bool may_pass(const HubRefusal& refusal) const {
        if (!hub_.may_be_between_moments()) return false;
        switch (refusal.kind) {
            case HubRefusalKind::other_manifest:
            case HubRefusalKind::older:
            case HubRefusalKind::missing:
            case HubRefusalKind::root:  // is published before or after the statement
                return true;
            default:
                return false;
        }
    }

    std::optional<AcceptedManifest> accept(const SignedManifest& pair,
                                           std::optional<HubRefusal>& refusal) {
        if (!pair.statement) {
            refusal = missing_statement();
            return std::nullopt;
        }
        StatementCheck check = read_.check;
        check.manifest = pair.manifest.bytes->digest();
        HubCheck checked =
            check_statement(known_, *pair.statement, check,
                            [&](std::uint64_t number) { return hub_.read_root(number); });
        const auto* statement = std::get_if<HubStatement>(&checked.result);
        if (statement && !check.is_commit && is_below(*statement, read_.floor)) {
            checked = {{checked.trust.root, known_.seen}, older_than_locked(*statement)};
        }
        known_ = checked.trust;
        read_.learn(known_);
        if (auto* why = std::get_if<HubRefusal>(&checked.result)) {
            refusal = std::move(*why);
            return std::nullopt;
        }
        return AcceptedManifest{pair.manifest, std::get<HubStatement>(std::move(checked.result))};
    }

    HubRefusal older_than_locked(const HubStatement& statement) const {
        return {
            HubRefusalKind::older,
            fmt::format("the statement has version {} of root {}, older than version {} of root "
                        "{} in the lock file; its owner must publish the newest one",
                        statement.version, statement.root_number, read_.floor.version,
                        read_.floor.root_number)};
    }

    /// Without a copy throws `why`.
    AcceptedManifest use_kept_copy(const HubError& why, const std::string& note) {
        const auto pair = hub_.kept();
        if (!pair) throw why;
        std::optional<HubRefusal> refusal;
        StatementCheck check = read_.check;
        check.manifest = pair->manifest.bytes->digest();
        // The roots that were followed are enough for a pair that was accepted before.
        const auto none = [](std::uint64_t) { return std::optional<std::string>(); };
        HubCheck checked = check_statement(known_, pair->statement.value_or(""), check, none);
        const auto* statement = std::get_if<HubStatement>(&checked.result);
        if (statement && !check.is_commit && is_below(*statement, read_.floor)) {
            checked.result = older_than_locked(*statement);
        }
        if (const auto* reason = std::get_if<HubRefusal>(&checked.result)) {
            if (read_.is_offline) throw refused(*reason);
            throw HubError(
                why.problem,
                std::string(why.what()) + "; the last copy can't be used either: " + reason->reason,
                why.http_status);
        }
        AcceptedManifest accepted{pair->manifest,
                                  std::get<HubStatement>(std::move(checked.result))};
        accepted.manifest.note = note;
        return accepted;
    }

    HubError refused(const HubRefusal& refusal) const {
        return {HubProblem::signature, read_.hub + ": " + refusal.reason};
    }

    SignedHub& hub_;
    const SignedRead& read_;
    HubTrust known_;
};

}  // namespace

void sleep_for_milliseconds(int time) {
    std::this_thread::sleep_for(std::chrono::milliseconds(time));
}

std::optional<HubStatement> read_signed_index_statement(SignedHub& hub, const SignedRead& read) {
    std::optional<std::string> text;
    try {
        text = read.is_offline ? hub.kept_statement() : hub.read_statement();
    } catch (const HubError& error) {
        text = is_out_of_reach(error) ? hub.kept_statement() : std::nullopt;
        if (text) read.report(std::string(error.what()) + "; using the last copy");
    }
    if (!text) return std::nullopt;
    StatementCheck check = read.check;
    check.reads_index = true;
    const auto root_of = [&](std::uint64_t number) {
        return read.is_offline ? std::nullopt : hub.read_root(number);
    };
    HubCheck checked;
    try {
        checked = check_statement(read.known, *text, check, root_of);
    } catch (const HubError&) {
        return std::nullopt;
    }
    auto* statement = std::get_if<HubStatement>(&checked.result);
    if (!statement || (!check.is_commit && is_below(*statement, read.floor))) return std::nullopt;
    read.learn(checked.trust);
    hub.keep_statement(*text);
    return std::move(*statement);
}

SignedManifest read_unverified_pair(SignedHub& hub) {
    SignedManifest pair = hub.read(false);
    for (const int pause : pauses) {
        if (!pair.statement || is_about(*pair.statement, pair.manifest)) break;
        sleep_for_milliseconds(pause);
        pair = hub.read(true);
    }
    return pair;
}

AcceptedManifest read_signed_manifest(SignedHub& hub, const SignedRead& read) {
    return SignedReader(hub, read).read();
}

}  // namespace onnxhub
