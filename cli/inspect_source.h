// SPDX-License-Identifier: Apache-2.0
// Finds the bytes of the model that `onnxhub inspect` shows: a file, what a Git LFS pointer stands
// for, or a URL.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/byte_source.h"
#include "cli/peek_options.h"
#include "cli/progress.h"
#include "generator/content_facts.h"
#include "model/model_graph.h"
#include "remote/remote_model.h"

namespace onnxhub {

struct InspectionRequest {
    std::string file;  ///< a path or URL, as the user named it
    bool needs_digest = true;
    bool rehash = false;
    PeekArguments peek;
};

/// What was read from a server.
struct RemoteReading {
    std::uint64_t requests = 0;
    std::uint64_t bytes = 0;
    bool is_bound = false;  ///< to the SHA-256 of the pointer, or whole
    std::optional<Sha256> stated_sha;
};

struct InspectedModel {
    std::optional<ContentFacts> facts;
    /// Null: a Git LFS pointer whose content is not available locally, and was not asked for.
    std::unique_ptr<ByteSource> content;
    std::optional<RemoteReading> remote;
};

/// For users of what is_bound does not hold for.
inline constexpr const char* not_verified =
    "not verified: this is what the server says, and no digest proves it";

bool is_url(const std::string& file);

/// Throws UserError when there is no such file, or no server gives it.
InspectedModel open_inspected(const InspectionRequest& request, HashProgress& progress,
                              FetchObserver& observer);

}  // namespace onnxhub
