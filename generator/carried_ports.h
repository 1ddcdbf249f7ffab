// SPDX-License-Identifier: Apache-2.0
// What earlier manifests say of models whose content is not available locally.
#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "base/digest.h"
#include "manifest/entry.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// Entries of earlier manifests for models whose content is not available locally, by the model's
/// digest.
class CarriedPorts {
public:
    static CarriedPorts from(const ManifestDocument& document);

    /// Adds the entries of `document`. Existing values are kept, except that entries without ports
    /// get those of `document`. Entries without a digest are ignored.
    void add(const ManifestDocument& document);

    const Entry* find(const Sha256& model_sha) const;  ///< null if unknown

    /// The digest that an entry states for the model at `url`; null if unknown.
    const Sha256* digest_of(const std::string& url) const;

private:
    std::map<Sha256, Entry> entries_;
    std::unordered_map<std::string, Sha256> by_url_;
};

}  // namespace onnxhub
