// SPDX-License-Identifier: Apache-2.0
#include "sources/document_parser.h"

#include <fmt/format.h>

#include <utility>

#include "base/ascii.h"
#include "sources/document_builder.h"
#include "sources/document_formats.h"

namespace onnxhub {

std::optional<DocumentFormat> document_format_of(std::string_view file_name) {
    const std::string name = lower_case(file_name);
    if (name.ends_with(".yaml") || name.ends_with(".yml")) return DocumentFormat::yaml;
    if (name.ends_with(".json")) return DocumentFormat::json;
    if (name.ends_with(".toml")) return DocumentFormat::toml;
    return std::nullopt;
}

DocumentResult parse_document(std::string_view text, DocumentFormat format,
                              const std::vector<DocumentPath>* wanted) {
    const std::size_t limit =
        format == DocumentFormat::toml ? toml_document_limit : document_size_limit;
    if (text.size() > limit) {
        return DocumentError{0, fmt::format("is larger than {} bytes", limit),
                             "split it into smaller files"};
    }
    try {
        switch (format) {
            case DocumentFormat::yaml:
                return parse_yaml_document(text, wanted);
            case DocumentFormat::json:
                return parse_json_document(text);
            case DocumentFormat::toml:
                return parse_toml_document(text);
        }
    } catch (DocumentFailure& failure) {
        return std::move(failure.error);
    }
    return DocumentError{};
}

}  // namespace onnxhub
