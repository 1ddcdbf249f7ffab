// SPDX-License-Identifier: Apache-2.0
#include "hosting/server/metrics.h"

#include <fmt/format.h>

#include <algorithm>

namespace onnxhub {

void Metrics::count(int status, std::uint64_t bytes, std::chrono::nanoseconds duration) {
    by_class_[static_cast<std::size_t>(std::clamp(status / 100, 0, 5))] += 1;
    bytes_ += bytes;
    nanoseconds_ += static_cast<std::uint64_t>(duration.count());
    const double seconds = std::chrono::duration<double>(duration).count();
    const auto bucket = std::ranges::lower_bound(buckets, seconds) - buckets.begin();
    by_duration_[static_cast<std::size_t>(bucket)] += 1;
}

std::string Metrics::text() const {
    std::string text =
        "# HELP onnxhub_requests_total Requests answered, by class of status.\n"
        "# TYPE onnxhub_requests_total counter\n";
    for (std::size_t i = 1; i < by_class_.size(); ++i) {
        text +=
            fmt::format("onnxhub_requests_total{{status=\"{}xx\"}} {}\n", i, by_class_[i].load());
    }
    text += fmt::format(
        "# HELP onnxhub_refused_connections_total Connections beyond the limits.\n"
        "# TYPE onnxhub_refused_connections_total counter\n"
        "onnxhub_refused_connections_total {}\n"
        "# HELP onnxhub_sent_bytes_total Bytes of response bodies.\n"
        "# TYPE onnxhub_sent_bytes_total counter\n"
        "onnxhub_sent_bytes_total {}\n"
        "# HELP onnxhub_request_seconds Time from a request's first line to its last byte.\n"
        "# TYPE onnxhub_request_seconds histogram\n",
        refused_connections_.load(), bytes_.load());
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        sum += by_duration_[i];
        text += fmt::format("onnxhub_request_seconds_bucket{{le=\"{}\"}} {}\n", buckets[i], sum);
    }
    sum += by_duration_.back();
    text += fmt::format(
        "onnxhub_request_seconds_bucket{{le=\"+Inf\"}} {}\n"
        "onnxhub_request_seconds_sum {:.6f}\n"
        "onnxhub_request_seconds_count {}\n",
        sum, static_cast<double>(nanoseconds_.load()) / 1e9, sum);
    return text;
}

}  // namespace onnxhub
