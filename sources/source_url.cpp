// SPDX-License-Identifier: Apache-2.0
#include "sources/source_url.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "manifest/hub_path.h"
#include "repository/link_target.h"
#include "sources/row_settings.h"

namespace onnxhub {
namespace {

constexpr std::string_view https_prefix = "https://";

constexpr std::string_view archive_suffixes[] = {".zip", ".tar",     ".tar.gz", ".tgz",
                                                 ".7z",  ".tar.bz2", ".tar.xz", ".tar.zst"};

bool is_url_character(char c) {
    constexpr std::string_view forbidden = "\\\"<>^`{|}\x7f";
    return static_cast<unsigned char>(c) > ' ' && forbidden.find(c) == forbidden.npos;
}

/// The decoded last segment of the path that begins in `rest`, after the host.
std::string last_segment(std::string_view rest) {
    const std::string_view path = rest.substr(0, rest.find_first_of("?#"));
    return decoded_link_path(path.substr(path.rfind('/') + 1));
}

}  // namespace

std::variant<SourceUrl, UnusableUrl> parse_source_url(std::string_view text) {
    if (text.size() > url_size_limit) {
        return UnusableUrl{fmt::format("is longer than {} bytes", url_size_limit),
                           "use a shorter URL"};
    }
    if (!std::ranges::all_of(text, is_url_character)) {
        return UnusableUrl{"has characters that URLs cannot have", "percent-encode them"};
    }
    if (!equals_ignoring_case(text.substr(0, https_prefix.size()), https_prefix)) {
        return UnusableUrl{"does not start with https://", "use an https URL"};
    }
    const std::string_view rest = text.substr(https_prefix.size());
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (authority.empty()) return UnusableUrl{"has no host", "add it"};
    if (authority.find('@') != authority.npos) {
        return UnusableUrl{"has a user or password", "remove it: everyone can read this file"};
    }
    const std::string name = last_segment(rest.substr(authority.size()));
    const bool is_file_name =
        name.find('/') == name.npos && std::holds_alternative<std::string>(check_hub_path(name));
    if (!is_file_name) {
        return UnusableUrl{"does not end with the name of a file", "use the URL of the model"};
    }
    const std::string lower = lower_case(name);
    if (std::ranges::any_of(archive_suffixes,
                            [&](std::string_view suffix) { return lower.ends_with(suffix); })) {
        return UnusableUrl{"names an archive, which is not supported",
                           "use the URL of the .onnx file", true, true};
    }
    if (!name.ends_with(model_suffix)) {
        return UnusableUrl{"does not name an .onnx file", "use the URL of the .onnx file", true,
                           false};
    }
    return SourceUrl{std::string(text), name};
}

std::optional<std::string> own_path(const std::optional<RepositoryUrl>& own, std::string_view url) {
    if (!own || !path_in_repository(*own, url)) return std::nullopt;
    LinkTarget target = resolve_link("", url, own);
    auto* path = std::get_if<std::string>(&target);
    if (!path || path->empty()) return std::nullopt;
    return std::move(*path);
}

}  // namespace onnxhub
