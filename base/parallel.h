// SPDX-License-Identifier: Apache-2.0
// Parallel work on many items. The results do not depend on the number of threads.
#pragma once

#include <cstddef>
#include <functional>

namespace onnxhub {

/// Calls `work(i)` once for every i < count, from up to `jobs` threads (0: one per core). Returns
/// when all are done. After the first exception no further items start, and it is rethrown.
void for_each_index(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& work);

/// `jobs`, or the number of cores this process may use when it is 0; at least 1.
unsigned job_count(unsigned jobs);

}  // namespace onnxhub
