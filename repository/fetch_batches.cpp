// SPDX-License-Identifier: Apache-2.0
#include "repository/fetch_batches.h"

#include <limits>

namespace onnxhub {

FetchBatches plan_batches(const std::vector<std::uint64_t>& sizes,
                          std::optional<std::uint64_t> limit_bytes) {
    const std::uint64_t limit = limit_bytes.value_or(std::numeric_limits<std::uint64_t>::max());
    FetchBatches plan;
    std::uint64_t free_bytes = 0;  // bytes left in the last batch
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        if (sizes[i] > limit) {
            plan.too_large.push_back(i);
            continue;
        }
        if (plan.batches.empty() || sizes[i] > free_bytes) {
            plan.batches.emplace_back();
            free_bytes = limit;
        }
        plan.batches.back().push_back(i);
        free_bytes -= sizes[i];
    }
    return plan;
}

}  // namespace onnxhub
