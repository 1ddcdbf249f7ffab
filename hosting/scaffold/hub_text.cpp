// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_text.h"

#include <algorithm>
#include <cstdint>

#include "base/byte_source.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t largest_hub_text = std::uint64_t{64} << 20;  // bytes

}  // namespace

std::string read_hub_text(const std::filesystem::path& path) {
    return read_file(path, largest_hub_text);
}

std::string joined_path(const std::string& folder, const std::string& path) {
    return folder.empty() ? path : folder + "/" + path;
}

std::string folder_title(const std::string& folder) {
    std::string title(folder.empty() ? "Models" : file_name(folder));
    std::ranges::replace(title, '_', ' ');
    if (title[0] >= 'a' && title[0] <= 'z') title[0] = static_cast<char>(title[0] - 'a' + 'A');
    return title;
}

bool has_hidden_segment(const std::string& path) {
    return path.starts_with('.') || path.find("/.") != path.npos;
}

}  // namespace onnxhub
