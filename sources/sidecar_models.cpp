// SPDX-License-Identifier: Apache-2.0
#include "sources/sidecar_models.h"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "base/glob.h"
#include "base/parallel.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "sources/row_settings.h"
#include "sources/template_names.h"

namespace onnxhub {
namespace {

NameTemplate sidecar_model_template(const std::string& text) {
    auto parsed = parse_template(text, sidecar_model_names);
    if (const auto* error = std::get_if<TemplateError>(&parsed)) {
        throw UserError("model \"" + text + "\": " + error->message + "; " + error->hint);
    }
    return std::get<NameTemplate>(std::move(parsed));
}

std::string path_in(std::string_view folder, std::string_view name) {
    return folder.empty() ? std::string(name) : std::string(folder) + "/" + std::string(name);
}

}  // namespace

SidecarModels::SidecarModels(const SourceRequest& request, const std::vector<std::string>& sidecars)
    : request_(request), model_(sidecar_model_template(request.source.model)) {
    if (model_.uses("stem")) return;
    std::set<std::string, std::less<>> folders;
    for (const std::string& sidecar : sidecars) folders.emplace(parent_folder(sidecar));
    const std::vector<std::string> all(folders.begin(), folders.end());
    std::vector<SidecarMatches> found(all.size());
    for_each_index(all.size(), request.jobs, [&](std::size_t i) { found[i] = find_in(all[i]); });
    for (std::size_t i = 0; i < all.size(); ++i) by_folder_.emplace(all[i], std::move(found[i]));
}

SidecarMatches SidecarModels::matches_of(const std::string& sidecar) const {
    if (model_.uses("stem")) return find_named(sidecar);
    return by_folder_.find(parent_folder(sidecar))->second;
}

SidecarMatches SidecarModels::find_in(std::string_view folder) const {
    const std::string pattern = *model_.expand([](std::string_view) { return std::string_view(); });
    const Glob glob(pattern, Glob::Extent::exact);
    const std::string prefix = path_in(folder, "");
    SidecarMatches matches;
    auto file = std::ranges::lower_bound(request_.files, prefix);
    for (; file != request_.files.end() && file->starts_with(prefix); ++file) {
        if (glob.matches(std::string_view(*file).substr(prefix.size()))) add(*file, matches);
    }
    return matches;
}

SidecarMatches SidecarModels::find_named(const std::string& sidecar) const {
    const std::string_view name = file_name(sidecar);
    const std::string_view stem = name.substr(0, name.rfind('.'));
    const auto model = model_.expand([&](std::string_view) { return stem; });
    SidecarMatches matches;
    if (!model) return matches;
    const std::string path = path_in(parent_folder(sidecar), *model);
    if (std::ranges::binary_search(request_.files, path)) add(path, matches);
    return matches;
}

void SidecarModels::add(const std::string& path, SidecarMatches& matches) const {
    if (is_excluded(request_.settings, path)) {
        matches.has_excluded = true;
    } else {
        matches.models.push_back(path);
    }
}

}  // namespace onnxhub
