// SPDX-License-Identifier: Apache-2.0
// SourceKind::files: models by their paths.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/glob.h"
#include "base/user_error.h"
#include "sources/model_templates.h"
#include "sources/path_pattern.h"
#include "sources/row_settings.h"
#include "sources/source_reader.h"

namespace onnxhub {
namespace {

std::optional<PathPattern> compiled_pattern(const SourceSettings& source) {
    if (!source.pattern) return std::nullopt;
    auto pattern = PathPattern::parse(*source.pattern);
    if (auto* compiled = std::get_if<PathPattern>(&pattern)) return std::move(*compiled);
    throw UserError(std::get<BadPattern>(pattern).message);  // the settings' reader checked it
}

bool matches_any(const std::vector<std::string>& globs, const std::string& path) {
    return std::ranges::any_of(globs,
                               [&](const std::string& glob) { return glob_matches(glob, path); });
}

}  // namespace

SourceResult read_file_source(const SourceRequest& request) {
    const auto pattern = compiled_pattern(request.source);
    const ModelTemplates templates(request.source,
                                   pattern ? pattern->group_names() : std::vector<std::string>{});
    SourceResult result;
    for (const std::string& path : request.files) {
        if (!path.ends_with(model_suffix) || !matches_any(request.source.paths, path)) continue;
        PatternGroups groups;
        if (pattern) {
            auto found = pattern->match(path);
            if (!found) continue;  // reported if no other source describes the model
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
