// SPDX-License-Identifier: Apache-2.0
// Changes of a signature bundle that no verifier may accept.
#pragma once

#include <string>
#include <vector>

#include "trust/refusal.h"

namespace onnxhub::test {

struct BundleChange {
    std::string what;  ///< for messages
    std::string text;  ///< the changed bundle
    RefusalKind expected = RefusalKind::malformed;
};

/// Changes of single bytes of what is signed, of keys and certificates, of names, of the structure
/// and of the order. Left out are changes that do not matter: `keyid`, white space, and empty
/// `tlogEntries`.
std::vector<BundleChange> changes_of_bundle(const std::string& bundle);

/// The bundle with another payload (raw bytes) under its old signature.
std::string with_payload(const std::string& bundle, const std::string& payload);

std::string payload_of(const std::string& bundle);
std::string signature_of(const std::string& bundle);  ///< raw bytes

}  // namespace onnxhub::test
