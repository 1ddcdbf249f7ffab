// SPDX-License-Identifier: Apache-2.0
#include "remote/peek_sources.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "http/url.h"
#include "http/web_origin.h"

namespace onnxhub {
namespace {

constexpr int failure_limit = 3;
constexpr std::size_t objects_per_request = 100;
constexpr std::string_view hugging_face_scheme = "hf://";

class Mirror : public PeekSource {
public:
    Mirror(std::string base, std::string hugging_face)
        : base_(std::move(base)), hugging_face_(std::move(hugging_face)) {
        while (base_.ends_with('/')) base_.pop_back();
        authority_ = base_.starts_with(hugging_face_scheme)
                         ? hugging_face_ + "/" + base_.substr(hugging_face_scheme.size())
                         : base_;
    }

    void begin(const std::vector<PeekTarget>& targets) override { targets_ = &targets; }
    const std::string& authority() const override { return authority_; }
    Binding binding() const override { return Binding::etag; }

    RangeLocation locate(std::size_t target) override {
        const std::string& path = (*targets_)[target].path;
        if (base_.starts_with(hugging_face_scheme)) {
            return RangeLocation{hugging_face_url(
                hugging_face_, std::string_view(base_).substr(hugging_face_scheme.size()), path)};
        }
        return RangeLocation{base_ + "/" + encoded_path(path)};
    }

private:
    std::string base_;
    std::string hugging_face_;
    std::string authority_;
    const std::vector<PeekTarget>* targets_ = nullptr;
};

/// "https://host:port"; empty for URLs that are not asked.
std::string origin_text(const std::string& url) {
    const auto parsed = parse_web_origin(url);
    const auto* origin = std::get_if<WebOrigin>(&parsed);
    if (!origin) return "";
    const bool has_colons = origin->host.find(':') != origin->host.npos;  // of an IPv6 address
    return std::string(origin->is_https ? "https://" : "http://") +
           (has_colons ? "[" + origin->host + "]" : origin->host) + ":" +
           std::to_string(origin->port);
}

/// The models at stated URLs of one scheme, host and port.
class StatedUrls : public PeekSource {
public:
    explicit StatedUrls(std::string origin) : origin_(std::move(origin)) {}

    void begin(const std::vector<PeekTarget>& targets) override { targets_ = &targets; }
    const std::string& authority() const override { return origin_; }
    Binding binding() const override { return Binding::etag; }
    bool may_have(const PeekTarget& target) const override { return url_of(target) != nullptr; }

    RangeLocation locate(std::size_t target) override {
        return RangeLocation{*url_of((*targets_)[target])};
    }

private:
    const std::string* url_of(const PeekTarget& target) const {
        const auto found = std::ranges::find(target.urls, origin_, origin_text);
        return found == target.urls.end() ? nullptr : &*found;
    }

    std::string origin_;
    const std::vector<PeekTarget>* targets_ = nullptr;
};

std::vector<std::string> stated_origins(const std::vector<PeekTarget>& targets) {
    std::vector<std::string> origins;
    for (const PeekTarget& target : targets) {
        for (const std::string& url : target.urls) {
            if (origins.size() == stated_origin_limit) return origins;
            const std::string origin = origin_text(url);
            if (!origin.empty() && std::ranges::find(origins, origin) == origins.end()) {
                origins.push_back(origin);
            }
        }
    }
    return origins;
}

/// Asks for the addresses of a hundred objects at once, when the first of them is needed, so that
/// they do not expire before they are used.
class LfsObjects : public PeekSource {
public:
    LfsObjects(RemoteObjects ask, std::string name)
        : ask_(std::move(ask)), name_(std::move(name)) {}

    void begin(const std::vector<PeekTarget>& targets) override {
        targets_ = &targets;
        states_.assign(targets.size(), std::nullopt);
    }
    const std::string& authority() const override { return name_; }
    Binding binding() const override { return Binding::address; }

    RangeLocation locate(std::size_t target) override {
        const std::lock_guard lock(mutex_);
        if (!states_[target]) ask_for_batch_of(target);
        return location_of(target, *states_[target]);
    }

private:
    void ask_for_batch_of(std::size_t target) {
        const std::size_t begin = target - target % objects_per_request;
        const std::size_t end = std::min(begin + objects_per_request, targets_->size());
        std::vector<LfsObject> objects;
        for (std::size_t i = begin; i < end; ++i) objects.push_back(object_of(i));
        std::vector<LfsObjectState> states = ask_(objects);
        for (std::size_t i = begin; i < end; ++i) states_[i] = std::move(states[i - begin]);
    }

    RangeLocation location_of(std::size_t target, const LfsObjectState& state) {
        using Kind = LfsObjectState::Kind;
        using Failure = RangeFailure::Kind;
        switch (state.kind) {
            case Kind::missing:
                throw RangeFailure(Failure::file, "the Git LFS server does not have the object");
            case Kind::other_size:
                throw RangeFailure(Failure::file,
                                   "the Git LFS server has an object of another size");
            case Kind::inconclusive:
                throw RangeFailure(Failure::server, state.reason);
            case Kind::present:
                break;
        }
        if (!state.download) {
            throw RangeFailure(Failure::server, "the Git LFS server gives no usable address");
        }
        return {state.download->url, state.download->headers,
                [this, target] { return locate_again(target); }};
    }

    /// Addresses expire.
    std::optional<RangeLocation> locate_again(std::size_t target) {
        const std::lock_guard lock(mutex_);
        const LfsObjectState state = ask_({object_of(target)})[0];
        if (state.kind != LfsObjectState::Kind::present || !state.download) return std::nullopt;
        return RangeLocation{state.download->url, state.download->headers};
    }

    LfsObject object_of(std::size_t target) const {
        return {(*targets_)[target].sha, (*targets_)[target].size_bytes};
    }

    RemoteObjects ask_;
    std::string name_;
    const std::vector<PeekTarget>* targets_ = nullptr;
    std::mutex mutex_;
    std::vector<std::optional<LfsObjectState>> states_;
};

}  // namespace

std::optional<std::string> PeekSource::problem() const {
    const std::lock_guard lock(mutex_);
    if (failures_ < failure_limit) return std::nullopt;
    return reason_;
}

void PeekSource::failed(const std::string& reason) {
    const std::lock_guard lock(mutex_);
    if (failures_ < failure_limit) reason_ = reason;
    ++failures_;
}

void PeekSource::succeeded() {
    const std::lock_guard lock(mutex_);
    if (failures_ < failure_limit) failures_ = 0;
}

std::vector<std::unique_ptr<PeekSource>> peek_sources(const PeekOptions& options,
                                                      const std::vector<PeekTarget>& targets) {
    std::vector<std::unique_ptr<PeekSource>> sources;
    for (const std::string& mirror : options.mirrors) {
        sources.push_back(std::make_unique<Mirror>(mirror, options.hugging_face));
    }
    if (options.lfs) {
        const auto place = options.asks_lfs_first ? sources.begin() : sources.end();
        sources.insert(place, std::make_unique<LfsObjects>(options.lfs, options.lfs_name));
    }
    for (std::string& origin : stated_origins(targets)) {
        sources.push_back(std::make_unique<StatedUrls>(std::move(origin)));
    }
    return sources;
}

}  // namespace onnxhub
