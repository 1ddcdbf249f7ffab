// SPDX-License-Identifier: Apache-2.0
// SourceKind::files: models by their paths.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/user_error.h"
#include "sources/model_templates.h"
#include "sources/path_pattern.h"
#include "sources/row_settings.h"
#include "sources/source_documents.h"
#include "sources/source_reader.h"

namespace onnxhub {
namespace {

std::optional<PathPattern> compiled_pattern(const SourceSettings& source) {
    if (!source.pattern) return std::nullopt;
    auto pattern = PathPattern::parse(*source.pattern);
    if (auto* compiled = std::get_if<PathPattern>(&pattern)) return std::move(*compiled);
    throw UserError(std::get<BadPattern>(pattern).message);  // the settings' reader checked it
}

}  // namespace

SourceResult read_file_source(const SourceRequest& request) {
    const auto pattern = compiled_pattern(request.source);
    const ModelTemplates templates(request.source,
                                   pattern ? pattern->group_names() : std::vector<std::string>{});
    SourceResult result;
    for (const std::string& path : files_of_source(request, result.diagnostics)) {
        if (!path.ends_with(model_suffix)) continue;
        PatternGroups groups;
        if (pattern) {
            auto found = pattern->match(path);
            if (!found) {  // reported if no other source describes the model
                result.mismatches.push_back(path);
                continue;
            }
            groups = std::move(*found);
        }
        DescribedModel model;
        model.source_file = path;
        model.model_path = path;
        templates.apply(groups, model, result.diagnostics);
        result.models.push_back(std::move(model));
    }
    return result;
}

}  // namespace onnxhub
