// SPDX-License-Identifier: Apache-2.0
// The parsers behind parse_document(), one for each format. They throw DocumentFailure. Private to
// this module.
#pragma once

#include <string_view>
#include <vector>

#include "sources/document.h"
#include "sources/document_path.h"

namespace onnxhub {

Document parse_yaml_document(std::string_view text, const std::vector<DocumentPath>* wanted);
Document parse_json_document(std::string_view text);
Document parse_toml_document(std::string_view text);

}  // namespace onnxhub
