// SPDX-License-Identifier: Apache-2.0
// Parses YAML, JSON and TOML documents of a hub.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sources/document.h"
#include "sources/document_path.h"

namespace onnxhub {

inline constexpr std::uint64_t document_size_limit = 16 * 1024 * 1024;  // bytes
inline constexpr std::size_t toml_document_limit = 1024 * 1024;         // bytes

enum class DocumentFormat { yaml, json, toml };

/// By the name's ending: .yaml and .yml, .json, .toml, in any case.
std::optional<DocumentFormat> document_format_of(std::string_view file_name);

using DocumentResult = std::variant<Document, DocumentError>;

/// Parses `text`. Everything is bounded in proportion to its size, also for documents with many
/// aliases. Refused, each with one error: more than document_size_limit bytes (TOML:
/// toml_document_limit), deeper nesting than document_depth_limit, more values than
/// json_value_limit_of(size), bytes that are not UTF-8, a key that occurs twice in one mapping,
/// YAML keys that are not scalars, aliases that contain themselves, several YAML documents in one
/// file. YAML's merge keys ("<<") are resolved.
///
/// With `wanted`, YAML values that no path needs may be left out, which is faster.
DocumentResult parse_document(std::string_view text, DocumentFormat format,
                              const std::vector<DocumentPath>* wanted = nullptr);

}  // namespace onnxhub
