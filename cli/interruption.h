// SPDX-License-Identifier: Apache-2.0
// Ctrl-C: long work looks here between blocks and ends in good order.
#pragma once

namespace onnxhub {

/// From now on SIGINT and SIGTERM are remembered instead of ending the process at once. A second
/// one ends it.
void catch_interruptions();

/// Whether one was caught. Cheap and thread-safe.
bool is_interrupted();

/// Throws Interrupted when one was caught. Cheap and thread-safe.
void check_interruption();

}  // namespace onnxhub
