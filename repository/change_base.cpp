// SPDX-License-Identifier: Apache-2.0
#include "repository/change_base.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/user_error.h"
#include "repository/commit_id.h"
#include "repository/git_command.h"

namespace onnxhub {
namespace {

/// Whether `text` is safe as an argument of git: not an option, not a pattern, and a single refspec
/// (git-check-ref-format(1)).
bool is_plain_reference(const std::string& text) {
    if (text.empty() || text.front() == '-' || text.front() == '+') return false;
    if (text.find("..") != text.npos || text.find("@{") != text.npos) return false;
    return std::ranges::all_of(text, [](unsigned char c) {
        return c > ' ' && c != 0x7f &&
               std::string_view(":?*[\\^~").find(static_cast<char>(c)) == std::string_view::npos;
    });
}

/// Where origin may have a reference, and its local names after a fetch.
struct RemoteReference {
    std::vector<std::string> refspecs;  ///< tried until one succeeds
    std::vector<std::string> names;
};

RemoteReference remote_reference(std::string reference) {
    if (is_commit_id(reference)) return {{reference}, {reference}};
    if (!is_plain_reference(reference)) return {{}, {reference}};
    const std::string as_given = reference;
    bool may_be_tag = true;
    for (const std::string_view prefix : {"refs/heads/", "refs/remotes/origin/", "origin/"}) {
        if (!reference.starts_with(prefix)) continue;
        reference.erase(0, prefix.size());
        may_be_tag = false;
        break;
    }
    RemoteReference remote;
    const std::string branch = "refs/remotes/origin/" + reference;
    remote.refspecs.push_back(fmt::format("+refs/heads/{}:{}", reference, branch));
    remote.names = {as_given, branch};
    if (may_be_tag) {
        const std::string tag =
            as_given.starts_with("refs/tags/") ? as_given : "refs/tags/" + as_given;
        remote.refspecs.push_back("+" + tag + ":" + tag);
    }
    return remote;
}

class Search {
public:
    explicit Search(const ChangeBaseRequest& request)
        : request_(request), remote_(remote_reference(request.reference)) {}

    ChangeBase run() {
        if (const auto base = common_ancestor()) return {base, ""};
        if (!request_.may_fetch) return {std::nullopt, problem_};
        if (const auto base = search_in_origin()) return {base, ""};
        return {std::nullopt, problem_};
    }

private:
    /// Opens the repository again after each fetch, since fetching changes its objects.
    const GitRepository& repository() {
        if (!repository_) repository_ = GitRepository::find(request_.folder);
        return *repository_;
    }

    std::optional<CommitId> common_ancestor() {
        problem_.clear();
        for (const std::string& name : remote_.names) {
            try {
                return repository().merge_base(repository().resolve_commit(name), request_.head);
            } catch (const UserError& error) {
                if (problem_.empty()) problem_ = error.what();
            }
        }
        return std::nullopt;
    }

    bool fetch(const std::string& depth, const std::vector<std::string>& what) {
        std::vector<std::string> command{"fetch", "--quiet", "--no-tags",
                                         "--no-recurse-submodules"};
        if (!depth.empty()) command.push_back(depth);
        command.insert(command.end(), {"--", "origin"});
        command.insert(command.end(), what.begin(), what.end());
        const bool is_done =
            run_git(request_.folder, std::move(command), request_.messages).status == 0;
        repository_.reset();
        return is_done;
    }

    /// For HEAD^1, fetches one more commit. Otherwise fetches the reference and then more and more
    /// history of both sides, until they have a common ancestor.
    std::optional<CommitId> search_in_origin() {
        if (repository().is_shallow() && fetch("--deepen=1", {request_.head})) {
            if (const auto base = common_ancestor()) return base;
        }
        std::vector<std::string> sides{request_.head};
        for (const std::string& refspec : remote_.refspecs) {
            if (!fetch("", {refspec})) continue;
            sides.push_back(refspec);
            break;
        }
        if (const auto base = common_ancestor()) return base;
        for (const char* depth : {"--deepen=50", "--deepen=1000", "--unshallow"}) {
            if (!repository().is_shallow() || !fetch(depth, sides)) break;
            if (const auto base = common_ancestor()) return base;
        }
        return std::nullopt;
    }

    const ChangeBaseRequest& request_;
    const RemoteReference remote_;
    std::shared_ptr<const GitRepository> repository_;
    std::string problem_;
};

}  // namespace

ChangeBase find_change_base(const ChangeBaseRequest& request) {
    return Search(request).run();
}

}  // namespace onnxhub
