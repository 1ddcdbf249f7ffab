// SPDX-License-Identifier: Apache-2.0
// The templates of one [[source]], which name and tag the models that it describes. Private to this
// module.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"
#include "sources/name_template.h"
#include "sources/source_reader.h"
#include "sources/source_settings.h"

namespace onnxhub {

/// Thread-safe.
class ModelTemplates {
public:
    /// Values that come first: groups of a pattern, "key", "link".
    using OwnValues = std::map<std::string, std::string, std::less<>>;

    /// `groups` are those of the pattern. The settings' reader has checked all templates: a bad one
    /// throws UserError.
    ModelTemplates(const SourceSettings& source, const std::vector<std::string>& groups);

    /// Sets `name` and appends to `tags` and `distinguish` of the model, without empty texts. A
    /// text longer than template_result_limit is reported and left out.
    void apply(const OwnValues& own, DescribedModel& model, Diagnostics& diagnostics) const;

private:
    std::optional<NameTemplate> name_;
    std::vector<NameTemplate> tags_;
    std::vector<NameTemplate> distinguish_;
};

}  // namespace onnxhub
