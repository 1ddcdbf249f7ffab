// SPDX-License-Identifier: Apache-2.0
// Reads the graphs of many models whose bytes are elsewhere, without their weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/byte_source.h"
#include "base/digest.h"
#include "remote/graph_cache.h"
#include "remote/peek_options.h"
#include "remote/sparse_bytes.h"
#include "repository/fetch_observer.h"

namespace onnxhub {

struct PeekFailure {
    std::string path;
    std::string reason;  ///< one clause for each source that was asked
};

struct PeekSummary {
    std::size_t models = 0;  ///< read now or before
    std::size_t cached = 0;  ///< of these, read before
    std::uint64_t requests = 0;
    std::uint64_t bytes = 0;                 ///< that were read now
    std::vector<PeekFailure> failures = {};  ///< in the order of the targets
};

/// What was read, by the SHA-256 and the size that a pointer states. Opening is thread-safe.
class PeekedGraphs {
public:
    /// A source for read_skeleton(), or with the depth `opset` for read_model_opsets(); null when
    /// the model was not read. Throws UserError when the cache lost it meanwhile.
    std::unique_ptr<ByteSource> open(const Sha256& sha, std::uint64_t size_bytes) const;

    bool has(const Sha256& sha, std::uint64_t size_bytes) const;

    PeekDepth depth() const { return depth_; }
    const PeekSummary& summary() const { return summary_; }

private:
    friend class PeekRun;
    struct Place {
        GraphKey key;
        std::shared_ptr<const SparseBytes> bytes;  ///< null: in the cache
    };
    PeekDepth depth_ = PeekDepth::graph;
    GraphCache cache_{std::nullopt};
    std::unordered_map<std::string, Place> places_;  ///< by SHA-256 and size
    PeekSummary summary_;
};

/// Asks one source after the other for what the sources before did not give. A source that fails
/// for three models in a row is left. Throws Interrupted when the user stopped.
PeekedGraphs peek_graphs(const std::vector<PeekTarget>& targets, const PeekOptions& options,
                         FetchObserver& observer);

/// What peek_graphs() would do, estimated from the sizes of the models. Sends nothing.
PeekSummary estimate_peek(const std::vector<PeekTarget>& targets, const PeekOptions& options);

}  // namespace onnxhub
