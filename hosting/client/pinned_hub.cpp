// SPDX-License-Identifier: Apache-2.0
// The part of HubClient for hubs that the user pinned.
#include <chrono>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/pinned_manifest.h"
#include "hosting/client/pinned_place.h"
#include "hosting/client/signed_hub_sources.h"
#include "repository/commit_id.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

}  // namespace

/// Reads the user's record of this hub. Consent is to what the user wrote; a pin is also consent to
/// the files of a manifest that it accepts, see read_pinned_manifest().
void HubClient::take_pin() {
    if (spec_.kind == HubSpec::Kind::github) asked_ref_ = branch_of_ref(spec_.ref);
    if (spec_.kind == HubSpec::Kind::hugging_face) asked_ref_ = "main";
    if (local_ && local_->ref() != "HEAD") asked_ref_ = branch_of_ref(local_->ref());
    if (trusted_hubs_.is_empty()) return;
    auto found = find_record(trusted_hubs_, spec_, config_.endpoints);
    if (!found) return;
    TrustRecord& record = found->record;
    const bool is_as_written = record.hub == recorded_name() || is_spec_of(record.hub);
    if (!options_.asks_always && is_as_written) is_trusted_ = true;
    if (!record.is_pinned()) return;
    is_pin_of_another_ = found->may_be_another;
    pin_ = std::move(record);
    if (found->place) read_place(*found->place);
}

/// Reads a hub on GitHub by its place instead of an address: at one commit, and with the versions
/// of its branch.
void HubClient::read_place(const GitHubPlace& place) {
    if (place.ref.empty()) return;
    identities_ = identities();
    asked_ref_ = place.ref;
    if (auto spec = spec_of_place(place)) spec_ = std::move(*spec);
}

std::vector<std::string> HubClient::identities() const {
    return identities_.empty() ? hub_identities(spec_, config_.endpoints) : identities_;
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

/// Where manifest and statement are read: at a commit of GitHub, if its API answers.
HubSpec HubClient::spec_of_manifest() {
    const auto places = github_places(spec_, config_.endpoints);
    if (!pin_ && spec_.kind == HubSpec::Kind::web && !places.empty()) read_place(places.front());
    HubSpec spec = spec_.kind == HubSpec::Kind::hugging_face
                       ? std::get<HubSpec>(parse_hub_spec(official_hub))
                       : spec_;
    if (is_commit_id(spec.ref) || !has_commit_api(spec)) return spec;
    try {
        spec.ref = ask_commit(spec);
        if (spec_.kind == HubSpec::Kind::github) spec_.ref = spec.ref;
    } catch (const UserError& error) {
        options_.report(std::string(error.what()) +
                        "; reading the branch instead, where manifest and statement can be of "
                        "different commits for some minutes");
    }
    return spec;
}

std::unique_ptr<SignedHub> HubClient::open_signed_hub() {
    if (local_) return std::make_unique<LocalSignedHub>(*local_);
    const std::string identity = pin_ ? pin_->identity() : identities().front();
    const HubSpec spec = spec_of_manifest();
    const auto request = [this, spec](const std::string& path) {
        return request_of(url_beside_manifest(spec, config_.endpoints, path));
    };
    const auto request_at = [this, spec](const CommitId& commit, const std::string& path) {
        HubSpec at = spec;
        at.ref = commit;
        return request_of(url_beside_manifest(at, config_.endpoints, path));
    };
    const std::string url = manifest_url(spec, config_.endpoints);
    return std::make_unique<WebSignedHub>(
        WebHubAccess{request, request_at, access_hint(url), options_.http,
                     ManifestCopy(state_, signed_copies, identity + ' ' + asked_ref_),
                     ManifestCopy(state_, "signed-statements", identity + ' ' + asked_ref_)});
}

PinnedRead HubClient::pinned_read() const {
    PinnedRead read;
    read.hub = name_;
    read.ref = asked_ref_;
    read.is_offline = options_.is_offline && !local_;
    read.floor = options_.floor;
    read.report = options_.report;
    if (options_.http.is_stopped) read.is_stopped = options_.http.is_stopped;
    if (options_.http.sleep) {
        read.pause = [this](int time) { options_.http.sleep(std::chrono::milliseconds(time)); };
    }
    return read;
}

HubManifest HubClient::read_pinned_manifest() {
    const std::unique_ptr<SignedHub> hub = open_signed_hub();
    AcceptedManifest accepted = read_by_pin(*hub, trusted_hubs_, *pin_, pinned_read());
    statement_ = std::move(accepted.statement);
    if (!options_.asks_always) is_trusted_ = true;
    return std::move(accepted.manifest);
}

/// SHA-256 of the index that the statement names, if the pin accepts it.
std::optional<Sha256> HubClient::find_pinned_index() {
    const std::unique_ptr<SignedHub> hub = open_signed_hub();
    auto statement = read_index_statement_by_pin(*hub, trusted_hubs_, *pin_, pinned_read());
    if (!statement) return std::nullopt;
    statement_ = std::move(statement);
    if (!options_.asks_always) is_trusted_ = true;
    return statement_->index;
}

}  // namespace onnxhub
