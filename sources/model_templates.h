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

/// Names that the template of a sidecar's model may use.
inline constexpr std::string_view sidecar_model_names[] = {"stem"};

/// Names that the templates of the source may use: "stem", "folder" and "path" of the model, the
/// facts that the source states, "key" of a record, "link" of a table's cell or a link file, and
/// the `groups` of its pattern.
std::vector<std::string> template_names(const SourceSettings& source,
                                        const std::vector<std::string>& groups);

/// Thread-safe.
class ModelTemplates {
public:
    /// Values that come first: groups of a pattern, "key", "link".
    using OwnValues = std::map<std::string, std::string, std::less<>>;

    /// `groups` as in template_names(). The settings' reader has checked all templates: a bad one
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
