// SPDX-License-Identifier: Apache-2.0
#include "cli/hub_turn.h"

#include <ostream>

#include "base/escaping.h"
#include "cli/interruption.h"
#include "manifest/diagnostic.h"

namespace onnxhub {

HubLock wait_for_turn(const std::filesystem::path& folder, const Streams& streams) {
    const auto tell = [&streams] {
        note(streams, "waiting for another onnxhub that is changing this hub");
        streams.err.flush();
    };
    HubLock lock(folder, {check_interruption, tell});
    if (!lock.is_exclusive()) {
        note(streams, printable(folder.string()) +
                          ": this file system has no locks; run one onnxhub at a time here");
    }
    return lock;
}

}  // namespace onnxhub
