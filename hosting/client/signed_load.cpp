// SPDX-License-Identifier: Apache-2.0
// The part of HubClient that requires signatures.
#include <algorithm>
#include <utility>
#include <variant>

#include "base/user_error.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/required_signature.h"
#include "repository/hub_folder.h"

namespace onnxhub {

/// Calls `accepts` with the signature that the hub has, then with those of its mirrors, until it
/// returns true. `problem` gets the reason when there is none.
bool HubClient::accepts_a_signature(const WantedFile& model, HttpClient& client,
                                    const std::function<bool(const std::string&)>& accepts,
                                    std::string& problem) const {
    const std::string path = signature_of_model(model.key.hub_path);
    const auto accepts_of = [&](const LocalHub& hub) {
        const auto text = read_hub_file(hub.tree(), path, downloaded_signature_limit);
        return text && accepts(*text);
    };
    problem = "the hub has no signature of it";
    if (local_ && accepts_of(*local_)) return true;
    for (const LocalHub& mirror : local_mirrors_) {
        if (accepts_of(mirror)) return true;
    }
    if (local_) return false;
    if (options_.is_offline) {
        problem = "its signature is not stored locally, and --offline forbids to fetch it";
        return false;
    }
    for (const std::string& url : model.urls) {
        const bool is_elsewhere = std::ranges::find(model.elsewhere, url) != model.elsewhere.end();
        if (is_elsewhere || url.find('?') != url.npos) continue;
        const auto answer =
            client.send(request_of(signature_of_model(url)), downloaded_signature_limit);
        if (const auto* failure = std::get_if<HttpFailure>(&answer)) {
            if (failure->kind == HttpFailure::Kind::stopped) throw Interrupted();
            problem = "its signature can't be fetched: " + failure->reason;
            continue;
        }
        const auto& response = std::get<HttpResponse>(answer);
        if (response.head.status == 200 && accepts(response.body)) return true;
    }
    return false;
}

/// A signature that verifies is as good from any source.
void HubClient::require_signature(const WantedModel& model, HttpClient& client) const {
    const CacheKey& key = model.files.front().key;
    const auto refuse = [&](const std::string& reason) {
        throw HubError(HubProblem::signature,
                       key.hub_path + ": a signature is required, but " + reason +
                           "; ask the hub's maintainers for a signature by your key");
    };
    if (model.is_archive) refuse("archives with test data have none");
    std::vector<CacheKey> files;
    for (const WantedFile& file : model.files) files.push_back(file.key);
    const SignatureStore store(state_);
    const auto stored = store.find(key);
    if (stored && !refusal_of_signature(*stored, files, *signers_)) return;
    std::string problem;
    std::string refusal;
    const auto accepts = [&](const std::string& bundle) {
        const auto reason = refusal_of_signature(bundle, files, *signers_);
        if (!reason) store.keep(key, bundle);
        if (reason && refusal.empty()) refusal = "its signature " + *reason;
        return !reason;
    };
    if (accepts_a_signature(model.files.front(), client, accepts, problem)) return;
    refuse(refusal.empty() ? problem : refusal);
}

}  // namespace onnxhub
