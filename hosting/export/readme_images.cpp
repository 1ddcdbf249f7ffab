// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/readme_images.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "base/ascii.h"
#include "base/user_error.h"
#include "hosting/export/catalog_path.h"
#include "repository/link_target.h"
#include "repository/repository_url.h"

namespace onnxhub {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// The text from `at` to the first of `ends`; nullopt when it is too long or does not end.
std::optional<std::string_view> text_until(std::string_view text, std::size_t at,
                                           std::string_view ends) {
    const std::string_view near = text.substr(at, longest_image_target + 1);
    const std::size_t end = near.find_first_of(ends);
    if (end == near.npos) return std::nullopt;
    return near.substr(0, end);
}

/// The target behind "](" at `at`: "<a b>" or a text without blanks, with balanced parentheses.
std::optional<std::string_view> markdown_target(std::string_view text, std::size_t at) {
    at = text.find_first_not_of(blanks, at);
    if (at == text.npos) return std::nullopt;
    if (text[at] == '<') return text_until(text, at + 1, ">\n");
    const std::string_view near = text.substr(at, longest_image_target + 1);
    int depth = 0;
    for (std::size_t i = 0; i < near.size(); ++i) {
        if (blanks.find(near[i]) != blanks.npos) return near.substr(0, i);
        if (near[i] == '(') ++depth;
        if (near[i] == ')' && depth-- == 0) return near.substr(0, i);
    }
    return std::nullopt;
}

/// The value of the attribute src of the tag that `tag` begins with.
std::optional<std::string_view> html_target(std::string_view tag) {
    constexpr std::string_view name = "src=";
    tag = tag.substr(0, longest_image_target * 2);
    tag = tag.substr(0, tag.find('>'));
    const std::string lower = lower_case(tag);
    std::size_t found = lower.find(name);
    // Not the end of another attribute's name, such as data-src.
    while (found != lower.npos && blanks.find(lower[found - 1]) == blanks.npos) {
        found = lower.find(name, found + 1);
    }
    if (found == lower.npos) return std::nullopt;
    const std::string_view value = tag.substr(found + name.size());
    if (value.empty()) return std::nullopt;
    if (value[0] == '"' || value[0] == '\'') return text_until(value, 1, value.substr(0, 1));
    return value.substr(0, std::min(value.find_first_of(blanks), longest_image_target));
}

/// The end of the path of an image with this content; "" for other content.
std::string suffix_of(std::string_view content) {
    if (content.starts_with("\x89PNG\r\n\x1a\n")) return ".png";
    if (content.starts_with("\xff\xd8\xff")) return ".jpg";
    if (content.starts_with("GIF87a") || content.starts_with("GIF89a")) return ".gif";
    if (content.starts_with("RIFF") && content.substr(0, 12).ends_with("WEBP")) return ".webp";
    return "";
}

std::optional<RepositoryUrl> own_url(const Tree& tree) {
    const auto origin = tree.origin();
    return origin && origin->subfolder.empty() ? parse_repository_url(origin->url) : std::nullopt;
}

}  // namespace

std::vector<std::string> image_targets_of(std::string_view markdown) {
    std::vector<std::string> targets;
    const auto add = [&](std::optional<std::string_view> target) {
        const bool is_wanted = target && !target->empty() && targets.size() < readme_images_limit;
        if (is_wanted && !std::ranges::count(targets, *target)) targets.emplace_back(*target);
    };
    std::vector<bool> are_images;  // of the open brackets
    for (std::size_t at = 0; at < markdown.size(); ++at) {
        const std::string_view rest = markdown.substr(at);
        if (rest[0] == '\\') ++at;
        if (rest[0] == '[') are_images.push_back(at > 0 && markdown[at - 1] == '!');
        if (rest[0] == '<' && lower_case(rest.substr(0, 4)) == "<img") add(html_target(rest));
        if (rest[0] != ']' || are_images.empty()) continue;
        if (are_images.back() && rest.starts_with("](")) add(markdown_target(markdown, at + 2));
        are_images.pop_back();
    }
    return targets;
}

std::map<std::string, std::string> ReadmeImages::add(const std::string& folder,
                                                     std::string_view markdown) {
    std::map<std::string, std::string> found;
    const std::optional<RepositoryUrl> own = own_url(tree_);
    for (const std::string& target : image_targets_of(markdown)) {
        const LinkTarget resolved = resolve_link(folder, target, own);
        const auto* file = std::get_if<std::string>(&resolved);
        const std::string path = file ? path_of(*file) : "";
        if (!path.empty()) found.emplace(target, path);
    }
    return found;
}

std::string ReadmeImages::path_of(const std::string& file) {
    const auto [known, is_new] = paths_.try_emplace(file);
    if (!is_new) return known->second;
    try {
        const auto resolved = resolve_symlinks(tree_, file);
        const auto* target = std::get_if<std::string>(&resolved);
        const auto stat = target ? tree_.stat(*target) : std::nullopt;
        if (!stat || stat->kind != FileKind::regular || stat->is_ignored) return "";
        if (stat->size_bytes >
            std::min<std::uint64_t>(readme_image_size, readme_images_size - bytes_))
            return "";
        std::string content = read_whole(*tree_.open(*target), readme_image_size, file);
        const std::string suffix = suffix_of(content);
        if (suffix.empty() || content.size() > readme_images_size - bytes_) return "";
        known->second = catalog_path("image", content, suffix);
        bytes_ += content.size();
        files_.emplace(known->second, std::move(content));
    } catch (const UserError&) {
        // The page shows the text of the image instead.
    }
    return known->second;
}

}  // namespace onnxhub
