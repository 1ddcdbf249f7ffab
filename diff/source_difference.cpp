// SPDX-License-Identifier: Apache-2.0
#include "diff/source_difference.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>

namespace onnxhub {
namespace {

std::string joined_urls(const std::vector<std::string>& urls) {
    std::string text;
    for (const std::string& url : urls) text += (text.empty() ? "" : ", ") + url;
    return text;
}

}  // namespace

std::vector<std::string> urls_missing_in(const std::vector<std::string>& known,
                                         const std::vector<std::string>& list) {
    const std::set<std::string_view> present(known.begin(), known.end());
    std::vector<std::string> missing;
    for (const std::string& url : list) {
        if (!present.contains(url)) missing.push_back(url);
    }
    return missing;
}

std::vector<FieldChange> compare_sources(const std::string& field,
                                         const std::vector<std::string>& before,
                                         const std::vector<std::string>& after) {
    std::vector<FieldChange> changes;
    if (before == after) return changes;
    const std::vector<std::string> removed = urls_missing_in(after, before);
    const std::vector<std::string> added = urls_missing_in(before, after);
    for (std::size_t i = 0; i < std::max(removed.size(), added.size()); ++i) {
        changes.push_back({field, i < removed.size() ? removed[i] : std::string(),
                           i < added.size() ? added[i] : std::string()});
    }
    if (changes.empty()) {
        changes.push_back({field + " order", joined_urls(before), joined_urls(after)});
    }
    return changes;
}

}  // namespace onnxhub
