// SPDX-License-Identifier: Apache-2.0
// Signs models and verifies their signatures: OpenSSF Model Signing 1.0 with keys or certificates.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trust/certificate_chain.h"
#include "trust/model_statement.h"
#include "trust/private_key.h"
#include "trust/public_key.h"
#include "trust/refusal.h"
#include "trust/signature_name.h"

namespace onnxhub {

/// Who may have signed: one of some keys, or the holder of a certificate.
struct AcceptedKeys {
    std::vector<PublicKey> keys;
};
struct AcceptedRoots {
    std::vector<std::string> roots;  ///< DER, self-signed
    ValidityTime time;
};
using AcceptedSigners = std::variant<AcceptedKeys, AcceptedRoots>;

struct VerifiedSignature {
    ModelStatement statement;
    PublicKey key;
};

/// Verifies the signature in a bundle, and then reads its statement. Does not look at files.
std::variant<VerifiedSignature, Refusal> verify_model_signature(std::string_view bundle,
                                                                const AcceptedSigners& signers);

/// Reads the statement without any check of who signed it. For tools that only compare it with
/// files.
std::variant<ModelStatement, Refusal> read_unverified_statement(std::string_view bundle);

/// The signer's key, and with certificates the chain to the root: DER, the signer's first, without
/// the root.
struct ModelSigner {
    PrivateKey key;
    std::vector<std::string> chain = {};
};

/// Throws Refused when the first certificate of the chain has another key, or a later one did not
/// issue the one before it.
ModelSigner make_model_signer(PrivateKey key, std::vector<std::string> chain);

/// The text of a bundle for the statement.
std::string sign_model(const ModelStatement& statement, const ModelSigner& signer);

}  // namespace onnxhub
