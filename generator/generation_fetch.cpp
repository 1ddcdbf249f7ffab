// SPDX-License-Identifier: Apache-2.0
#include "generator/generation_fetch.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>
#include <variant>

#include "generator/manifest_part.h"
#include "manifest/rule_ids.h"
#include "repository/fetch_batches.h"
#include "repository/resume_file.h"

namespace onnxhub {
namespace {

/// A model to fetch, and the rows that name it.
struct MissingModel {
    std::string path;
    std::uint64_t size_bytes = 0;
    std::vector<std::size_t> rows;  ///< indices of results
};

std::vector<MissingModel> missing_models(const std::vector<RowResult>& results) {
    std::vector<MissingModel> models;
    std::unordered_map<std::string, std::size_t> index;
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto& missing = results[i].missing;
        if (!missing) continue;
        const auto [known, is_new] = index.try_emplace(missing->path, models.size());
        if (is_new) models.push_back({missing->path, missing->size_bytes, {}});
        models[known->second].rows.push_back(i);
    }
    return models;
}

/// Keeps the rows of finished batches in a file.
class GenerationJournal {
public:
    GenerationJournal(const std::optional<std::string>& file, const RunIdentity& run)
        : file_(file), part_{run.shard, run.inputs, false, {}, {}, {}, {}, {}} {}

    /// Replaces rows by what an earlier run has read from the same bytes.
    void take_up(std::vector<RowResult>& results, FetchObserver& observer) {
        std::optional<ManifestPart> before = earlier_part();
        if (!before) return;
        if (before->shard != part_.shard || before->inputs != part_.inputs) {
            observer.started_again(file_.path());
            return;
        }
        std::map<std::size_t, RowResult*> by_position;
        for (RowResult& row : before->rows) by_position[row.position] = &row;
        for (RowResult& result : results) {
            const auto found = by_position.find(result.position);
            if (!result.missing || found == by_position.end()) continue;
            const auto& entry = found->second->entry;
            if (!entry || entry->content.sha != result.missing->sha) continue;
            result = *found->second;
            part_.rows.push_back(result);
        }
        observer.resumed(part_.rows.size(), file_.path());
    }

    void add(const std::vector<RowResult>& rows) {
        if (!file_.is_named()) return;
        for (const RowResult& row : rows) {
            if (row.entry && row.ports == PortSource::graph) part_.rows.push_back(row);
        }
        std::ranges::sort(part_.rows, {}, &RowResult::position);
        file_.write(part_text(part_));
    }

    void remove() const { file_.remove(); }

private:
    std::optional<ManifestPart> earlier_part() const {
        const std::optional<JsonDocument> json = file_.read();
        if (!json) return std::nullopt;
        auto part = parse_manifest_part(json->root);
        if (auto* whole = std::get_if<ManifestPart>(&part)) return std::move(*whole);
        file_.refuse();
    }

    ResumeFile file_;
    ManifestPart part_;
};

/// The rows that a batch of models makes possible.
class BatchOfRows {
public:
    BatchOfRows(const std::vector<MissingModel>& models, const std::vector<std::size_t>& batch) {
        for (const std::size_t i : batch) {
            paths_.push_back(models[i].path);
            size_bytes_ += models[i].size_bytes;
            rows_.insert(rows_.end(), models[i].rows.begin(), models[i].rows.end());
        }
    }

    std::size_t models() const { return paths_.size(); }
    std::uint64_t size_bytes() const { return size_bytes_; }

    FetchRequest request(const HubFolder& hub, const FetchOptions& options,
                         FetchObserver& observer) const {
        FetchRequest request = fetch_request(hub, paths_, git_messages(observer));
        request.into = options.drop ? FetchInto::store_alone : FetchInto::working_tree;
        request.drop = options.drop;
        return request;
    }

    std::vector<std::size_t> positions(const std::vector<RowResult>& results) const {
        std::vector<std::size_t> positions;
        for (const std::size_t row : rows_) positions.push_back(results[row].position);
        return positions;
    }

    /// `made` has one for each of positions().
    void put(std::vector<RowResult> made, std::vector<RowResult>& results) const {
        for (std::size_t k = 0; k < rows_.size(); ++k) results[rows_[k]] = std::move(made[k]);
    }

private:
    std::vector<std::string> paths_;
    std::uint64_t size_bytes_ = 0;
    std::vector<std::size_t> rows_;  ///< indices of results
};

}  // namespace

void fetch_missing(HubFolder& hub, const GenerationPlan& plan, const GenerateOptions& generate,
                   const FetchOptions& options, const RunIdentity& run,
                   std::vector<RowResult>& results, Diagnostics& diagnostics,
                   FetchObserver& observer) {
    make_complete(plan, results);
    GenerationJournal journal(options.resume_file, run);
    journal.take_up(results, observer);
    const std::vector<MissingModel> models = missing_models(results);
    std::vector<std::uint64_t> sizes;
    for (const MissingModel& model : models) sizes.push_back(model.size_bytes);
    const FetchBatches fetch = plan_batches(sizes, options.max_disk_bytes);
    for (const std::size_t i : fetch.too_large) observer.model_too_large(models[i].path, sizes[i]);
    bool is_done = fetch.too_large.empty();
    for (std::size_t number = 0; number < fetch.batches.size(); ++number) {
        observer.check_interruption();
        const BatchOfRows batch(models, fetch.batches[number]);
        observer.batch_started(
            {batch.models(), batch.size_bytes(), number + 1, fetch.batches.size()});
        const FetchedContent fetched(*hub.repository, batch.request(hub, options, observer));
        hub.tree = open_tree(hub);
        if (fetched.problem()) {
            is_done = false;
            diagnostics.report({Severity::error, rule_id::fetch_failed, "git-lfs", 0,
                                *fetched.problem(), "push what is missing, then run this again"});
        }
        std::vector<RowResult> made =
            make_rows(*hub.tree, plan, batch.positions(results), generate, nullptr);
        make_complete(plan, made);
        journal.add(made);
        batch.put(std::move(made), results);
    }
    if (is_done) journal.remove();
}

}  // namespace onnxhub
