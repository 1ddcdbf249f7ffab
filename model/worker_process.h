// SPDX-License-Identifier: Apache-2.0
// Starting a worker. Only the .cpp files of this module include this header.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/channel_process.h"

namespace onnxhub {

/// Throws WorkerUnavailable.
std::unique_ptr<ChannelProcess> start_worker(const std::vector<std::string>& command);

/// "its process ended with status 3"
std::string end_text(const ExitStatus& status);

}  // namespace onnxhub
