// SPDX-License-Identifier: Apache-2.0
// Splits a fetch that is larger than the free disk space into batches. Each is deleted before the
// next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace onnxhub {

/// Indexes into the given sizes, ascending in each list.
struct FetchBatches {
    std::vector<std::vector<std::size_t>> batches;
    std::vector<std::size_t> too_large;  ///< larger than the limit on their own, in no batch
};

/// Splits items of these sizes (bytes), in order, into batches of at most `limit_bytes`. Without a
/// limit there is one batch.
FetchBatches plan_batches(const std::vector<std::uint64_t>& sizes,
                          std::optional<std::uint64_t> limit_bytes);

}  // namespace onnxhub
