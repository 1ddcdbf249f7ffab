// SPDX-License-Identifier: Apache-2.0
// Reads the keys and certificates that options name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "trust/model_signature.h"

namespace onnxhub {

/// The passphrase in ONNXHUB_KEY_PASSPHRASE, or the one that the user types on the terminal.
/// `prompt` is shown there; `is_new` asks twice. Nothing: there is none.
std::optional<std::string> find_passphrase(const Streams& streams, const std::string& prompt,
                                           bool is_new);

/// The private key in the file `path` or, without one, in ONNXHUB_SIGNING_KEY. Throws UserError.
PrivateKey read_private_key(const std::optional<std::string>& path, const Streams& streams);

/// The public key in a file, which may also have the private key or a certificate. Throws
/// UserError.
PublicKey read_public_key(const std::string& path, const Streams& streams);

/// All certificates in some PEM files, in DER. Throws UserError.
std::vector<std::string> read_certificates(const std::vector<std::string>& paths);

/// The options by which `sign` and `verify` choose keys.
struct SignerArguments {
    std::optional<std::string> key;
    std::vector<std::string> certificates;
};

/// Throws UserError when key and certificates do not belong together.
ModelSigner read_signer(const SignerArguments& arguments, const Streams& streams);

}  // namespace onnxhub
