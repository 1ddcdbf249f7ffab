// SPDX-License-Identifier: Apache-2.0
#include "sources/license_finder.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <variant>

#include "base/ascii.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "sources/license_text.h"
#include "sources/text_file.h"

namespace onnxhub {
namespace {

constexpr std::string_view readme_name = "readme.md";

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

FactOrigin license_origin(const std::string& file, int line) {
    return {Fact::license, std::make_shared<const std::string>(file), line};
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
    const std::string& path = found->second.license;
    if (path.empty() || (folder.empty() && !counts_root_license_)) return false;
    const auto text = read_license_text(tree_, path, diagnostics);
    if (!text) return true;
    License license = license_of_text(*text);
    if (!license.doubt.empty()) {
        diagnostics.report({Severity::note, rule_id::license_unknown, path, 0,
                            fmt::format("{}, so the license is \"{}\"", license.doubt, license.id),
                            "if it has an SPDX id, state it in [[override]]"});
    }
    statement = FoundLicense{std::move(license.id), license_origin(path, 0)};
    return true;
}

}  // namespace onnxhub
