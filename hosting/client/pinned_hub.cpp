// SPDX-License-Identifier: Apache-2.0
// The part of HubClient for hubs that the user pinned.
#include <chrono>
#include <utility>

#include "base/user_error.h"
#include "base/utc_time.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/signed_hub_sources.h"
#include "repository/commit_id.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// A file that a hub on this disk does not have, or that is too large, is a problem of the hub.
AcceptedManifest read_naming_problem(SignedHub& hub, const SignedRead& read) {
    try {
        return read_signed_manifest(hub, read);
    } catch (const HubError&) {
        throw;
    } catch (const UserError& error) {
        throw HubError(HubProblem::manifest, error.what());
    }
}

}  // namespace

/// Reads the user's record of this hub. Consent is to what the user wrote; a pin is also consent to
/// the files of a manifest that it accepts, see read_pinned_manifest().
void HubClient::take_pin() {
    if (spec_.kind == HubSpec::Kind::github) asked_ref_ = spec_.ref;
    if (spec_.kind == HubSpec::Kind::hugging_face) asked_ref_ = "main";
    if (local_ && local_->ref() != "HEAD") asked_ref_ = local_->ref();
    if (trusted_hubs_.is_empty()) return;
    auto record = trusted_hubs_.find(identities());
    if (!record) return;
    const bool is_as_written = record->hub == recorded_name() || is_spec_of(record->hub);
    if (!options_.asks_always && is_as_written) is_trusted_ = true;
    if (!record->is_pinned()) return;
    pin_ = std::move(record);
    if (auto github = github_of_address(spec_)) {
        spec_ = std::move(*github);
        asked_ref_ = spec_.ref;
    }
}

/// Whether `text` is this very hub, as the configuration's `trusted` is compared: consent to a hub
/// is no consent to its branches and forks.
bool HubClient::is_spec_of(const std::string& text) const {
    try {
        return parse(text) == spec_;
    } catch (const UserError&) {
        return false;  // a name that the configuration no longer has
    }
}

std::string HubClient::recorded_name() const {
    if (find_named() || spec_.kind != HubSpec::Kind::folder) return hub_name();
    std::string folder = fs::absolute(spec_.folder).lexically_normal().string();
    while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
    return folder;
}

std::unique_ptr<SignedHub> HubClient::open_signed_hub() {
    if (local_) return std::make_unique<LocalSignedHub>(*local_);
    if (!is_commit_id(spec_.ref) && has_commit_api()) {
        try {
            spec_.ref = ask_commit();
        } catch (const UserError&) {
            // Without the commit both files are read at the branch, and read again if they differ.
        }
    }
    const auto request = [this](const std::string& path) {
        return request_of(url_beside_manifest(spec_, config_.endpoints, path));
    };
    const std::string url = manifest_url(spec_, config_.endpoints);
    return std::make_unique<WebSignedHub>(
        WebHubAccess{request, access_hint(url), options_.http,
                     ManifestCopy(state_, "signed", identities().front() + ' ' + asked_ref_)});
}

HubManifest HubClient::read_pinned_manifest() {
    const std::unique_ptr<SignedHub> hub = open_signed_hub();
    SignedRead read;
    read.hub = name_;
    read.known = pin_->of(asked_ref_);
    read.check.branch = asked_ref_;
    read.check.is_commit = is_commit_id(asked_ref_);
    read.check.allows_expired = pin_->allows_expired;
    read.check.now = seconds_since_1970();
    read.floor = options_.floor;
    read.is_offline = options_.is_offline && !local_;
    if (options_.http.sleep) {
        read.pause = [&](int time) { options_.http.sleep(std::chrono::milliseconds(time)); };
    }
    read.learn = [&](const HubTrust& trust) {
        try {
            LockWait wait;
            wait.check_interruption = [&] {
                if (options_.http.is_stopped && options_.http.is_stopped()) throw Interrupted();
            };
            wait.tell = [&] { options_.report("waits for another process to record a version"); };
            trusted_hubs_.learn(pin_->identity(), asked_ref_, trust, wait);
        } catch (const UserError& error) {
            options_.report(std::string(error.what()) + ": the version of the hub is not recorded");
        }
    };
    AcceptedManifest accepted = read_naming_problem(*hub, read);
    statement_ = std::move(accepted.statement);
    if (!options_.asks_always) is_trusted_ = true;
    return std::move(accepted.manifest);
}

}  // namespace onnxhub
