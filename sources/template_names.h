// SPDX-License-Identifier: Apache-2.0
// Which names the templates of a [[source]] may use. Private to this module.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sources/source_settings.h"

namespace onnxhub {

/// Names that the template of a sidecar's model may use.
inline constexpr std::string_view sidecar_model_names[] = {"stem"};

/// Names that the other templates may use: "stem", "folder" and "path" of the model, the facts that
/// the source states, "key" of a record, "link" of a table's cell or a link file, and the `groups`
/// of its pattern.
std::vector<std::string> template_names(const SourceSettings& source,
                                        const std::vector<std::string>& groups);

}  // namespace onnxhub
