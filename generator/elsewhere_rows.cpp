// SPDX-License-Identifier: Apache-2.0
#include "generator/elsewhere_rows.h"

#include <cstddef>
#include <utility>
#include <variant>

namespace onnxhub {
namespace {

/// Whether the row's model has URLs and its content is not in the hub.
bool is_elsewhere(const Tree& tree, const ModelRow& row) {
    return row.stated && !row.stated->urls.empty() && !tree.stat(row.model_path);
}

bool needs_graph(const RowResult& result) {
    return !result.entry || result.ports == PortSource::none;
}

ElsewhereRequest request_for(const ModelRow& row, const RowResult& result) {
    ElsewhereRequest request;
    request.urls = row.stated->urls;
    request.sha = row.stated->sha;
    request.size_bytes = row.stated->size_bytes;
    request.needs_graph = needs_graph(result);
    request.file = row.source_file;
    request.line = row.line;
    return request;
}

}  // namespace

void fetch_elsewhere(const Tree& tree, const GenerationPlan& plan, const GenerateOptions& generate,
                     const ElsewhereOptions& options, std::vector<RowResult>& results,
                     Diagnostics& diagnostics, FetchObserver& observer) {
    ElsewhereFetch fetch(options, observer);
    ElsewhereContents contents;
    std::vector<std::size_t> fetched;  // indices of `results`
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < results.size(); ++i) {
        const ModelRow& row = plan.rows[results[i].position];
        if (!is_elsewhere(tree, row)) continue;
        if (row.stated->sha && !needs_graph(results[i])) continue;
        auto found = fetch.fetch(request_for(row, results[i]));
        if (auto* problem = std::get_if<Diagnostic>(&found)) {
            diagnostics.report(std::move(*problem));
            continue;
        }
        auto& model = std::get<FetchedElsewhere>(found);
        contents.insert_or_assign(model.url, std::move(model.content));
        fetched.push_back(i);
        positions.push_back(results[i].position);
    }
    GenerateOptions with_contents = generate;
    with_contents.elsewhere = &contents;
    auto made = make_rows(tree, plan, positions, with_contents, nullptr);
    for (std::size_t k = 0; k < fetched.size(); ++k) results[fetched[k]] = std::move(made[k]);
}

}  // namespace onnxhub
