// SPDX-License-Identifier: Apache-2.0
#include "repository/change_base.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include "manifest/diagnostic.h"
#include "manifest/environment_error.h"
#include "repository/git_command.h"

namespace onnxhub {
namespace {

/// A commit's name in full, by which servers give it.
bool is_commit_id(const std::string& text) {
    return text.size() == 40 && std::ranges::all_of(text, [](unsigned char c) {
               return std::isdigit(c) || (c >= 'a' && c <= 'f');
           });
}

/// Whether a branch or tag may have this name as far as it matters here: it is no option of git's,
/// no pattern, and one refspec (git-check-ref-format(1)).
bool is_plain_reference(const std::string& text) {
    if (text.empty() || text.front() == '-' || text.front() == '+') return false;
    if (text.find("..") != text.npos || text.find("@{") != text.npos) return false;
    return std::ranges::all_of(text, [](unsigned char c) {
        return c > ' ' && c != 0x7f &&
               std::string_view(":?*[\\^~").find(static_cast<char>(c)) == std::string_view::npos;
    });
}

/// What to fetch for a reference: "origin/main" is origin's branch main.
std::optional<std::string> refspec_of(const std::string& reference) {
    if (is_commit_id(reference)) return reference;
    if (!is_plain_reference(reference)) return std::nullopt;
    constexpr std::string_view remote = "origin/";
    if (!reference.starts_with(remote)) return std::string("refs/heads/").append(reference);
    const std::string branch = reference.substr(remote.size());
    return fmt::format("+refs/heads/{0}:refs/remotes/origin/{0}", branch);
}

class Search {
public:
    explicit Search(const ChangeBaseRequest& request) : request_(request) {}

    ChangeBase run() {
        if (const auto base = common_ancestor()) return {base, ""};
        if (const auto base = first_parent()) return *base;
        if (!request_.may_fetch) return {std::nullopt, trouble_};
        return repository().is_shallow() ? search_deeper() : search_with_reference();
    }

private:
    /// Opened anew, since fetching changes what is here.
    const GitRepository& repository() {
        if (!repository_) repository_ = GitRepository::find(request_.folder);
        return *repository_;
    }

    std::optional<CommitId> common_ancestor() {
        try {
            return repository().merge_base(repository().resolve_commit(request_.reference),
                                           request_.head);
        } catch (const EnvironmentError& error) {
            trouble_ = error.what();
            return std::nullopt;
        }
    }

    std::optional<CommitId> parent(const char* which) {
        try {
            return repository().resolve_commit(request_.head + which);
        } catch (const EnvironmentError&) {
            return std::nullopt;
        }
    }

    std::optional<ChangeBase> first_parent() {
        if (!repository().is_shallow() || !parent("^2")) return std::nullopt;
        const auto base = parent("^1");
        if (!base) return std::nullopt;
        return ChangeBase{base, printable(request_.reference) +
                                    " is not here, so the merge commit's first parent is the base"};
    }

    bool fetch(const std::string& depth, const std::vector<std::string>& what) {
        std::vector<std::string> command{"fetch", "--quiet", "--no-tags",
                                         "--no-recurse-submodules"};
        if (!depth.empty()) command.push_back(depth);
        command.insert(command.end(), {"--", "origin"});
        command.insert(command.end(), what.begin(), what.end());
        const bool is_done = run_git(request_.folder, std::move(command)) == 0;
        repository_.reset();
        return is_done;
    }

    /// Ever more history of both sides, until they meet.
    ChangeBase search_deeper() {
        if (fetch("--deepen=1", {request_.head})) {
            if (const auto base = common_ancestor()) return {base, ""};
            if (const auto base = first_parent()) return *base;
        }
        const auto refspec = refspec_of(request_.reference);
        if (!refspec) return {std::nullopt, trouble_};
        for (const char* depth : {"--deepen=50", "--deepen=1000", "--unshallow"}) {
            if (!repository().is_shallow()) break;
            if (!fetch(depth, {request_.head, *refspec})) break;
            if (const auto base = common_ancestor()) return {base, ""};
        }
        return {std::nullopt, trouble_};
    }

    ChangeBase search_with_reference() {
        const auto refspec = refspec_of(request_.reference);
        if (!refspec || !fetch("", {*refspec})) return {std::nullopt, trouble_};
        return {common_ancestor(), trouble_};
    }

    const ChangeBaseRequest& request_;
    std::shared_ptr<const GitRepository> repository_;
    std::string trouble_;
};

}  // namespace

ChangeBase find_change_base(const ChangeBaseRequest& request) {
    return Search(request).run();
}

}  // namespace onnxhub
