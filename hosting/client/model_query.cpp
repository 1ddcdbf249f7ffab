// SPDX-License-Identifier: Apache-2.0
#include "hosting/client/model_query.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "base/ascii.h"
#include "base/decimal.h"
#include "hosting/client/similar_texts.h"
#include "manifest/onnx_release.h"

namespace onnxhub {
namespace {

bool same_name(std::string_view one, std::string_view other) {
    return lower_case(one) == lower_case(other);
}

bool has_port_of(const Entry& entry, const std::string& type) {
    if (!entry.io_ports) return false;
    const auto is_it = [&](const Port& port) {
        return port.type == type || port.type == "tensor(" + type + ")";
    };
    return std::ranges::any_of(entry.io_ports->inputs, is_it) ||
           std::ranges::any_of(entry.io_ports->outputs, is_it);
}

bool has_any_tag(const Entry& entry, const std::vector<std::string>& tags) {
    return std::ranges::any_of(entry.tags, [&](const std::string& tag) {
        return std::ranges::any_of(
            tags, [&](const std::string& wanted) { return same_name(tag, wanted); });
    });
}

/// The text, and the words between its separators.
void add_words(const std::string& text, SimilarTexts& words) {
    const std::string lowered = lower_case(text);
    words.add(lowered);
    for (std::size_t begin = 0; begin < lowered.size();) {
        const std::size_t end = std::min(lowered.find_first_of(" -_./", begin), lowered.size());
        if (end > begin) words.add(lowered.substr(begin, end - begin));
        begin = end + 1;
    }
}

ModelNotFound unknown_name(const ManifestDocument& document, const std::string& model) {
    SimilarTexts similar(model);
    for (const ManifestEntry& present : document.entries) {
        if (present.entry) similar.add(present.entry->model);
    }
    const std::vector<std::string> near = similar.found();
    return {HubProblem::model, fmt::format("the hub has no model \"{}\"", model),
            near.empty() ? "" : fmt::format("did you mean {}?", fmt::join(near, ", "))};
}

/// In lower case; texts are apart, so that no word spans two of them.
std::string searched_text(const Entry& entry) {
    std::string text = entry.model + "\n" + entry.model_path;
    for (const std::string& tag : entry.tags) text += "\n" + tag;
    for (const auto* fact : {&entry.about->task, &entry.about->description, &entry.about->author,
                             &entry.about->license}) {
        if (*fact) text += "\n" + **fact;
    }
    return lower_case(text);
}

bool fits(const Entry& entry, const VersionConstraint& constraint) {
    if (constraint.opset && entry.opset_version != *constraint.opset) return false;
    if (constraint.max_opset && entry.opset_version > *constraint.max_opset) return false;
    if (!constraint.max_ir) return true;
    const auto release = find_release(entry.onnx_version);
    return release && release->ir_version <= *constraint.max_ir;
}

constexpr std::size_t listed_limit = 10;

/// "a, b and 3 more": a hostile manifest may have any number of versions.
template <class Items>
std::string listed(const Items& items) {
    std::string text;
    std::size_t count = 0;
    for (const auto& item : items) {
        if (count++ == listed_limit) {
            return text + fmt::format(" and {} more", items.size() - listed_limit);
        }
        text += fmt::format("{}{}", text.empty() ? "" : ", ", item);
    }
    return text;
}

std::string opsets_of(const std::vector<const ManifestEntry*>& versions) {
    std::set<std::int64_t> opsets;
    for (const ManifestEntry* version : versions) opsets.insert(version->entry->opset_version);
    return "it has the opsets " + listed(opsets);
}

}  // namespace

void add_tags(const Entry& entry, SimilarTexts& tags) {
    for (const std::string& tag : entry.tags) tags.add(tag);
}

void add_searched_words(const Entry& entry, SimilarTexts& words) {
    add_words(entry.model, words);
    for (const std::string& tag : entry.tags) add_words(tag, words);
}

bool matches(const Entry& entry, const ModelFilter& filter) {
    if (filter.model && !same_name(entry.model, *filter.model)) return false;
    if (!filter.tags.empty() && !has_any_tag(entry, filter.tags)) return false;
    if (filter.opset && entry.opset_version != *filter.opset) return false;
    if (filter.max_bytes && stated_bytes(entry).value_or(0) > *filter.max_bytes) return false;
    return !filter.port_type || has_port_of(entry, *filter.port_type);
}

std::vector<const ManifestEntry*> list_models(const ManifestDocument& document,
                                              const ModelFilter& filter) {
    std::vector<const ManifestEntry*> found;
    for (const ManifestEntry& entry : document.entries) {
        if (entry.entry && matches(*entry.entry, filter)) found.push_back(&entry);
    }
    return found;
}

std::vector<bool> words_in(const Entry& entry, const std::vector<std::string>& words) {
    const std::string text = searched_text(entry);
    std::vector<bool> found;
    for (const std::string& word : words) {
        found.push_back(text.find(lower_case(word)) != text.npos);
    }
    return found;
}

std::optional<ModelAtOpset> model_at_opset(const ManifestDocument& document,
                                           const std::string& name) {
    const std::size_t at = name.rfind('@');
    if (at == name.npos || at == 0) return std::nullopt;
    const auto opset = parse_decimal<std::int64_t>(std::string_view(name).substr(at + 1));
    if (!opset) return std::nullopt;
    const bool is_name = std::ranges::any_of(document.entries, [&](const ManifestEntry& entry) {
        return entry.entry && same_name(entry.entry->model, name);
    });
    if (is_name) return std::nullopt;
    return ModelAtOpset{name.substr(0, at), *opset};
}

std::variant<const ManifestEntry*, ModelNotFound> get_model_info(
    const ManifestDocument& document, const std::string& model,
    const VersionConstraint& constraint) {
    const auto versions =
        list_models(document, {.model = model, .opset = {}, .max_bytes = {}, .port_type = {}});
    if (versions.empty()) return unknown_name(document, model);
    std::vector<const ManifestEntry*> fitting;
    for (const ManifestEntry* version : versions) {
        if (fits(*version->entry, constraint)) fitting.push_back(version);
    }
    if (fitting.empty()) {
        return ModelNotFound{
            HubProblem::opset,
            constraint.opset
                ? fmt::format("\"{}\" has no version with opset {}", model, *constraint.opset)
                : fmt::format("no version of \"{}\" is old enough", model),
            opsets_of(versions)};
    }
    const auto opset_of = [](const ManifestEntry* entry) { return entry->entry->opset_version; };
    const std::int64_t newest = opset_of(*std::ranges::max_element(fitting, {}, opset_of));
    std::erase_if(fitting, [&](const ManifestEntry* entry) { return opset_of(entry) != newest; });
    if (fitting.size() == 1 || constraint.takes_first) return fitting.front();
    std::vector<std::string> paths;
    for (const ManifestEntry* entry : fitting) paths.push_back(entry->entry->model_path);
    return ModelNotFound{
        HubProblem::ambiguous,
        fmt::format("\"{}\" with opset {} names {} models", model, newest, fitting.size()),
        "ask the hub to rename one of " + listed(paths)};
}

}  // namespace onnxhub
