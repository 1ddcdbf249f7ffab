// SPDX-License-Identifier: Apache-2.0
#include "tests/support/hub_folder.h"

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "tests/support/repository_builder.h"

namespace onnxhub::test {

namespace fs = std::filesystem;

void write_hub_folder(const fs::path& folder, const std::map<std::string, std::string>& files) {
    nlohmann::ordered_json manifest = nlohmann::json::array();
    for (const auto& [path, bytes] : files) {
        write_file(folder / path, bytes);
        const std::string name = fs::path(path).stem().string();
        manifest.push_back({{"model", name},
                            {"model_path", path},
                            {"onnx_version", "1.9"},
                            {"opset_version", 12},
                            {"metadata",
                             {{"model_sha", to_hex(sha256_of(bytes))},
                              {"model_bytes", bytes.size()},
                              {"tags", {"vision", name}}}}});
    }
    write_file(folder / "ONNX_HUB_MANIFEST.json", manifest.dump(4));
}

std::map<std::string, std::string> content_of(const fs::path& folder) {
    std::map<std::string, std::string> content;
    for (auto it = fs::recursive_directory_iterator(folder); it != fs::end(it); ++it) {
        if (it->path().filename() == ".git") {
            it.disable_recursion_pending();
            continue;
        }
        const std::string path = it->path().lexically_relative(folder).generic_string();
        content[path] = it->is_regular_file() ? read_file(it->path()) : "no file";
    }
    return content;
}

}  // namespace onnxhub::test
