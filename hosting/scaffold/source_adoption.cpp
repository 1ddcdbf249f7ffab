// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/source_adoption.h"

#include <optional>

#include "repository/hub_folder.h"
#include "sources/settings.h"

namespace onnxhub {

SourceAdoption adopt_with_sources(const std::string& hub_name, unsigned jobs,
                                  FileTransaction& change) {
    const std::string path(settings_file_name);
    change.watch(path);
    const HubFolder hub = open_hub(change.hub(), {});
    std::string text = read_hub_file(*hub.tree, path, settings_size_limit).value_or("");
    Diagnostics ignored_diagnostics;
    SourceAdoption adoption;
    adoption.has_sources = !parse_settings(text, path, ignored_diagnostics).sources.empty();
    if (adoption.has_sources) return adoption;
    adoption.choice = choose_layouts(*hub.tree, hub_name, jobs);
    if (adoption.choice.settings.empty()) return adoption;
    if (!text.empty()) text += text.ends_with('\n') ? "\n" : "\n\n";
    change.stage_text(path, text + adoption.choice.settings);
    change.apply();
    return adoption;
}

}  // namespace onnxhub
