// SPDX-License-Identifier: Apache-2.0
// SourceKind::sidecar: a document beside each model.
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "manifest/rule_ids.h"
#include "sources/document_facts.h"
#include "sources/model_templates.h"
#include "sources/sidecar_models.h"
#include "sources/source_documents.h"
#include "sources/source_reader.h"

namespace onnxhub {
namespace {

/// Reads the sidecars of one source.
class SidecarReader {
public:
    SidecarReader(const SourceRequest& request, const std::vector<std::string>& sidecars)
        : request_(request),
          models_(request, sidecars),
          facts_(request.source),
          templates_(request.source, {}) {}

    /// Thread-safe.
    SourceResult read(const std::string& sidecar) const {
        SourceResult result;
        const SidecarMatches matches = models_.matches_of(sidecar);
        if (matches.models.size() == 1) {
            describe(sidecar, matches.models.front(), result);
        } else if (!matches.models.empty()) {
            refuse_ambiguous(sidecar, matches, result);
        } else if (!matches.has_excluded) {
            result.diagnostics.report(
                {Severity::note, rule_id::sidecar_without_model, sidecar, 0,
                 fmt::format("no file here matches \"{}\", so this sidecar describes no model",
                             request_.source.model),
                 "add the model, or remove the sidecar"});
        }
        return result;
    }

private:
    void describe(const std::string& sidecar, const std::string& path, SourceResult& result) const {
        const auto document =
            read_document(request_.tree, sidecar, &facts_.all(), result.diagnostics);
        if (!document) {
            result.broken.push_back({sidecar, 0, "", path});
            return;
        }
        DocumentFacts facts = facts_.read(document->root(), sidecar, result.diagnostics);
        DescribedModel model;
        model.source_file = sidecar;
        model.model_path = path;
        model.facts = std::move(facts.values);
        model.tags = std::move(facts.tags);
        templates_.apply({}, model, result.diagnostics);
        result.models.push_back(std::move(model));
    }

    static void refuse_ambiguous(const std::string& sidecar, const SidecarMatches& matches,
                                 SourceResult& result) {
        result.diagnostics.report(
            {Severity::error, rule_id::sidecar_ambiguous, sidecar, 0,
             fmt::format("{} models match this sidecar, such as {} and {}", matches.models.size(),
                         matches.models[0], matches.models[1]),
             "name the model with {stem}, such as model = \"{stem}.onnx\", or exclude the others"});
        for (const std::string& path : matches.models) {
            result.broken.push_back({sidecar, 0, "", path});
        }
    }

    const SourceRequest& request_;
    SidecarModels models_;
    FactPaths facts_;
    ModelTemplates templates_;
};

}  // namespace

SourceResult read_sidecar_source(const SourceRequest& request) {
    SourceResult result;
    const std::vector<std::string> sidecars = files_of_source(request, result.diagnostics);
    const SidecarReader reader(request, sidecars);
    std::vector<SourceResult> parts(sidecars.size());
    for_each_index(parts.size(), request.jobs,
                   [&](std::size_t i) { parts[i] = reader.read(sidecars[i]); });
    for (SourceResult& part : parts) append(std::move(part), result);
    return result;
}

}  // namespace onnxhub
