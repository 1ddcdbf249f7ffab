// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/hub_init.h"

#include <string_view>
#include <system_error>
#include <utility>

#include "base/atomic_file.h"
#include "base/user_error.h"
#include "embedded/hub_comment.h"
#include "embedded/hub_contribute.h"
#include "embedded/hub_gitattributes.h"
#include "embedded/hub_gitignore.h"
#include "embedded/hub_model_readme.h"
#include "embedded/hub_models_readme.h"
#include "embedded/hub_pre_commit.h"
#include "embedded/hub_publish.h"
#include "embedded/hub_pull_request.h"
#include "embedded/hub_readme.h"
#include "embedded/hub_regenerate.h"
#include "embedded/hub_settings.h"
#include "embedded/hub_validate.h"
#include "repository/git_repository.h"
#include "repository/hub_lock.h"
#include "repository/merge_driver.h"
#include "repository/new_repository.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// The licence section of the top README. Without a licence for all models it has no heading
/// "Licence", so that the catalog page shows none for the hub.
std::string text_on_licences(const HubOutline& outline) {
    if (outline.licence.empty()) {
        return "## Licences of the models\n\nEach model's README states the licence of that model.";
    }
    return "## Licence\n\n" + outline.licence + ", unless a model's README states another one.";
}

/// The value for --hub. Outside of GitHub, only the hub's maintainers know its URL.
std::string hub_spec_of(const HubOutline& outline) {
    if (outline.owner && outline.repository) return *outline.owner + "/" + *outline.repository;
    return "HUB";
}

std::string hub_note_of(const HubOutline& outline) {
    if (outline.owner && outline.repository) return "";
    return "\n`HUB` is the location of this hub: the URL of its server (`https://…`), or a folder "
           "(`./models`).\n";
}

std::string filled(std::string_view text, const HubOutline& outline) {
    const std::pair<std::string_view, std::string> places[] = {
        {"{{name}}", outline.name},
        {"{{of_owner}}", outline.owner ? " of " + *outline.owner : ""},
        {"{{hub}}", hub_spec_of(outline)},
        {"{{hub_note}}", hub_note_of(outline)},
        {"{{licences}}", text_on_licences(outline)},
    };
    std::string result;
    while (!text.empty()) {
        bool is_filled = false;
        for (const auto& [place, value] : places) {
            if (!text.starts_with(place)) continue;
            result += value;
            text.remove_prefix(place.size());
            is_filled = true;
            break;
        }
        if (is_filled) continue;
        result += text.front();
        text.remove_prefix(1);
    }
    return result;
}

/// The top README, with a row for the only folder of a flat hub.
std::string flat_readme(std::string readme) {
    constexpr std::string_view table = "|-|-|\n";
    const std::size_t at = readme.find(table);
    return readme.insert(at + table.size(), "| [Models](models) | All models of this hub. |\n");
}

/// Whether the folder has git's own HEAD, objects and refs. In a working tree, they are only in
/// .git.
bool is_git_folder(const fs::path& folder) {
    std::error_code error;
    return fs::is_regular_file(folder / "HEAD", error) &&
           fs::is_directory(folder / "objects", error) && fs::is_directory(folder / "refs", error);
}

void refuse_inside_of_git(const fs::path& folder) {
    std::error_code error;
    for (fs::path above = fs::weakly_canonical(fs::absolute(folder, error), error); !above.empty();
         above = above.parent_path()) {
        if (is_git_folder(above) || above.filename() == ".git") {
            throw UserError(folder.string() +
                            ": is inside a bare repository or a .git folder; name a "
                            "working tree, such as that of a clone");
        }
        if (above == above.root_path()) break;
    }
}

}  // namespace

std::vector<HubFile> files_of_new_hub(const HubOutline& outline) {
    const std::string readme = filled(embedded::hub_readme, outline);
    std::vector<HubFile> files = {
        {".gitattributes", std::string(embedded::hub_gitattributes)},
        {".github/pull_request_template.md", std::string(embedded::hub_pull_request)},
        {".github/workflows/comment.yml", std::string(embedded::hub_comment)},
        {".github/workflows/publish.yml", std::string(embedded::hub_publish)},
        {".github/workflows/regenerate.yml", std::string(embedded::hub_regenerate)},
        {".github/workflows/validate.yml", std::string(embedded::hub_validate)},
        {".gitignore", std::string(embedded::hub_gitignore)},
        {".pre-commit-config.yaml", std::string(embedded::hub_pre_commit)},
        {"ONNX_HUB_MANIFEST.json", "[]"},
        {"README.md", outline.is_flat ? flat_readme(readme) : readme},
        {"contribute.md", filled(embedded::hub_contribute, outline)},
        {"onnxhub.toml", std::string(embedded::hub_settings)},
        {"templates/model_README.md", std::string(embedded::hub_model_readme)},
    };
    if (outline.is_flat) {
        files.insert(files.begin() + 11,
                     HubFile{"models/README.md", std::string(embedded::hub_models_readme)});
    }
    return files;
}

void make_hub_folder(const fs::path& folder) {
    refuse_inside_of_git(folder);
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) {
        throw UserError(folder.string() + ": can't be made (" + error.message() +
                        "); choose another folder");
    }
}

InitReport init_hub(const fs::path& folder, const HubOutline& outline) {
    make_hub_folder(folder);
    std::error_code error;
    InitReport report;
    const bool is_repository = GitRepository::find(folder) != nullptr;
    for (const HubFile& file : files_of_new_hub(outline)) {
        const fs::path path = folder / file.path;
        if (fs::exists(fs::symlink_status(path, error))) {
            report.kept.push_back(file.path);
            continue;
        }
        fs::create_directories(path.parent_path(), error);
        write_file_atomically(path, file.content);
        report.made.push_back(file.path);
    }
    if (!is_repository) {
        init_repository(folder, report.made, "A hub of ONNX models");
        report.has_committed = true;
    }
    install_merge_driver(folder);
    ignore_temporary_files(folder);
    return report;
}

}  // namespace onnxhub
