// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/pinned_manifest.h"

#include "base/user_error.h"
#include "base/utc_time.h"
#include "hosting/client/hub_error.h"
#include "repository/commit_id.h"

namespace onnxhub {
namespace {

void record_learned(const TrustStore& store, const TrustRecord& pin, const PinnedRead& read,
                    const HubTrust& trust) {
    try {
        LockWait wait;
        wait.check_interruption = [&] {
            if (read.is_stopped()) throw Interrupted();
        };
        wait.tell = [&] { read.report("waits for another process to record a version"); };
        store.learn(pin.identity(), read.ref, trust, wait);
    } catch (const UserError& error) {
        read.report(std::string(error.what()) + ": the version of the hub is not recorded");
    }
}

}  // namespace

AcceptedManifest read_by_pin(SignedHub& hub, const TrustStore& store, const TrustRecord& pin,
                             const PinnedRead& read) {
    SignedRead wanted;
    wanted.hub = read.hub;
    wanted.known = pin.of(read.ref);
    wanted.check.branch = read.ref;
    wanted.check.is_commit = is_commit_id(read.ref);
    wanted.check.allows_expired = pin.allows_expired;
    wanted.check.now = seconds_since_1970();
    wanted.floor = read.floor;
    wanted.is_offline = read.is_offline;
    wanted.pause = read.pause;
    wanted.learn = [&](const HubTrust& trust) { record_learned(store, pin, read, trust); };
    try {
        return read_signed_manifest(hub, wanted);
    } catch (const HubError&) {
        throw;
    } catch (const UserError& error) {
        // A file that a hub on this disk does not have, or that is too large.
        throw HubError(HubProblem::manifest, error.what());
    }
}

}  // namespace onnxhub
