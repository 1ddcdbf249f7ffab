// SPDX-License-Identifier: Apache-2.0
#include "remote/peek.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <mutex>
#include <unordered_set>
#include <utility>
#include <variant>

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

/// One target for each SHA-256, the largest first: they take the most requests.
std::vector<PeekTarget> distinct_targets(const std::vector<PeekTarget>& targets) {
    std::vector<PeekTarget> distinct;
    std::unordered_set<std::string> known;
    for (const PeekTarget& target : targets) {
        if (known.insert(to_hex(target.sha)).second) distinct.push_back(target);
    }
    std::ranges::stable_sort(distinct, std::greater{}, &PeekTarget::size_bytes);
    return distinct;
}

}  // namespace

/// One call of peek_graphs().
class PeekRun {
public:
    PeekRun(const PeekOptions& options, FetchObserver& observer)
        : options_(options),
          observer_(observer),
          budget_(options.max_transfer_bytes.value_or(std::numeric_limits<std::uint64_t>::max())),
          sources_(peek_sources(options)) {
        graphs_.depth_ = options.depth;
        graphs_.cache_ = GraphCache(options.cache_folder);
    }

    PeekedGraphs run(const std::vector<PeekTarget>& targets) {
        std::vector<PeekTarget> open = distinct_targets(targets);
        std::erase_if(open, [&](const PeekTarget& target) { return find_in_cache(target); });
        graphs_.summary_.cached = graphs_.places_.size();
        if (!open.empty() && !sources_.empty()) ask_all(std::move(open));
        summarize(targets);
        return std::move(graphs_);
    }

    /// The targets that no cache has.
    std::vector<PeekTarget> missing(const std::vector<PeekTarget>& targets) {
        std::vector<PeekTarget> open = distinct_targets(targets);
        std::erase_if(open, [&](const PeekTarget& target) { return find_in_cache(target); });
        graphs_.summary_.cached = graphs_.places_.size();
        return open;
    }

    PeekSummary take_summary() { return std::move(graphs_.summary_); }

private:
    bool find_in_cache(const PeekTarget& target) {
        for (const auto& source : sources_) {
            const auto bytes = graphs_.cache_.find(source->authority(), target.sha, options_.depth);
            if (!bytes || bytes->size_bytes() != target.size_bytes) continue;
            graphs_.places_[to_hex(target.sha)] = {source->authority(), nullptr};
            return true;
        }
        return false;
    }

    void ask_all(std::vector<PeekTarget> open) {
        HttpOptions http = options_.http;
        if (!http.connections) {
            http.connections = share_connections({options_.connections, connections_per_host});
        }
        http.min_rate = 0;  // a range has a limit of time
        clients_ = std::make_unique<ClientPool>(std::move(http));
        observer_.peek_started(open.size());
        for (const auto& source : sources_) {
            if (open.empty()) break;
            ask(*source, open);
            std::erase_if(open, [&](const PeekTarget& target) {
                return graphs_.places_.contains(to_hex(target.sha));
            });
        }
        observer_.peek_finished();
    }

    void ask(PeekSource& source, const std::vector<PeekTarget>& open) {
        source.begin(open);
        for_each_index(open.size(), options_.connections * models_per_connection,
                       [&](std::size_t i) { ask_for(source, open[i], i); });
    }

    void ask_for(PeekSource& source, const PeekTarget& target, std::size_t index) {
        if (is_stopped()) throw Interrupted();
        if (const auto problem = source.problem()) {
            note_failure(target, *problem);
            return;
        }
        auto place = source.locate(index);
        if (const auto* reason = std::get_if<std::string>(&place)) {
            note_failure(target, *reason);
            return;
        }
        ClientPool::Lease lease(*clients_);
        RangeConnection connection(lease.client(),
                                   {std::get<RangeLocation>(std::move(place)), source.binding(),
                                    target.sha, target.size_bytes},
                                   budget_);
        try {
            const RangeSource bytes(connection);
            walk_model(bytes, options_.depth);
            source.succeeded();
            note_success(source, target, bytes.bytes());
        } catch (const RangeFailure& failure) {
            if (failure.kind() == RangeFailure::Kind::server) source.failed(failure.what());
            note_failure(target, failure.what());
        }
    }

    bool is_stopped() const { return options_.http.is_stopped && options_.http.is_stopped(); }

    void note_success(const PeekSource& source, const PeekTarget& target,
                      std::shared_ptr<const SparseBytes> bytes) {
        const bool is_kept =
            graphs_.cache_.keep(source.authority(), target.sha, options_.depth, *bytes);
        if (is_kept) bytes = nullptr;
        std::size_t done = 0;
        {
            const std::lock_guard lock(mutex_);
            graphs_.places_[to_hex(target.sha)] = {source.authority(), std::move(bytes)};
            done = ++done_;
        }
        observer_.peeked(done, budget_.requests(), budget_.bytes());
    }

    void note_failure(const PeekTarget& target, const std::string& reason) {
        std::size_t done = 0;
        {
            const std::lock_guard lock(mutex_);
            auto& reasons = reasons_[to_hex(target.sha)];
            if (std::ranges::find(reasons, reason) == reasons.end()) reasons.push_back(reason);
            done = done_;
        }
        observer_.peeked(done, budget_.requests(), budget_.bytes());
    }

    void summarize(const std::vector<PeekTarget>& targets) {
        PeekSummary& summary = graphs_.summary_;
        summary.models = graphs_.places_.size();
        summary.requests = budget_.requests();
        summary.bytes = budget_.bytes();
        for (const PeekTarget& target : targets) {
            const std::string sha = to_hex(target.sha);
            if (graphs_.places_.contains(sha)) continue;
            const auto reasons = reasons_.find(sha);
            summary.failures.push_back(
                {target.path, reasons == reasons_.end()
                                  ? "the hub names neither a Git LFS server nor a mirror"
                                  : fmt::format("{}", fmt::join(reasons->second, "; "))});
        }
    }

    const PeekOptions& options_;
    FetchObserver& observer_;
    TransferBudget budget_;
    std::vector<std::unique_ptr<PeekSource>> sources_;
    std::unique_ptr<ClientPool> clients_;
    std::mutex mutex_;
    PeekedGraphs graphs_;
    std::unordered_map<std::string, std::vector<std::string>> reasons_;  ///< by SHA-256
    std::size_t done_ = 0;
};

std::unique_ptr<ByteSource> PeekedGraphs::open(const Sha256& sha) const {
    const auto found = places_.find(to_hex(sha));
    if (found == places_.end()) return nullptr;
    auto bytes = found->second.bytes;
    if (!bytes) bytes = cache_.find(found->second.authority, sha, depth_);
    if (!bytes) throw UserError("its graph was removed from the cache; run this again");
    return sparse_source(std::move(bytes));
}

bool PeekedGraphs::has(const Sha256& sha) const {
    return places_.contains(to_hex(sha));
}

PeekedGraphs peek_graphs(const std::vector<PeekTarget>& targets, const PeekOptions& options,
                         FetchObserver& observer) {
    return PeekRun(options, observer).run(targets);
}

PeekSummary estimate_peek(const std::vector<PeekTarget>& targets, const PeekOptions& options) {
    FetchObserver no_observer;
    PeekRun run(options, no_observer);
    const std::vector<PeekTarget> missing = run.missing(targets);
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
