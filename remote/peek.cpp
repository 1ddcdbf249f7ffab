// SPDX-License-Identifier: Apache-2.0
#include "remote/peek.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <mutex>
#include <unordered_set>
#include <utility>

#include "base/parallel.h"
#include "base/user_error.h"
#include "http/http_client.h"
#include "http/http_connections.h"
#include "remote/graph_walk.h"
#include "remote/peek_sources.h"
#include "remote/range_limits.h"
#include "remote/range_source.h"

namespace onnxhub {
namespace {

/// What the graph of a model usually costs: the averages of the official zoo's models.
struct TypicalCost {
    std::uint64_t requests = 0;
    std::uint64_t bytes = 0;
};

TypicalCost typical_cost(std::uint64_t model_bytes, PeekDepth depth) {
    if (model_bytes <= small_file_bytes) return {1, model_bytes};
    if (depth == PeekDepth::opset) return {2, 18 * 1024};
    const std::uint64_t jumps = std::min<std::uint64_t>(model_bytes / (64 * 1024), 80);
    return {4 + jumps, std::min(model_bytes, 64 * 1024 + jumps * 2048)};
}

/// Models that are read at the same time. Each asks for one range after the other, so that with
/// as many models as connections, the last models would leave most connections unused.
constexpr unsigned models_per_connection = 3;

/// HTTP clients for threads that come and go: each keeps its handle.
class ClientPool {
public:
    explicit ClientPool(HttpOptions options) : options_(std::move(options)) {}

    class Lease {
    public:
        explicit Lease(ClientPool& pool) : pool_(pool), client_(pool.take()) {}
        ~Lease() { pool_.give_back(std::move(client_)); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        HttpClient& client() { return *client_; }

    private:
        ClientPool& pool_;
        std::unique_ptr<HttpClient> client_;
    };

private:
    std::unique_ptr<HttpClient> take() {
        const std::lock_guard lock(mutex_);
        if (free_.empty()) return std::make_unique<HttpClient>(options_);
        auto client = std::move(free_.back());
        free_.pop_back();
        return client;
    }

    void give_back(std::unique_ptr<HttpClient> client) {
        const std::lock_guard lock(mutex_);
        free_.push_back(std::move(client));
    }

    HttpOptions options_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<HttpClient>> free_;
};

std::string identity_of(const Sha256& sha, std::uint64_t size_bytes) {
    return to_hex(sha) + ":" + std::to_string(size_bytes);
}

std::string identity_of(const PeekTarget& target) {
    return identity_of(target.sha, target.size_bytes);
}

/// One target for each SHA-256 and size, the largest first: they may take the most requests.
std::vector<PeekTarget> distinct_targets(const std::vector<PeekTarget>& targets) {
    std::vector<PeekTarget> distinct;
    std::unordered_set<std::string> known;
    for (const PeekTarget& target : targets) {
        if (known.insert(identity_of(target)).second) distinct.push_back(target);
    }
    std::ranges::stable_sort(distinct, std::greater{}, &PeekTarget::size_bytes);
    return distinct;
}

/// Reports the end to the observer, also after an exception.
class ObservedPeek {
public:
    ObservedPeek(FetchObserver& observer, std::size_t models) : observer_(observer) {
        observer_.peek_started(models);
    }
    ~ObservedPeek() { observer_.peek_finished(); }
    ObservedPeek(const ObservedPeek&) = delete;
    ObservedPeek& operator=(const ObservedPeek&) = delete;

private:
    FetchObserver& observer_;
};

}  // namespace

/// One call of peek_graphs().
class PeekRun {
public:
    PeekRun(const std::vector<PeekTarget>& targets, const PeekOptions& options,
            FetchObserver& observer)
        : options_(options),
          targets_(targets),
          observer_(observer),
          budget_(options.budget ? options.budget : std::make_shared<TransferBudget>()),
          requests_before_(budget_->requests()),
          bytes_before_(budget_->bytes()),
          sources_(peek_sources(options, targets)) {
        graphs_.depth_ = options.depth;
        graphs_.cache_ = GraphCache(options.cache_folder);
    }

    PeekedGraphs run() {
        std::vector<PeekTarget> open = missing();
        if (!open.empty() && !sources_.empty()) ask_all(std::move(open));
        summarize();
        return std::move(graphs_);
    }

    /// The targets that no cache has.
    std::vector<PeekTarget> missing() {
        std::vector<PeekTarget> open = distinct_targets(targets_);
        std::erase_if(open, [&](const PeekTarget& target) { return find_in_cache(target); });
        graphs_.summary_.cached = graphs_.places_.size();
        return open;
    }

    PeekSummary take_summary() { return std::move(graphs_.summary_); }

private:
    static GraphKey key_of(const PeekSource& source, const PeekTarget& target) {
        return {source.authority(), target.sha, target.size_bytes};
    }

    bool find_in_cache(const PeekTarget& target) {
        for (const auto& source : sources_) {
            if (!source->may_have(target)) continue;
            const GraphKey key = key_of(*source, target);
            if (!graphs_.cache_.find(key, options_.depth)) continue;
            graphs_.places_[identity_of(target)] = {key, nullptr};
            return true;
        }
        return false;
    }

    void ask_all(std::vector<PeekTarget> open) {
        graphs_.cache_.make_room();
        const ObservedPeek observed(observer_, open.size());
        for (const auto& source : sources_) {
            std::vector<PeekTarget> asked;
            std::ranges::copy_if(open, std::back_inserter(asked), [&](const PeekTarget& target) {
                return source->may_have(target);
            });
            if (!asked.empty()) ask(*source, asked);
            std::erase_if(open, [&](const PeekTarget& target) {
                return graphs_.places_.contains(identity_of(target));
            });
        }
    }

    /// Connections are not shared between sources: the user's policy allows more for some.
    void ask(PeekSource& source, const std::vector<PeekTarget>& open) {
        HttpOptions http = source.binding() == Binding::address ? options_.lfs_http : options_.http;
        http.connections = share_connections({options_.connections, connections_per_host});
        ClientPool clients(std::move(http));
        source.begin(open);
        for_each_index(open.size(), options_.connections * models_per_connection,
                       [&](std::size_t i) { ask_for(source, clients, open[i], i); });
    }

    void ask_for(PeekSource& source, ClientPool& clients, const PeekTarget& target,
                 std::size_t index) {
        if (is_stopped()) throw Interrupted();
        if (const auto problem = source.problem()) {
            note_failure(target, *problem);
            return;
        }
        try {
            if (budget_->is_used_up()) fail_for_budget();
            read(source, clients, target, index);
        } catch (const RangeFailure& failure) {
            if (failure.kind() == RangeFailure::Kind::server) source.failed(failure.what());
            note_failure(target, failure.what());
        }
    }

    void read(PeekSource& source, ClientPool& clients, const PeekTarget& target,
              std::size_t index) {
        RangeLocation place = source.locate(index);
        ClientPool::Lease lease(clients);
        RangeConnection connection(
            lease.client(), {std::move(place), source.binding(), target.sha, target.size_bytes},
            *budget_);
        const RangeSource bytes(connection);
        walk_model(bytes, options_.depth);
        require_digest(*bytes.bytes(), target.sha);
        source.succeeded();
        note_success(source, target, bytes.bytes());
    }

    [[noreturn]] void fail_for_budget() const {
        throw RangeFailure(
            RangeFailure::Kind::budget,
            fmt::format("the limit of {} bytes for the run is reached", budget_->limit_bytes()));
    }

    bool is_stopped() const { return options_.http.is_stopped && options_.http.is_stopped(); }

    void note_success(const PeekSource& source, const PeekTarget& target,
                      std::shared_ptr<const SparseBytes> bytes) {
        const GraphKey key = key_of(source, target);
        if (graphs_.cache_.keep(key, options_.depth, *bytes)) bytes = nullptr;
        std::size_t done = 0;
        {
            const std::lock_guard lock(mutex_);
            graphs_.places_[identity_of(target)] = {key, std::move(bytes)};
            done = ++done_;
        }
        observe(done);
    }

    void note_failure(const PeekTarget& target, const std::string& reason) {
        std::size_t done = 0;
        {
            const std::lock_guard lock(mutex_);
            auto& reasons = reasons_[identity_of(target)];
            if (std::ranges::find(reasons, reason) == reasons.end()) reasons.push_back(reason);
            done = done_;
        }
        observe(done);
    }

    void observe(std::size_t done) const {
        observer_.peeked(done, budget_->requests() - requests_before_,
                         budget_->bytes() - bytes_before_);
    }

    void summarize() {
        PeekSummary& summary = graphs_.summary_;
        summary.models = graphs_.places_.size();
        summary.requests = budget_->requests() - requests_before_;
        summary.bytes = budget_->bytes() - bytes_before_;
        for (const PeekTarget& target : targets_) {
            const std::string identity = identity_of(target);
            if (graphs_.places_.contains(identity)) continue;
            const auto reasons = reasons_.find(identity);
            summary.failures.push_back(
                {target.path, reasons == reasons_.end()
                                  ? "the hub names neither a Git LFS server nor a mirror nor a URL"
                                  : fmt::format("{}", fmt::join(reasons->second, "; "))});
        }
    }

    const PeekOptions& options_;
    const std::vector<PeekTarget>& targets_;
    FetchObserver& observer_;
    std::shared_ptr<TransferBudget> budget_;
    std::uint64_t requests_before_;
    std::uint64_t bytes_before_;
    std::vector<std::unique_ptr<PeekSource>> sources_;
    std::mutex mutex_;
    PeekedGraphs graphs_;
    std::unordered_map<std::string, std::vector<std::string>> reasons_;  ///< as in `places_`
    std::size_t done_ = 0;
};

std::unique_ptr<ByteSource> PeekedGraphs::open(const Sha256& sha, std::uint64_t size_bytes) const {
    const auto found = places_.find(identity_of(sha, size_bytes));
    if (found == places_.end()) return nullptr;
    auto bytes = found->second.bytes;
    if (!bytes) bytes = cache_.find(found->second.key, depth_);
    if (!bytes) throw UserError("its graph was removed from the cache; run this again");
    return sparse_source(std::move(bytes));
}

bool PeekedGraphs::has(const Sha256& sha, std::uint64_t size_bytes) const {
    return places_.contains(identity_of(sha, size_bytes));
}

PeekedGraphs peek_graphs(const std::vector<PeekTarget>& targets, const PeekOptions& options,
                         FetchObserver& observer) {
    return PeekRun(targets, options, observer).run();
}

PeekSummary estimate_peek(const std::vector<PeekTarget>& targets, const PeekOptions& options) {
    FetchObserver no_observer;
    PeekRun run(targets, options, no_observer);
    const std::vector<PeekTarget> missing = run.missing();
    PeekSummary summary = run.take_summary();
    summary.models = missing.size();
    for (const PeekTarget& target : missing) {
        const TypicalCost cost = typical_cost(target.size_bytes, options.depth);
        summary.requests += cost.requests;
        summary.bytes += cost.bytes;
    }
    return summary;
}

}  // namespace onnxhub
