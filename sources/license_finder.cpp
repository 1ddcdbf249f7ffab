// SPDX-License-Identifier: Apache-2.0
#include "sources/license_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <variant>

#include "base/ascii.h"
#include "base/byte_source.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "sources/document_parser.h"
#include "sources/front_matter.h"
#include "sources/license_text.h"
#include "sources/text_file.h"

namespace onnxhub {
namespace {

constexpr std::string_view readme_name = "readme.md";

/// Front matter begins within these bytes, if there is any, behind a byte order mark.
constexpr std::size_t front_probe_size = 16;
/// Longer front matter is not read. Hugging Face's, with results of evaluations, is shorter.
constexpr std::uint64_t front_limit = 1024 * 1024;

/// The first one counts.
constexpr std::array<std::string_view, 4> license_names = {"license", "licence", "copying",
                                                           "unlicense"};
constexpr std::array<std::string_view, 4> license_endings = {"", ".txt", ".md", ".rst"};

/// The place of a file name in the order of preference; nullopt for other files.
std::optional<std::size_t> license_rank(std::string_view lower_name) {
    for (std::size_t i = 0; i < license_names.size(); ++i) {
        if (!lower_name.starts_with(license_names[i])) continue;
        const std::string_view ending = lower_name.substr(license_names[i].size());
        for (std::size_t j = 0; j < license_endings.size(); ++j) {
            if (ending == license_endings[j]) return i * license_endings.size() + j;
        }
    }
    return std::nullopt;
}

/// Sets `path` to the file with the better rank. The first of two equal ones stays.
void keep_preferred(std::string& path, const std::string& other) {
    const auto rank = [](const std::string& file) {
        return *license_rank(lower_case(file_name(file)));
    };
    if (path.empty() || rank(other) < rank(path)) path = other;
}

/// The text of a license file; nullopt when that is reported.
std::optional<std::string> read_license_text(const Tree& tree, const std::string& path,
                                             Diagnostics& diagnostics) {
    auto text = read_text_file(tree, path, license_text_limit);
    auto* usable = std::get_if<std::string>(&text);
    if (usable && !trimmed(*usable).empty()) return std::move(*usable);
    UnusableText reason{"is empty", "write the license into it, or delete it"};
    if (!usable) reason = std::get<UnusableText>(std::move(text));
    if (reason.hint.empty()) reason.hint = "state the license in [[override]]";
    diagnostics.report({Severity::warning, rule_id::license_unreadable, path, 0,
                        reason.message + ", so the license of the models here is unknown",
                        std::move(reason.hint)});
    return std::nullopt;
}

/// The beginning of a README, as far as its front matter may go; empty when it has none or cannot
/// be read.
std::string read_front(const Tree& tree, const std::string& path) {
    try {
        const auto resolved = resolve_symlinks(tree, path);
        const auto* target = std::get_if<std::string>(&resolved);
        const auto stat = target ? tree.stat(*target) : std::nullopt;
        if (!stat || stat->kind != FileKind::regular) return {};
        const auto source = tree.open(*target);
        std::string text(front_probe_size, '\0');
        text.resize(source->read(0, std::as_writable_bytes(std::span(text))));
        if (text.find("---") == text.npos) return {};
        text.resize(std::min(source->size_bytes(), front_limit));
        text.resize(source->read(0, std::as_writable_bytes(std::span(text))));
        return text;
    } catch (const UserError&) {
        return {};  // reading its tables reports this
    }
}

/// The names under "license": one, or a list of them.
std::string license_names_of(const DocumentValue& value) {
    if (value.is_scalar()) return std::string(value.text());
    std::string names;
    if (!value.is_list()) return names;
    for (auto item = value.first(); item; item = item->next()) {
        if (!item->is_scalar()) continue;
        if (!names.empty()) names += ", ";
        names += item->text();
    }
    return names;
}

/// What the front matter of a README states.
struct StatedLicense {
    License license;
    int line = 0;  ///< 1-based line of the README
};

/// Nullopt when the front matter states no license.
std::optional<StatedLicense> license_of_front_matter(const DocumentValue& root, int first_line) {
    // "license: other" of Hugging Face, with the name in a key of its own.
    for (const std::string_view key : {"license", "license_name"}) {
        const auto value = root.is_mapping() ? root.find(key) : std::nullopt;
        if (!value) continue;
        if (auto license = license_of_name(license_names_of(*value))) {
            return StatedLicense{std::move(*license), first_line + value->line() - 1};
        }
    }
    return std::nullopt;
}

}  // namespace

LicenseFinder::LicenseFinder(const Tree& tree, const std::vector<std::string>& files,
                             const Settings& settings)
    : tree_(tree), counts_root_license_(settings.root_license) {
    for (const std::string& path : files) {
        const std::string name = lower_case(file_name(path));
        if (name == readme_name) {
            std::string& readme = files_[std::string(parent_folder(path))].readme;
            if (readme.empty()) readme = path;
        } else if (license_rank(name)) {
            keep_preferred(files_[std::string(parent_folder(path))].license, path);
        }
    }
}

std::optional<FoundLicense> LicenseFinder::find(const std::string& model_path,
                                                Diagnostics& diagnostics) {
    return statement_of(parent_folder(model_path), diagnostics);
}

const LicenseFinder::Statement& LicenseFinder::statement_of(std::string_view folder,
                                                            Diagnostics& diagnostics) {
    // Folders from the given one up to the one that decides, for which the result is the same.
    std::vector<std::string_view> undecided;
    Statement statement;
    while (true) {
        if (const auto known = statements_.find(folder); known != statements_.end()) {
            statement = known->second;
            break;
        }
        undecided.push_back(folder);
        if (read_folder(folder, statement, diagnostics) || folder.empty()) break;
        folder = parent_folder(folder);
    }
    for (const std::string_view below : undecided) statements_.emplace(below, statement);
    return statements_.find(undecided.empty() ? folder : undecided.front())->second;
}

bool LicenseFinder::read_folder(std::string_view folder, Statement& statement,
                                Diagnostics& diagnostics) const {
    const auto found = files_.find(folder);
    if (found == files_.end()) return false;
    const Files& files = found->second;
    if (!files.readme.empty() && read_readme(files.readme, statement, diagnostics)) return true;
    if (files.license.empty() || (folder.empty() && !counts_root_license_)) return false;
    read_license_file(files.license, statement, diagnostics);
    return true;
}

bool LicenseFinder::read_readme(const std::string& path, Statement& statement,
                                Diagnostics& diagnostics) const {
    const std::string text = read_front(tree_, path);
    const auto front = find_front_matter(text);
    if (!front) return false;
    static const std::vector<DocumentPath> wanted = {{{PathSegment::Kind::key, "license"}},
                                                     {{PathSegment::Kind::key, "license_name"}}};
    const auto parsed = parse_document(front->yaml, DocumentFormat::yaml, &wanted);
    if (const auto* error = std::get_if<DocumentError>(&parsed)) {
        diagnostics.report({Severity::warning, rule_id::license_unreadable, path,
                            front->first_line + std::max(error->line, 1) - 1,
                            "the front matter " + error->message + ", so its license is not read",
                            error->hint});
        return false;
    }
    auto stated = license_of_front_matter(std::get<Document>(parsed).root(), front->first_line);
    if (!stated) return false;
    state(std::move(stated->license), path, stated->line, statement, diagnostics);
    return true;
}

void LicenseFinder::read_license_file(const std::string& path, Statement& statement,
                                      Diagnostics& diagnostics) const {
    const auto text = read_license_text(tree_, path, diagnostics);
    if (text) state(license_of_text(*text), path, 0, statement, diagnostics);
}

void LicenseFinder::state(License license, const std::string& file, int line, Statement& statement,
                          Diagnostics& diagnostics) {
    if (!license.doubt.empty()) {
        diagnostics.report({Severity::note, rule_id::license_unknown, file, line,
                            fmt::format("{}, so the license is \"{}\"", license.doubt, license.id),
                            "if it has an SPDX id, state it in [[override]]"});
    }
    statement = FoundLicense{std::move(license.id),
                             {Fact::license, std::make_shared<const std::string>(file), line}};
}

}  // namespace onnxhub
