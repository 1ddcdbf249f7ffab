// SPDX-License-Identifier: Apache-2.0
// Addresses of models in records and link files. Private to this module.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "repository/repository_url.h"

namespace onnxhub {

inline constexpr std::size_t url_size_limit = 2048;  // bytes

/// An https URL without user and password whose last segment is the name of an .onnx file.
struct SourceUrl {
    std::string url;
    std::string file_name;  ///< percent-decoded; a safe name of a file
};

/// Why a URL cannot be used, and what to do, one clause each.
struct UnusableUrl {
    std::string message;
    std::string hint;
    /// The URL is fine, but its file has no model that could be described: an archive, or another
    /// format.
    bool is_other_format = false;
    bool is_archive = false;  ///< then is_other_format too
};

/// Checks the text of a URL. Whether its host may be contacted is decided when it is.
std::variant<SourceUrl, UnusableUrl> parse_source_url(std::string_view text);

/// The path of the hub's file that a URL of its own repository shows. nullopt for other texts.
std::optional<std::string> own_path(const std::optional<RepositoryUrl>& own, std::string_view url);

}  // namespace onnxhub
