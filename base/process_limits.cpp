// SPDX-License-Identifier: Apache-2.0
#include "base/process_limits.h"

#include <sys/resource.h>

#include <algorithm>

namespace onnxhub {
namespace {

template <typename Resource>
void set_limit(Resource resource, std::uint64_t value) {
    const rlimit limit = {value, value};
    setrlimit(resource, &limit);
}

}  // namespace

void forbid_core_dumps() {
    set_limit(RLIMIT_CORE, 0);
}

void limit_address_space([[maybe_unused]] std::uint64_t bytes) {
#if !defined(__SANITIZE_ADDRESS__)
    set_limit(RLIMIT_AS, bytes);
#endif
}

void limit_computing_time(std::uint64_t seconds) {
    set_limit(RLIMIT_CPU, seconds);
}

void allow_open_files(std::uint64_t wanted) {
    rlimit limit = {};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    wanted = std::min<std::uint64_t>(wanted, limit.rlim_max);
    if (limit.rlim_cur >= wanted) return;
    limit.rlim_cur = wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace onnxhub
