// SPDX-License-Identifier: Apache-2.0
// What earlier manifests say of models whose content is not available locally.
#pragma once

#include <deque>
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
    /// See add().
    static CarriedPorts from(const ManifestDocument& document);
    static CarriedPorts from(ManifestDocument&&) = delete;

    CarriedPorts() = default;
    CarriedPorts(CarriedPorts&&) = default;
    CarriedPorts& operator=(CarriedPorts&&) = default;

    /// Adds the entries of `document`, which must outlive this object. Existing values are kept,
    /// except that entries without ports get those of `document`. Entries without a digest are
    /// ignored.
    void add(const ManifestDocument& document);

    const Entry* find(const Sha256& model_sha) const;  ///< null if unknown

    /// The digest that an entry states for the model at `url`; null if unknown.
    const Sha256* digest_of(const std::string& url) const;

private:
    const Entry* usable_facts(const ManifestEntry& present);

    std::map<Sha256, const Entry*> entries_;  ///< of documents, or of `repaired_`
    std::deque<Entry> repaired_;              ///< entries that are not usable as they are
    std::unordered_map<std::string, Sha256> by_url_;
};

}  // namespace onnxhub
