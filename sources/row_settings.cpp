// SPDX-License-Identifier: Apache-2.0
#include "sources/row_settings.h"

#include <algorithm>

#include "base/glob.h"

namespace onnxhub {

bool is_excluded(const Settings& settings, const std::string& model_path) {
    return std::any_of(settings.exclude.begin(), settings.exclude.end(),
                       [&](const std::string& glob) { return glob_matches(glob, model_path); });
}

void strip_tags(const Settings& settings, ModelRow& model) {
    const auto& strip = settings.strip_tags;
    if (!model.tags.empty() &&
        std::find(strip.begin(), strip.end(), model.tags.front()) != strip.end()) {
        model.tags.erase(model.tags.begin());
    }
}

}  // namespace onnxhub
