// SPDX-License-Identifier: Apache-2.0
// Signs the models of a hub: one signature beside each model, for it and its external data.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "generator/content_table.h"
#include "manifest/diagnostic.h"
#include "repository/hub_folder.h"
#include "trust/model_signature.h"

namespace onnxhub {

struct HubSigningRequest {
    std::vector<std::string> models = {};  ///< paths or names; empty: all
    unsigned jobs = 0;
};

/// A signature as text, and where it belongs.
struct HubSignature {
    std::string path;  ///< from the hub's top: "vision/mnist-8.onnx.sig"
    std::string text;
};

struct HubSignatures {
    std::vector<HubSignature> made;  ///< in the order of the hub's rows
    /// Models whose present signature is by the same key and still correct. They keep it, since
    /// each signature has other bytes.
    std::size_t kept = 0;
    std::size_t from_pointers = 0;  ///< models whose content was not read
    std::size_t failed = 0;         ///< models that `diagnostics` report
};

/// Digests come from Git LFS pointers and git's index where these have them. Reads only through
/// the hub's tree. Throws UserError when the hub has no models, or none with a name of the request.
HubSignatures sign_hub_models(const HubFolder& hub, const HubSigningRequest& request,
                              const ModelSigner& signer, ContentObserver* observer,
                              Diagnostics& diagnostics);

}  // namespace onnxhub
