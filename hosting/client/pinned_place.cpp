// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/pinned_place.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"

namespace onnxhub {
namespace {

/// Whether a ref that the record was read at is a folder of this ref, which git does not allow.
bool excludes(const TrustRecord& record, const GitHubPlace& place) {
    const std::string ref = lower_case(place.ref);
    return std::ranges::any_of(record.seen, [&](const auto& seen) {
        return !seen.first.empty() && ref.starts_with(lower_case(seen.first) + "/");
    });
}

}  // namespace

std::optional<RecordOfHub> find_record(const TrustStore& store, const HubSpec& spec,
                                       const Endpoints& endpoints) {
    const std::vector<GitHubPlace> places = github_places(spec, endpoints);
    if (auto record = store.find(hub_identities(spec, endpoints))) {
        // Records of earlier versions have the repository's name for its folders.
        const auto place = std::ranges::find(places, record->identity(), &GitHubPlace::identity);
        if (place != places.end()) return RecordOfHub{std::move(*record), *place};
        return RecordOfHub{std::move(*record)};
    }
    for (const GitHubPlace& place : places) {
        if (place == places.front()) continue;
        auto record = store.find({place.identity()});
        if (!record || !record->is_pinned() || excludes(*record, place)) continue;
        return RecordOfHub{std::move(*record), place, true};
    }
    return std::nullopt;
}

}  // namespace onnxhub
