// SPDX-License-Identifier: Apache-2.0
// What the user trusts: pins of signed hubs, and consent to hubs without a pin. Kept in the state
// folder's trust/, one file for each hub, where no hub can write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "trust/hub_trust.h"

namespace onnxhub {

/// Larger records are damaged.
inline constexpr std::uint64_t trust_record_limit = std::uint64_t{4} << 20;  // bytes
/// Branches, tags and commits of a hub whose versions are remembered.
inline constexpr std::size_t trust_refs_limit = 1000;

struct TrustRecord {
    std::string identity;    ///< hub_identity()
    std::string hub;         ///< the spec as the user wrote it
    std::int64_t added = 0;  ///< seconds since 1970
    /// The newest root that was verified. Empty: consent without a pin.
    std::string root = {};
    bool allows_expired = false;
    /// The newest statement that was accepted, by ref; "" for hubs without refs.
    std::map<std::string, SeenStatement> seen = {};

    bool is_pinned() const { return !root.empty(); }

    /// What check_statement() needs for a ref.
    HubTrust of(const std::string& ref) const;
};

class TrustStore {
public:
    /// Without a state folder nothing can be kept, and nothing is trusted.
    explicit TrustStore(const std::optional<std::filesystem::path>& state_folder);

    /// Throws UserError when the record can't be read: a damaged pin must not be ignored.
    std::optional<TrustRecord> find(const std::string& identity) const;

    /// Whether there is a record of the hub, which may be damaged.
    bool has(const std::string& identity) const;

    /// Whether no hub was ever recorded, without reading a record.
    bool is_empty() const;

    std::vector<TrustRecord> all() const;  ///< sorted by identity

    /// Throws UserError when a record of this hub exists, or can't be written.
    void add(const TrustRecord& record) const;

    /// Returns whether there was a record.
    bool remove(const std::string& identity) const;

    /// Keeps what a check has learned. Never goes back: when another process has learned more
    /// meanwhile, that stays. Does nothing when the record was removed. Throws UserError when it
    /// can't be written.
    void learn(const std::string& identity, const std::string& ref, const HubTrust& trust) const;

private:
    std::filesystem::path path_of(const std::string& identity) const;
    void write(const TrustRecord& record) const;

    std::optional<std::filesystem::path> folder_;
};

}  // namespace onnxhub
