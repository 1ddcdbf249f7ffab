// SPDX-License-Identifier: Apache-2.0
// The statement of a signed hub: which manifest is its current one. Format: docs/trust.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "trust/dsse_envelope.h"
#include "trust/hub_root.h"

namespace onnxhub {

/// Beside the manifest.
inline constexpr std::string_view hub_statement_name = "ONNX_HUB_MANIFEST.json.sig";

inline constexpr std::size_t statement_size_limit = 256 * 1024;  // bytes of an envelope
inline constexpr std::size_t branch_name_limit = 1000;           // bytes
/// Versions are below 2^53, so that every JSON reader sees the same number.
inline constexpr std::uint64_t statement_version_limit = std::uint64_t{1} << 53;

struct HubStatement {
    std::string hub;                   ///< HubRoot::hub
    std::uint64_t root_number = 1;     ///< of the root whose release keys sign
    std::uint64_t version = 1;         ///< grows with each statement of a hub, and may jump
    std::string branch = {};           ///< the git branch it was made for; empty: not stated
    Sha256 manifest = {};              ///< of the manifest's bytes
    std::optional<Sha256> index = {};  ///< of the bytes of the index's root, if there is an index
    std::int64_t issued = 0;           ///< seconds since 1970
    std::int64_t expires = 0;          ///< seconds since 1970, after `issued`
};

/// Reads an envelope without any check of who signed it. Throws Refused.
HubStatement read_unverified_statement_of_hub(std::string_view text);

/// The same for an envelope that was parsed, see parse_hub_envelope(). Throws Refused.
HubStatement read_unverified_statement_of_hub(const DsseEnvelope& envelope);

/// Reads an envelope and checks that the threshold of the root's release keys signed it, and that
/// it belongs to this root: hub's name and number. Checks neither times nor version. Throws
/// Refused, with RefusalKind::key when too few of these keys signed.
HubStatement open_statement(std::string_view text, const HubRoot& root);

/// Why a statement with this many signers is refused: one clause.
std::string too_few_release_keys(std::size_t signers, const HubRoot& root);

/// The text of an envelope, signed by each of at least one key once. Throws Refused for a statement
/// that could not be read again.
std::string sign_statement(const HubStatement& statement, const std::vector<PrivateKey>& keys);

}  // namespace onnxhub
