// SPDX-License-Identifier: Apache-2.0
#include "http/hugging_face.h"

#include "http/url.h"

namespace onnxhub {

std::string hugging_face_url(std::string_view endpoint, std::string_view organization,
                             std::string_view path) {
    const std::string_view file = path.substr(path.rfind('/') + 1);
    const std::string_view name = file.substr(0, file.rfind('.'));
    return std::string(endpoint) + "/" + std::string(organization) + "/" + encoded_path(name) +
           "/resolve/main/" + encoded_path(file);
}

}  // namespace onnxhub
