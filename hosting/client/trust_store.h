// SPDX-License-Identifier: Apache-2.0
// What the user trusts: pins of signed hubs, and consent to hubs without a pin. One file for each
// hub, where no hub can write; a file for each other name of the hub leads to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/environment.h"
#include "base/file_lock.h"
#include "trust/hub_trust.h"

namespace onnxhub {

/// Larger records are damaged.
inline constexpr std::uint64_t trust_record_limit = std::uint64_t{4} << 20;  // bytes
/// Branches, tags and commits of a hub whose versions are remembered.
inline constexpr std::size_t trust_refs_limit = 1000;

struct TrustRecord {
    /// hub_identities(); the first is the record's name.
    std::vector<std::string> identities;
    /// The spec as the user wrote it, with an absolute path for a folder, or a name of the
    /// configuration.
    std::string hub;
    std::int64_t added = 0;  ///< seconds since 1970
    /// The newest root that was verified. Empty: consent without a pin.
    std::string root = {};
    bool allows_expired = false;
    /// The newest statement that was accepted, by ref; "" for hubs without refs.
    std::map<std::string, SeenStatement> seen = {};

    bool is_pinned() const { return !root.empty(); }
    const std::string& identity() const { return identities.front(); }

    /// What check_statement() needs for a ref.
    HubTrust of(const std::string& ref) const;
};

/// A record that can't be read.
struct DamagedRecord {
    std::string problem;
};

/// The folder of the records: trust/ in $XDG_STATE_HOME/onnxhub, else in ~/.local/state/onnxhub;
/// never in a cache, which users delete. nullopt when neither variable nor HOME is set.
std::optional<std::filesystem::path> trust_folder(const Environment& environment);

class TrustStore {
public:
    /// Without a folder nothing can be kept, and nothing is trusted.
    explicit TrustStore(std::optional<std::filesystem::path> folder) : folder_(std::move(folder)) {}

    /// The record under any of the names. Throws UserError when it can't be read: a damaged pin, or
    /// a folder that can't be searched, must not be ignored.
    std::optional<TrustRecord> find(const std::vector<std::string>& identities) const;

    /// Whether there is a record, which may be damaged.
    bool has(const std::vector<std::string>& identities) const;

    /// Whether no hub was ever recorded, without reading a record. Throws UserError when the folder
    /// can't be searched.
    bool is_empty() const;

    /// Sorted by identity, the damaged ones last.
    std::vector<std::variant<TrustRecord, DamagedRecord>> all() const;

    /// Throws UserError when a record of this hub exists, or can't be written.
    void add(const TrustRecord& record) const;

    /// Removes the record under any of the names, also a damaged one. Returns whether there was
    /// one.
    bool remove(const std::vector<std::string>& identities) const;

    /// Keeps what a check has learned. Never goes back: when another process has learned more
    /// meanwhile, that stays. Does nothing when the record was removed. Locks the folder only to
    /// change a record; `wait` is for another process that holds the lock. Throws UserError when it
    /// can't be written.
    void learn(const std::string& identity, const std::string& ref, const HubTrust& trust,
               const LockWait& wait = {}) const;

private:
    std::filesystem::path path_of(const std::string& identity) const;
    bool has_file(const std::string& identity) const;
    std::optional<std::string> name_of_record(const std::vector<std::string>& identities) const;
    void write(const TrustRecord& record) const;

    std::optional<std::filesystem::path> folder_;
};

}  // namespace onnxhub
