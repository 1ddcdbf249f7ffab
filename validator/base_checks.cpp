// SPDX-License-Identifier: Apache-2.0
#include "validator/base_checks.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include "base/user_error.h"
#include "manifest/json.h"
#include "validator/baseline.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;
using CheckKind = ChangedCheck::Kind;

/// Directories of files that run checks for pull requests, from the top of the repository.
constexpr std::array<const char*, 2> workflow_folders{".github/workflows", ".github/actions"};
constexpr const char* gitlab_workflow = ".gitlab-ci.yml";

class Reader {
public:
    explicit Reader(const BaseChecksRequest& request)
        : request_(request), change_(request.change), before_(*change_.before) {}

    BaseChecks read() {
        read_settings_file();
        read_baseline();
        for (const char* folder : workflow_folders) note_changes_below(folder);
        note_change(CheckKind::workflow, gitlab_workflow);
        return std::move(checks_);
    }

private:
    std::unique_ptr<Tree> tree_now(const std::string& subfolder) const {
        const auto& commit = request_.hub.commit;
        return commit ? change_.repository->tree_of(*commit, subfolder)
                      : change_.repository->working_tree(subfolder);
    }

    std::string path_in_hub(const std::string& name) const {
        const std::string& folder = request_.hub.subfolder;
        return folder.empty() ? name : folder + "/" + name;
    }

    void read_settings_file() {
        const auto& file = request_.settings_file;
        const auto path =
            file ? path_in_repository(*file) : path_in_hub(std::string(settings_file_name));
        if (!path || (file && !belongs_to_change(*path))) return;
        note_change(CheckKind::settings, *path);
        const std::string shown = file.value_or(std::string(settings_file_name));
        checks_.settings = Settings{};
        checks_.settings->file = shown;
        try {
            Diagnostics ignored_diagnostics;  // those of the change are reported
            const auto text = read_hub_file(before_, *path, settings_size_limit);
            if (text) checks_.settings = parse_settings(*text, shown, ignored_diagnostics);
        } catch (const UserError& error) {
            checks_.notices.push_back(
                fmt::format("the settings of the base can't be read, so no finding is ignored: {}",
                            error.what()));
        }
    }

    void read_baseline() {
        const auto& file = request_.baseline_file;
        const auto path = file ? path_in_repository(*file) : std::nullopt;
        if (!path || !belongs_to_change(*path)) return;
        note_change(CheckKind::baseline, *path);
        checks_.baseline = read_hub_file(before_, *path, json_size_limit);
        if (checks_.baseline) return;
        checks_.baseline = baseline_text({}, nullptr);
        checks_.notices.push_back(*file + " is not in the base, so it suppresses no findings here");
    }

    /// The path of `file` in the repository; nothing when it is outside of it. Only the directories
    /// above the repository may be symbolic links: links inside it may be part of the change.
    std::optional<std::string> path_in_repository(const std::string& file) const {
        const fs::path top = change_.repository->working_folder();
        if (top.empty()) return std::nullopt;
        const fs::path whole = fs::absolute(file).lexically_normal();
        fs::path folder;
        for (const fs::path& part : whole) {
            folder /= part;
            std::error_code error;
            if (fs::equivalent(folder, top, error) && !error) {
                return whole.lexically_relative(folder).generic_string();
            }
        }
        return std::nullopt;
    }

    /// A file in neither commit is the user's own.
    bool belongs_to_change(const std::string& path) const {
        if (before_.stat(path)) return true;
        const CommitId head =
            request_.hub.commit ? *request_.hub.commit : change_.repository->resolve_commit("HEAD");
        return change_.repository->tree_of(head, "")->stat(path).has_value();
    }

    void note_change(CheckKind kind, const std::string& path) {
        if (!change_.files.differs(path)) return;
        const std::string folder =
            request_.hub.subfolder.empty() ? "" : request_.hub.subfolder + "/";
        const bool is_in_hub = path.starts_with(folder);
        checks_.changed.push_back({kind, path, is_in_hub ? path.substr(folder.size()) : ""});
    }

    void note_changes_below(const std::string& folder) {
        std::set<std::string> paths;
        for (const std::string& path : before_.list()) {
            if (path.starts_with(folder + "/")) paths.insert(path);
        }
        const auto now = change_.now->stat(folder);
        if (now && now->kind == FileKind::folder) {
            for (const std::string& path : tree_now(folder)->list()) {
                paths.insert(folder + "/" + path);
            }
        } else if (now) {
            paths.insert(folder);  // a link or a file in place of the folder
        }
        for (const std::string& path : paths) note_change(CheckKind::workflow, path);
    }

    const BaseChecksRequest& request_;
    RepositoryChange& change_;
    const Tree& before_;
    BaseChecks checks_;
};

}  // namespace

BaseChecks read_base_checks(const BaseChecksRequest& request) {
    return Reader(request).read();
}

}  // namespace onnxhub
