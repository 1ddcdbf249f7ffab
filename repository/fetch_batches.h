// SPDX-License-Identifier: Apache-2.0
// Fetching more than the disk holds: in batches, each of which is dropped before the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace onnxhub {

/// Indices into the sizes that were given, ascending in each list.
struct FetchBatches {
    std::vector<std::vector<std::size_t>> batches;
    std::vector<std::size_t> too_large;  ///< alone larger than the limit: in no batch
};

/// Things of these sizes (bytes) in their order, so many at a time as fit into `limit_bytes`; all
/// at once without a limit.
FetchBatches plan_batches(const std::vector<std::uint64_t>& sizes,
                          std::optional<std::uint64_t> limit_bytes);

}  // namespace onnxhub
