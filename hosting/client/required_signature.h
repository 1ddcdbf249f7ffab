// SPDX-License-Identifier: Apache-2.0
// Signatures of models that the user requires.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hosting/client/cache_layout.h"
#include "trust/model_signature.h"

namespace onnxhub {

/// Larger signatures are not downloaded. That of a model with thousands of external files is
/// smaller.
inline constexpr std::size_t downloaded_signature_limit = std::size_t{4} << 20;  // bytes

/// Who must have signed a model: one of these keys, or the holder of a certificate that leads to
/// one of these roots.
struct RequiredSigners {
    AcceptedKeys keys;
    AcceptedRoots roots;
};

/// Reads public keys and root certificates from PEM files. Throws UserError.
RequiredSigners read_required_signers(const std::vector<std::filesystem::path>& files);

/// Checks that `bundle` is the signature of a model: by one of the signers, and over these files
/// with their digests. `files[0]` is the model, the others are its external data. Returns why not,
/// as a clause about the signature; nothing: it is.
std::optional<std::string> refusal_of_signature(std::string_view bundle,
                                                const std::vector<CacheKey>& files,
                                                const RequiredSigners& signers);

/// Signatures that were verified once, so that a model can be loaded without a connection. They
/// are verified again at each use, so that nothing depends on who can write there. Best effort.
class SignatureStore {
public:
    explicit SignatureStore(std::optional<std::filesystem::path> state)
        : state_(std::move(state)) {}

    std::optional<std::string> find(const CacheKey& model) const;
    void keep(const CacheKey& model, const std::string& bundle) const;

private:
    std::filesystem::path place_of(const CacheKey& model) const;

    std::optional<std::filesystem::path> state_;
};

}  // namespace onnxhub
