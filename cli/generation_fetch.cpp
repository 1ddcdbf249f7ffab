// SPDX-License-Identifier: Apache-2.0
#include "cli/generation_fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <variant>

#include "cli/interruption.h"
#include "generator/manifest_part.h"
#include "manifest/atomic_file.h"
#include "manifest/environment_error.h"
#include "manifest/quantity_text.h"
#include "repository/fetch_batches.h"

namespace onnxhub {
namespace {

/// A model to fetch, and the rows that are about it.
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

std::string model_count(std::size_t count) {
    return fmt::format("{} model{}", count, count == 1 ? "" : "s");
}

std::optional<ManifestPart> read_part(const std::string& file) {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) return std::nullopt;
    auto json = parse_json(read_disk_file(file));
    if (auto* document = std::get_if<JsonDocument>(&json)) {
        auto part = parse_manifest_part(document->root);
        if (auto* whole = std::get_if<ManifestPart>(&part)) return std::move(*whole);
    }
    throw EnvironmentError(file +
                           ": is not what an earlier run left for --resume; name another file");
}

/// The rows that are done, in a file.
class Journal {
public:
    Journal(const std::optional<std::string>& file, const RunIdentity& run)
        : file_(file), part_{run.shard, run.inputs, false, {}, {}, {}, {}} {}

    /// What an earlier run had read of the same bytes.
    void take_up(std::vector<RowResult>& results, const Streams& streams) {
        if (!file_) return;
        auto before = read_part(*file_);
        if (!before) return;
        if (before->shard != part_.shard || before->inputs != part_.inputs) {
            note(streams, fmt::format("{} is of another shard or another state of the hub, so this "
                                      "begins anew",
                                      *file_));
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
        note(streams, fmt::format("{} known from {}", model_count(part_.rows.size()), *file_));
    }

    void add(const std::vector<RowResult>& rows) {
        if (!file_) return;
        for (const RowResult& row : rows) {
            if (row.entry && row.ports == PortSource::graph) part_.rows.push_back(row);
        }
        std::ranges::sort(part_.rows, {}, &RowResult::position);
        write_file_atomically(*file_, part_text(part_));
    }

    void remove() const {
        std::error_code ignored;  // it is of no use any more, and does no harm
        if (file_) std::filesystem::remove(*file_, ignored);
    }

private:
    std::optional<std::string> file_;
    ManifestPart part_;
};

FetchRequest request_for(const HubFolder& hub, const FetchOptions& options,
                         const std::vector<MissingModel>& models,
                         const std::vector<std::size_t>& batch, const Streams& streams) {
    std::vector<std::string> paths;
    for (const std::size_t i : batch) paths.push_back(models[i].path);
    FetchRequest request = fetch_request(hub, options.revision, std::move(paths), streams);
    request.into = options.drop ? FetchInto::store_alone : FetchInto::working_tree;
    request.drop = options.drop;
    return request;
}

}  // namespace

void fetch_missing(HubFolder& hub, const GenerationPlan& plan, const GenerateOptions& generate,
                   const FetchOptions& options, const RunIdentity& run,
                   std::vector<RowResult>& results, Diagnostics& diagnostics,
                   const Streams& streams) {
    Journal journal(options.resume_file, run);
    journal.take_up(results, streams);
    const std::vector<MissingModel> models = missing_models(results);
    std::vector<std::uint64_t> sizes;
    for (const MissingModel& model : models) sizes.push_back(model.size_bytes);
    const FetchBatches plan_of_fetch = plan_batches(sizes, options.max_disk_bytes);
    for (const std::size_t i : plan_of_fetch.too_large) {
        note(streams, fmt::format("{} is larger than --max-disk ({}), so it is not fetched",
                                  printable(models[i].path), human_bytes(models[i].size_bytes)));
    }
    bool is_done = plan_of_fetch.too_large.empty();
    std::size_t number = 0;
    for (const std::vector<std::size_t>& batch : plan_of_fetch.batches) {
        check_interruption();
        std::uint64_t bytes = 0;
        std::vector<std::size_t> rows;
        for (const std::size_t i : batch) {
            bytes += models[i].size_bytes;
            rows.insert(rows.end(), models[i].rows.begin(), models[i].rows.end());
        }
        const std::size_t batches = plan_of_fetch.batches.size();
        note(streams,
             fmt::format("fetching {}, {}{}", model_count(batch.size()), human_bytes(bytes),
                         batches > 1 ? fmt::format(" (batch {} of {})", ++number, batches) : ""));
        const FetchedContent fetched(*hub.repository,
                                     request_for(hub, options, models, batch, streams));
        hub.tree = open_tree(hub);
        if (fetched.trouble()) {
            is_done = false;
            diagnostics.report({Severity::error, "fetch-failed", "git-lfs", 0, *fetched.trouble(),
                                "push what is missing, then run this again"});
        }
        std::vector<std::size_t> positions;
        for (const std::size_t row : rows) positions.push_back(results[row].position);
        std::vector<RowResult> made = make_rows(*hub.tree, plan, positions, generate, nullptr);
        journal.add(made);
        for (std::size_t k = 0; k < rows.size(); ++k) results[rows[k]] = std::move(made[k]);
    }
    if (is_done) journal.remove();
}

}  // namespace onnxhub
