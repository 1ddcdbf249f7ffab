// SPDX-License-Identifier: Apache-2.0
#include "trust/signature_name.h"

#include <algorithm>

#include "manifest/hub_path.h"

namespace onnxhub {

std::string signature_of_model(const std::string& model_path) {
    return model_path + std::string(model_signature_suffix);
}

bool is_folder_signature(const std::string& path) {
    return file_name(path) == folder_signature_name;
}

std::vector<std::string> signature_files(const std::vector<std::string>& files) {
    std::vector<std::string> found;
    for (const std::string& file : files) {
        const bool is_of_model =
            file.ends_with(".onnx.sig") &&
            std::ranges::binary_search(files,
                                       file.substr(0, file.size() - model_signature_suffix.size()));
        if (is_of_model || is_folder_signature(file)) found.push_back(file);
    }
    return found;
}

}  // namespace onnxhub
