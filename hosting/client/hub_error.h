// SPDX-License-Identifier: Apache-2.0
// Why a hub or one of its models can't be used, as a value that callers can act on.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/user_error.h"

namespace onnxhub {

enum class HubProblem {
    hub,              ///< the text does not name a hub
    manifest,         ///< the hub has no manifest, or its server refuses it
    broken_manifest,  ///< the manifest is not JSON, or not a manifest
    unreachable,      ///< no source of the manifest or the file answers with it
    model,            ///< the hub has no model with this name
    opset,            ///< no version of the model satisfies the constraint
    ambiguous,        ///< several models have this name and opset
    test_data,        ///< the model has no test data
    entry,            ///< the model's entry has an unsafe path, or no SHA-256 and size
    untrusted,        ///< a download needs trust that the user has not given
    offline,          ///< not available without a connection
    content,          ///< the file has wrong bytes
    signature,        ///< a required signature is missing or not accepted
    cache,            ///< the cache directory can't be used
    composition,      ///< the two models can't be combined
    other,
};

/// "broken-manifest": the names in documentation and JSON (docs/client.md).
std::string_view name_of(HubProblem problem);

class HubError : public UserError {
public:
    HubError(HubProblem why, const std::string& what, std::optional<long> answered = {})
        : UserError(what), problem(why), http_status(answered) {}

    HubProblem problem;
    std::optional<long> http_status;  ///< of the first source, if it answered
};

/// The error itself if it is a HubError, else one with the same text and HubProblem::other.
HubError to_hub_error(const UserError& error);

}  // namespace onnxhub
