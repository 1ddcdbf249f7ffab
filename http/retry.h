// SPDX-License-Identifier: Apache-2.0
// Which requests are repeated, and after which pause.
#pragma once

#include <chrono>
#include <optional>

#include "http/http_message.h"

namespace onnxhub {

/// The pause before the next attempt; nothing when there is none. `attempts` were made so far.
std::optional<std::chrono::milliseconds> pause_after(const HttpHead& head,
                                                     const HttpOptions& options, int attempts);
std::optional<std::chrono::milliseconds> pause_after(const HttpFailure& failure,
                                                     const HttpOptions& options, int attempts);

bool is_stopped(const HttpOptions& options);

/// Sleeps, and ends early when the request is stopped.
void pause_for(std::chrono::milliseconds time, const HttpOptions& options);

}  // namespace onnxhub
