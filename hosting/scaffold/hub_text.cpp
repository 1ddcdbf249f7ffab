// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_text.h"

#include <cstdint>

#include "base/byte_source.h"

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

}  // namespace onnxhub
