// SPDX-License-Identifier: Apache-2.0
#include "cli/hub_folder_option.h"

#include <array>
#include <string_view>

#include "manifest/manifest.h"
#include "repository/hub_location.h"
#include "sources/settings.h"

namespace onnxhub {

std::string hub_folder_here() {
    constexpr std::array<std::string_view, 2> marks{manifest_file_name, settings_file_name};
    return enclosing_hub(".", marks).string();
}

void choose_hub_folder(std::string& folder, const Streams& streams) {
    if (!folder.empty()) return;
    folder = hub_folder_here();
    if (folder != ".") note(streams, "the hub is " + folder);
}

}  // namespace onnxhub
