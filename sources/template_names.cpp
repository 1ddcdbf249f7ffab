// SPDX-License-Identifier: Apache-2.0
#include "sources/template_names.h"

namespace onnxhub {
namespace {

/// The model's path has other names, a model may have several URLs, and tags are results.
bool is_template_name(Fact fact) {
    return fact != Fact::path && fact != Fact::url && fact != Fact::tags;
}

}  // namespace

std::vector<std::string> template_names(const SourceSettings& source,
                                        const std::vector<std::string>& groups) {
    std::vector<std::string> names{"stem", "folder", "path"};
    names.insert(names.end(), groups.begin(), groups.end());
    for (const auto& [fact, path] : source.facts) {
        if (is_template_name(fact)) names.emplace_back(name_of(fact));
    }
    for (const auto& [column, headers] : source.columns) {
        const auto fact = parse_fact(column);
        if (fact && is_template_name(*fact)) names.push_back(column);
    }
    if (source.kind == SourceKind::records) names.emplace_back("key");
    if (source.kind == SourceKind::tables || source.kind == SourceKind::links) {
        names.emplace_back("link");
    }
    return names;
}

}  // namespace onnxhub
