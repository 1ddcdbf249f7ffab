// SPDX-License-Identifier: Apache-2.0
// Wakes a thread that waits for data.
#pragma once

#include "base/descriptor.h"

namespace onnxhub {

/// Thread-safe.
class WakeUp {
public:
    WakeUp();  ///< throws UserError when the system has no more descriptors

    /// Ends the present and every later wait.
    void notify() const;

    /// Waits until `file` can be read without waiting (or until a client waits, if it is a
    /// listening socket), or until notify(). Returns at once when `file` has failed. Returns false
    /// only when waiting is impossible.
    bool wait_for(const Descriptor& file) const;

private:
    Descriptor event_;
};

}  // namespace onnxhub
