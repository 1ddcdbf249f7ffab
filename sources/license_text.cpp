// SPDX-License-Identifier: Apache-2.0
#include "sources/license_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/digest.h"
#include "sources/known_license_texts.h"
#include "sources/license_words.h"

namespace onnxhub {
namespace {

/// Words that a license file may have besides the license: titles and copyright lines.
constexpr std::size_t other_words_limit = 300;

constexpr std::size_t name_words_limit = 12;      ///< a file may hold just a name: "MIT License"
constexpr std::size_t address_words_limit = 100;  ///< of a notice that refers to a license
constexpr std::size_t title_words_limit = 10;     ///< of an unknown license
constexpr std::size_t text_digest_length = 12;    ///< hexadecimal digits in an id
constexpr std::size_t foreign_bytes_limit = 60;   ///< names in copyright lines

/// Part of a text, in bytes.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
};

Span with_title_and_appendix(std::string_view words, const KnownLicenseText& known, Span core) {
    Span whole = core;
    if (!known.begin.empty()) {
        const std::size_t at = words.substr(0, core.begin).rfind(known.begin);
        const bool is_near = at != words.npos && count_words(words.substr(at, core.begin - at)) <=
                                                     known.most_begin_words;
        if (is_near) whole.begin = at;
    }
    for (const std::string& appendix : known.ends) {
        const std::size_t at = words.find(appendix, core.end);
        if (at == words.npos) continue;
        const std::size_t end = at + appendix.size();
        if (count_words(words.substr(core.end, end - core.end)) > known.most_end_words) continue;
        whole.end = end;
        break;
    }
    return whole;
}

/// The known text within `words`, with its title and appendix.
std::optional<Span> find_text(std::string_view words, const KnownLicenseText& known) {
    Span core{words.npos, 0};
    for (const std::string& phrase : known.phrases) {
        const std::size_t at = words.find(phrase, core.end);
        if (at == words.npos) return std::nullopt;
        core.begin = std::min(core.begin, at);
        core.end = at + phrase.size();
    }
    const std::string_view text = words.substr(core.begin, core.end - core.begin);
    const std::size_t length = count_words(text);
    const auto has = [&](const std::string& phrase) { return has_phrase(text, phrase); };
    if (length < known.least_words || length > known.most_words ||
        !std::ranges::all_of(known.present, has) || std::ranges::any_of(known.absent, has)) {
        return std::nullopt;
    }
    return with_title_and_appendix(words, known, core);
}

/// Words of further terms. Titles, copyright lines and pointers to a license have none of them.
constexpr std::array<std::string_view, 34> term_words = {
    "academic",     "additional",     "additionally", "agree",      "agreement",   "commercial",
    "commercially", "commons clause", "condition",    "conditions", "educational", "except",
    "exception",    "exceptions",     "following",    "however",    "limited",     "may",
    "must",         "noncommercial",  "not",          "only",       "parts",       "patent",
    "patents",      "permission",     "portions",     "prohibited", "purpose",     "purposes",
    "research",     "restricted",     "restriction",  "shall"};

bool has_further_terms(const std::string& others) {
    const auto foreign_bytes =
        std::ranges::count_if(others, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    return count_words(others) > other_words_limit ||
           static_cast<std::size_t>(foreign_bytes) > foreign_bytes_limit ||
           std::ranges::any_of(term_words,
                               [&](std::string_view term) { return has_phrase(others, term); });
}

/// The first line with words, if it names a license: "NVIDIA Open Model License".
std::string_view title_of(std::string_view text) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::string words = license_words(line);
        if (words == " ") continue;
        const bool is_title = has_phrase(words, "license") || has_phrase(words, "licence") ||
                              has_phrase(words, "agreement");
        return is_title && count_words(words) <= title_words_limit ? trimmed(line, " \t\r#*=_")
                                                                   : std::string_view();
    }
    return {};
}

License unknown_text(std::string_view text, const std::string& words, std::string doubt) {
    std::string id(license_ref_prefix);
    if (const std::string title = license_slug(title_of(text)); !title.empty()) id += title + '-';
    id += to_hex(sha256_of(words)).substr(0, text_digest_length);
    return {std::move(id), std::move(doubt)};
}

/// "SPDX-License-Identifier: MIT"
std::optional<License> license_of_tag(std::string_view text) {
    constexpr std::string_view tag = "SPDX-License-Identifier:";
    const std::size_t at = text.find(tag);
    if (at == text.npos) return std::nullopt;
    const std::size_t begin = at + tag.size();
    const std::size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
    const std::string others = license_words(text.substr(0, at)) + license_words(text.substr(end));
    if (has_further_terms(others)) return std::nullopt;
    return license_of_name(text.substr(begin, end - begin));
}

/// "This work is licensed under …, see http://creativecommons.org/licenses/by-nc/4.0/".
std::optional<License> license_of_address(const std::string& words) {
    if (count_words(words) > address_words_limit || !has_phrase(words, "licensed under")) {
        return std::nullopt;
    }
    const auto id = license_id_of_address(words);
    if (!id) return std::nullopt;
    std::string others = words;  // the license's own name is not a further term
    constexpr std::string_view own_term = " noncommercial ";
    if (id->find("-NC") != id->npos) {
        for (std::size_t at; (at = others.find(own_term)) != others.npos;) {
            others.erase(at, own_term.size() - 1);
        }
    }
    return has_further_terms(others) ? std::nullopt : std::optional(License{*id, ""});
}

/// A text without terms: a tag, a reference, or just a name ("MIT License").
std::optional<License> license_of_short_text(std::string_view text, const std::string& words) {
    auto license = license_of_tag(text);
    if (!license) license = license_of_address(words);
    if (!license && count_words(words) <= name_words_limit) license = license_of_name(text);
    return license && license->doubt.empty() ? license : std::nullopt;
}

/// The texts among `known` that `words` contain.
struct FoundTexts {
    std::vector<std::string> ids;
    Span last;
};

FoundTexts find_texts(std::string_view words, const std::vector<KnownLicenseText>& known) {
    FoundTexts found;
    for (const KnownLicenseText& text : known) {
        const auto span = find_text(words, text);
        if (!span) continue;
        found.ids.push_back(text.id);
        found.last = *span;
    }
    return found;
}

}  // namespace

License license_of_text(std::string_view text) {
    const std::string words = license_words(text);
    FoundTexts found = find_texts(words, known_license_texts());
    if (found.ids.empty()) found = find_texts(words, license_notices());
    if (found.ids.empty()) {
        if (auto named = license_of_short_text(text, words)) return *named;
        return unknown_text(text, words, "its text is of no known license");
    }
    if (found.ids.size() > 1) {
        return unknown_text(text, words,
                            fmt::format("it has the texts of {}", fmt::join(found.ids, ", ")));
    }
    const std::string& id = found.ids.front();
    const std::string others = words.substr(0, found.last.begin) + words.substr(found.last.end);
    if (has_further_terms(others)) {
        return unknown_text(text, words,
                            fmt::format("it has the text of {} and further terms", id));
    }
    return {id, ""};
}

}  // namespace onnxhub
