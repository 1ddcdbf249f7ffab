// SPDX-License-Identifier: Apache-2.0
#include "sources/license_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/digest.h"
#include "base/escaping.h"
#include "sources/license_words.h"
#include "sources/spdx_ids.h"

namespace onnxhub {
namespace {

constexpr std::size_t slug_limit = 64;         // bytes
constexpr std::size_t name_digest_length = 8;  // hexadecimal digits, for names that a slug shortens

/// In words. Hugging Face writes "other" and "unknown"; SPDX has NONE and NOASSERTION.
constexpr std::array<std::string_view, 12> words_for_none = {
    " ",     " unknown ", " other ", " none ",        " n a ",           " na ",
    " tbd ", " todo ",    " null ",  " noassertion ", " not specified ", " unspecified "};

/// Words that names add to a license's own words.
constexpr std::array<std::string_view, 8> filler_words = {"the",   "license", "licence", "licensed",
                                                          "under", "version", "gnu",     "terms"};

/// Spellings without spaces and filler words.
constexpr std::array<std::pair<std::string_view, std::string_view>, 50> spellings{{
    {"apache2", "Apache-2.0"},
    {"apache20", "Apache-2.0"},
    {"apachev2", "Apache-2.0"},
    {"apachev20", "Apache-2.0"},
    {"asl2", "Apache-2.0"},
    {"asl20", "Apache-2.0"},
    {"mit", "MIT"},
    {"mitmit", "MIT"},
    {"expat", "MIT"},
    {"mitexpat", "MIT"},
    {"expatmit", "MIT"},
    {"bsd2", "BSD-2-Clause"},
    {"bsd2clause", "BSD-2-Clause"},
    {"2clausebsd", "BSD-2-Clause"},
    {"simplifiedbsd", "BSD-2-Clause"},
    {"bsdsimplified", "BSD-2-Clause"},
    {"freebsd", "BSD-2-Clause"},
    {"bsd2clausesimplified", "BSD-2-Clause"},
    {"bsd3", "BSD-3-Clause"},
    {"bsd3clause", "BSD-3-Clause"},
    {"3clausebsd", "BSD-3-Clause"},
    {"newbsd", "BSD-3-Clause"},
    {"bsdnew", "BSD-3-Clause"},
    {"modifiedbsd", "BSD-3-Clause"},
    {"revisedbsd", "BSD-3-Clause"},
    {"bsdrevised", "BSD-3-Clause"},
    {"bsd3cluase", "BSD-3-Clause"},
    {"bsd3clausenew", "BSD-3-Clause"},
    {"bsd3clausenewor", "BSD-3-Clause"},
    {"bsd4clause", "BSD-4-Clause"},
    {"mpl2", "MPL-2.0"},
    {"mpl20", "MPL-2.0"},
    {"mplv2", "MPL-2.0"},
    {"mplv20", "MPL-2.0"},
    {"mozillapublic2", "MPL-2.0"},
    {"mozillapublic20", "MPL-2.0"},
    {"cc0", "CC0-1.0"},
    {"cc010", "CC0-1.0"},
    {"cc010universal", "CC0-1.0"},
    {"creativecommonszerov10universal", "CC0-1.0"},
    {"unlicense", "Unlicense"},
    {"isc", "ISC"},
    {"zlib", "Zlib"},
    {"boost", "BSL-1.0"},
    {"boost10", "BSL-1.0"},
    {"boostsoftware10", "BSL-1.0"},
    {"epl20", "EPL-2.0"},
    {"eclipsepublic20", "EPL-2.0"},
    {"wtfpl", "WTFPL"},
    {"postgresql", "PostgreSQL"},
}};

/// Addresses of texts, in words; versions of Creative Commons and GNU licenses follow theirs.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> addresses{{
    {"apache org licenses license 2 0", "Apache-2.0"},
    {"opensource org licenses mit", "MIT"},
    {"opensource org license mit", "MIT"},
    {"opensource org licenses bsd 2 clause", "BSD-2-Clause"},
    {"opensource org licenses bsd 3 clause", "BSD-3-Clause"},
    {"mozilla org mpl 2 0", "MPL-2.0"},
    {"unlicense org", "Unlicense"},
    {"creativecommons org publicdomain zero 1 0", "CC0-1.0"},
}};

/// Of an "idstring" in SPDX.
bool is_id_character(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-';
}

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

/// Takes words from the front of a text of license_words().
class WordReader {
public:
    explicit WordReader(std::string_view words) : rest_(trimmed(words)) {}

    bool is_at_end() const { return rest_.empty(); }

    std::string_view next() const { return rest_.substr(0, rest_.find(' ')); }

    std::string_view take() {
        const std::string_view word = next();
        rest_.remove_prefix(std::min(word.size() + 1, rest_.size()));
        return word;
    }

    /// Takes `phrase` if it is next.
    bool take(std::string_view phrase) {
        if (!rest_.starts_with(phrase)) return false;
        if (rest_.size() > phrase.size() && rest_[phrase.size()] != ' ') return false;
        rest_.remove_prefix(std::min(phrase.size() + 1, rest_.size()));
        return true;
    }

    bool take_any(std::span<const std::string_view> phrases) {
        return std::ranges::any_of(phrases, [&](std::string_view phrase) { return take(phrase); });
    }

private:
    std::string_view rest_;
};

/// "2 0", "v2 0", "2": the version as "2.0". Nullopt and nothing taken, if there is none.
std::optional<std::string> take_version(WordReader& reader) {
    WordReader ahead = reader;
    ahead.take("version");
    ahead.take("v");
    std::string_view major = ahead.take();
    if (major.starts_with('v')) major.remove_prefix(1);
    if (!is_digits(major)) return std::nullopt;
    std::string version = std::string(major) + ".";
    version += is_digits(ahead.next()) ? ahead.take() : "0";
    reader = ahead;
    return version;
}

constexpr std::array<std::string_view, 3> noncommercial_words = {"nc", "noncommercial",
                                                                 "non commercial"};
constexpr std::array<std::string_view, 3> sharealike_words = {"sa", "sharealike", "share alike"};
constexpr std::array<std::string_view, 5> no_derivatives_words = {"nd", "noderivatives", "noderivs",
                                                                  "no derivatives", "no derivs"};
constexpr std::array<std::string_view, 6> title_ends = {"international",  "unported", "generic",
                                                        "public license", "license",  "deed"};

/// "GPL-2.0" → "GPL-2.0-only", "GPL-2.0+" → "GPL-2.0-or-later", as SPDX renamed them.
std::optional<std::string> renamed_gnu_id(std::string_view id) {
    const bool is_gnu = id.starts_with("GPL-") || id.starts_with("LGPL-") ||
                        id.starts_with("AGPL-") || id.starts_with("GFDL-");
    const bool has_suffix = id.ends_with("-only") || id.ends_with("-or-later") ||
                            id.ends_with("exception") || id.ends_with("-invariants");
    if (!is_gnu || has_suffix) return std::nullopt;
    return std::string(id) + "-only";
}

/// An id of an expression in SPDX's spelling.
std::optional<std::string> canonical_id(std::string_view written) {
    if (written.starts_with(license_ref_prefix) || written.starts_with("DocumentRef-")) {
        return std::ranges::all_of(written, is_id_character) ? std::optional(std::string(written))
                                                             : std::nullopt;
    }
    const bool has_plus = written.ends_with('+');
    if (has_plus) written.remove_suffix(1);
    const auto id = find_spdx_license(written);
    if (!id) return std::nullopt;
    const auto gnu_id = renamed_gnu_id(*id);
    if (!gnu_id) return std::string(*id) + (has_plus ? "+" : "");
    return has_plus ? std::string(*id) + "-or-later" : gnu_id;
}

/// Reads an SPDX expression (SPDX specification, annex "SPDX license expressions") and writes it
/// with the registered spellings.
class ExpressionReader {
public:
    explicit ExpressionReader(std::string_view written) { split(written); }

    std::optional<std::string> read() {
        for (const std::string& token : tokens_) {
            if (!add(token)) return std::nullopt;
        }
        if (depth_ != 0 || expects_id_ || expects_exception_) return std::nullopt;
        return std::move(result_);
    }

private:
    void split(std::string_view written) {
        std::string token;
        const auto finish = [&] {
            if (!token.empty()) tokens_.push_back(std::exchange(token, {}));
        };
        for (const char c : written) {
            const bool is_parenthesis = c == '(' || c == ')';
            if (c == ' ' || c == '\t' || is_parenthesis) finish();
            if (is_parenthesis) tokens_.push_back(std::string(1, c));
            if (c != ' ' && c != '\t' && !is_parenthesis) token += c;
        }
        finish();
    }

    bool add(const std::string& token) {
        if (token == "(") return open();
        if (token == ")") return close();
        if (expects_exception_) return add_exception(token);
        return expects_id_ ? add_id(token) : add_operator(token);
    }

    bool open() {
        if (!expects_id_ || expects_exception_) return false;
        ++depth_;
        result_ += '(';
        return true;
    }

    bool close() {
        if (expects_id_ || expects_exception_ || depth_ == 0) return false;
        --depth_;
        result_ += ')';
        return true;
    }

    bool add_id(const std::string& token) {
        const auto id = canonical_id(token);
        if (!id) return false;
        result_ += *id;
        expects_id_ = false;
        return true;
    }

    bool add_exception(const std::string& token) {
        const auto id = find_spdx_exception(token);
        if (!id) return false;
        result_ += *id;
        expects_exception_ = false;
        return true;
    }

    bool add_operator(const std::string& token) {
        std::string upper;
        for (const char c : token) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        if (upper != "AND" && upper != "OR" && upper != "WITH") return false;
        expects_id_ = upper != "WITH";
        expects_exception_ = upper == "WITH";
        if (expects_exception_ && result_.ends_with(')')) return false;
        result_ += ' ' + upper + ' ';
        return true;
    }

    std::vector<std::string> tokens_;
    std::string result_;
    int depth_ = 0;
    bool expects_id_ = true;
    bool expects_exception_ = false;
};

/// "gpl v3", "lesser general public 2 1 or later": the words have no fillers.
std::optional<std::string> gnu_id(std::string_view words) {
    WordReader reader(words);
    std::string id;
    if (reader.take("affero general public") || reader.take("agpl") || reader.take("affero gpl")) {
        id = "AGPL-";
    } else if (reader.take("lesser general public") || reader.take("lgpl")) {
        id = "LGPL-";
    } else if (reader.take("general public") || reader.take("gpl")) {
        id = "GPL-";
    } else {
        constexpr std::array<std::string_view, 3> names = {"agplv", "lgplv", "gplv"};
        const std::string_view word = reader.take();
        const auto name = std::ranges::find_if(
            names, [&](std::string_view start) { return word.starts_with(start); });
        if (name == names.end() || !is_digits(word.substr(name->size()))) return std::nullopt;
        for (const char c : name->substr(0, name->size() - 1)) id += static_cast<char>(c - 32);
        id += '-' + std::string(word.substr(name->size())) + '.';
        id += is_digits(reader.next()) ? reader.take() : "0";
    }
    if (id.ends_with('-')) {
        reader.take("public");
        const auto version = take_version(reader);
        if (!version) return std::nullopt;
        id += *version;
    }
    const bool is_or_later = reader.take("or later") || reader.take("or any later");
    const bool has_suffix = is_or_later || reader.take("only");
    if (!reader.is_at_end() || (!has_suffix && !find_spdx_license(id))) return std::nullopt;
    const auto known = find_spdx_license(id + (is_or_later ? "-or-later" : "-only"));
    return known ? std::optional(std::string(*known)) : std::nullopt;
}

std::string without_fillers(std::string_view words) {
    std::string kept = " ";
    for (WordReader reader(words); !reader.is_at_end();) {
        const std::string_view word = reader.take();
        if (std::ranges::find(filler_words, word) == filler_words.end()) {
            kept.append(word).append(" ");
        }
    }
    return kept;
}

std::optional<std::string> id_of_spelling(std::string_view words) {
    std::string joined;
    for (const char c : words) {
        if (c != ' ') joined += c;
    }
    const auto found =
        std::ranges::find(spellings, joined, [](const auto& pair) { return pair.first; });
    return found == spellings.end() ? std::nullopt : std::optional(std::string(found->second));
}

std::optional<std::string> known_id(std::string_view written) {
    if (auto id = ExpressionReader(written).read()) return id;
    std::string spelled(written);
    if (spelled.ends_with('+')) spelled.replace(spelled.size() - 1, 1, " or later");
    const std::string words = license_words(spelled);
    if (written.find("://") != written.npos) return license_id_of_address(words);
    if (auto id = creative_commons_id(words)) return id;
    const std::string own_words = without_fillers(words);
    if (auto id = gnu_id(own_words)) return id;
    return id_of_spelling(own_words);
}

/// "LicenseRef-" and the name. A digest distinguishes names that lose more than punctuation.
std::string ref_of_name(std::string_view written) {
    std::string slug = license_slug(written);
    const bool loses_letters =
        std::ranges::any_of(written, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    if (slug.empty() || loses_letters || written.size() > slug_limit) {
        if (!slug.empty()) slug += '-';
        slug += to_hex(sha256_of(license_words(written))).substr(0, name_digest_length);
    }
    return std::string(license_ref_prefix) + slug;
}

}  // namespace

std::string license_slug(std::string_view title) {
    std::string slug;
    for (const char c : title.substr(0, std::min(title.size(), 4 * slug_limit))) {
        if (is_id_character(c)) {
            slug += c;
        } else if (!slug.empty() && slug.back() != '-') {
            slug += '-';
        }
        if (slug.size() == slug_limit) break;
    }
    while (slug.ends_with('-')) slug.pop_back();
    return slug;
}

std::optional<std::string> creative_commons_id(std::string_view words) {
    WordReader reader(words);
    if (!reader.take("creative commons")) reader.take("cc");
    std::string id = "CC-BY";
    if (!reader.take("attribution") && !reader.take("by")) return std::nullopt;
    if (reader.take_any(noncommercial_words)) id += "-NC";
    if (reader.take_any(sharealike_words)) {
        id += "-SA";
    } else if (reader.take_any(no_derivatives_words)) {
        id += "-ND";
    }
    const auto version = take_version(reader);
    if (!version) return std::nullopt;
    while (reader.take_any(title_ends)) {
    }
    const auto known = find_spdx_license(id + "-" + *version);
    if (!reader.is_at_end() || !known) return std::nullopt;
    return std::string(*known);
}

std::optional<std::string> license_id_of_address(std::string_view words) {
    for (const auto& [address, id] : addresses) {
        if (has_phrase(words, address)) return std::string(id);
    }
    constexpr std::string_view commons = " creativecommons org licenses ";
    const std::size_t at = words.find(commons);
    if (at == words.npos) return std::nullopt;
    std::string title = " ";
    for (WordReader reader(words.substr(at + commons.size())); !reader.is_at_end();) {
        const std::string_view word = reader.take();
        title.append(word).append(" ");
        if (is_digits(word) && is_digits(reader.next())) {
            title.append(reader.take()).append(" ");
            return creative_commons_id(title);
        }
    }
    return std::nullopt;
}

std::optional<License> license_of_name(std::string_view written) {
    written = trimmed(written);
    if (written.size() <= license_name_limit) {
        const std::string words = license_words(written);
        if (std::ranges::find(words_for_none, words) != words_for_none.end()) return std::nullopt;
        if (auto id = known_id(written)) return License{std::move(*id), ""};
    }
    return License{ref_of_name(written),
                   fmt::format("\"{}\" is not an SPDX id", shown(std::string(written)))};
}

}  // namespace onnxhub
