// SPDX-License-Identifier: Apache-2.0
// Names of licenses, as tables, sidecars and front matter write them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace onnxhub {

/// Longer names are not compared with known ones.
inline constexpr std::size_t license_name_limit = 512;  // bytes

/// SPDX's prefix for licenses that it does not register.
inline constexpr std::string_view license_ref_prefix = "LicenseRef-";

struct License {
    /// SPDX expression ("Apache-2.0", "MIT OR Apache-2.0"), or "LicenseRef-…" for other licenses.
    std::string id;
    /// Why the license has no SPDX id, one clause; empty when it has one.
    std::string doubt;

    bool operator==(const License&) const = default;
};

/// Recognizes SPDX ids and expressions in any case, common spellings ("MIT License", "GPLv3") and
/// addresses of well-known licenses. Other names become "LicenseRef-" and the name, so that equal
/// names have equal ids. Nullopt when `written` states no license: "", "unknown", "other", "n/a".
/// A GNU license without "or later" is the "-only" one.
std::optional<License> license_of_name(std::string_view written);

/// `title` with only the characters that an SPDX id may have, at most 64 of them; may be empty.
std::string license_slug(std::string_view title);

/// The id of a Creative Commons license by the words of its title (see license_words.h), such as
/// " attribution noncommercial 4 0 international ", " cc by nc 4 0 ". Nullopt for other words.
std::optional<std::string> creative_commons_id(std::string_view words);

/// The id of a license by an address of its text, in words: " https creativecommons org licenses by
/// nc 4 0 legalcode ". Other words may stand around it.
std::optional<std::string> license_id_of_address(std::string_view words);

}  // namespace onnxhub
