// SPDX-License-Identifier: Apache-2.0
// The part of HubClient for hubs with an index: it reads only what a question needs.
#include <utility>

#include "base/ascii.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/hub_error.h"
#include "hosting/client/hub_index.h"
#include "hosting/client/similar_texts.h"

namespace onnxhub {

/// Null when the hub has no index, or the manifest is at hand.
IndexReader* HubClient::index() {
    if (stream_) return nullptr;
    if (!is_index_known_) {
        is_index_known_ = true;
        trying_index([&] { index_ = find_index(); });
    }
    return index_ ? &*index_ : nullptr;
}

/// The size of the copy that manifest() has of an earlier run; nullopt when there is none.
std::optional<std::uint64_t> HubClient::known_manifest_bytes() const {
    if (pin_)
        return ManifestCopy::size_of(state_, signed_copies, pin_->identity() + ' ' + asked_ref_);
    return ManifestCopy::size_of(state_, "manifests", manifest_url(spec_, config_.endpoints));
}

std::optional<IndexReader> HubClient::find_index() {
    const bool is_of_github = !github_places(spec_, config_.endpoints).empty();
    if (spec_.kind != HubSpec::Kind::web || is_of_github) return std::nullopt;
    const auto known_bytes = known_manifest_bytes();
    if (known_bytes && *known_bytes <= small_manifest_size) return std::nullopt;
    const auto request = [this](const std::string& path) {
        return request_of(url_beside_manifest(spec_, config_.endpoints, path));
    };
    const IndexAccess access{request, options_.http, state_, options_.is_offline, options_.report};
    if (pin_) {
        const auto root = find_pinned_index();
        return root ? std::optional(open_index(access, *root)) : std::nullopt;
    }
    try {
        return open_index(access);
    } catch (const HubError&) {
        if (known_bytes) return std::nullopt;  // manifest() uses it, with a note
        throw;
    }
}

/// An index that cannot be used is given up: the manifest has everything.
void HubClient::trying_index(const std::function<void()>& work) {
    try {
        work();
    } catch (const TooLargeQuestion& error) {
        throw HubError(HubProblem::manifest, name_ + ": " + error.what());
    } catch (const UnusableIndex& error) {
        index_.reset();
        options_.report(std::string("the index can't be used, reading the manifest: ") +
                        error.what());
    }
}

const ManifestDocument& HubClient::manifest_of(const std::string& model) {
    const std::string key = lower_case(model);
    if (const auto known = parts_.find(key); known != parts_.end()) return known->second;
    std::optional<ManifestDocument> part;
    if (IndexReader* reader = index()) trying_index([&] { part = reader->shard_of(model); });
    if (!part) part = part_of(model);
    return parts_.emplace(key, std::move(*part)).first->second;
}

/// The entries of the model, else of those that a message may suggest.
ManifestDocument HubClient::part_of(const std::string& model) {
    ManifestDocument part;
    part.entries = stream().entries_of(model);
    if (!part.entries.empty()) return part;
    // "MNIST@8" may mean the model MNIST.
    const std::size_t at = model.rfind('@');
    if (at != model.npos) part.entries = stream().entries_of(model.substr(0, at));
    if (!part.entries.empty()) return part;
    SimilarTexts similar(model);
    stream().for_each([&](const ManifestEntry& entry) {
        similar.add(entry.entry->model);
        return true;
    });
    for (const std::string& name : similar.found()) {
        for (ManifestEntry& entry : stream().entries_of(name)) {
            part.entries.push_back(std::move(entry));
        }
    }
    return part;
}

std::optional<IndexSearch> HubClient::search_index(const std::vector<std::string>& words,
                                                   std::size_t limit) {
    std::optional<IndexSearch> found;
    if (IndexReader* reader = index()) {
        trying_index([&] { found = reader->search(words, limit); });
    }
    return found;
}

std::optional<IndexSearch> HubClient::find_tag_in_index(const std::string& tag, std::size_t limit) {
    std::optional<IndexSearch> found;
    if (IndexReader* reader = index()) {
        trying_index([&] { found = reader->with_tag(tag, limit); });
    }
    return found;
}

std::uint64_t HubClient::entry_count() {
    if (IndexReader* reader = index()) return reader->root().entries;
    return stream().entry_count();
}

}  // namespace onnxhub
