// SPDX-License-Identifier: Apache-2.0
#include "repository/shallow_history.h"

#include <filesystem>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "repository/git_handle.h"

namespace onnxhub {
namespace {

using GitCommit = std::unique_ptr<git_commit, FreeWith<git_commit_free>>;

constexpr std::uint64_t shallow_size_limit = std::uint64_t{256} << 20;  // bytes

struct Commit {
    git_time_t time = 0;
    std::vector<BlobId> parents;
};

class History {
public:
    explicit History(git_repository* repository) : repository_(repository) {
        // One commit per line: https://git-scm.com/docs/shallow
        const std::filesystem::path folder = git_repository_commondir(repository);
        std::istringstream lines(
            read_file_if_possible(folder / "shallow", shallow_size_limit).value_or(""));
        for (std::string line; std::getline(lines, line);) {
            git_oid id = {};
            if (git_oid_fromstr(&id, line.c_str()) == 0) cut_.insert(to_blob_id(id));
        }
    }

    Commit read(const BlobId& id) const {
        const git_oid oid = to_git_oid(id);
        git_commit* found = nullptr;
        if (git_commit_lookup(&found, repository_, &oid) != 0) {
            throw UserError("the history of this shallow clone is damaged (" + git_message() +
                            "); fetch it again with `git fetch`");
        }
        const GitCommit commit(found);
        Commit read{git_commit_time(found), {}};
        if (cut_.contains(id)) return read;
        for (unsigned i = 0; i < git_commit_parentcount(found); ++i) {
            read.parents.push_back(to_blob_id(*git_commit_parent_id(found, i)));
        }
        return read;
    }

    /// Calls `visit` once for each commit reached from `starts`, including these. Continues to the
    /// parents when it returns true.
    void walk(std::vector<BlobId> starts, const std::function<bool(const BlobId&)>& visit) const {
        std::set<BlobId> seen(starts.begin(), starts.end());
        while (!starts.empty()) {
            const BlobId id = starts.back();
            starts.pop_back();
            if (!visit(id)) continue;
            for (const BlobId& parent : read(id).parents) {
                if (seen.insert(parent).second) starts.push_back(parent);
            }
        }
    }

private:
    git_repository* repository_;
    std::set<BlobId> cut_;  ///< commits whose parents are missing
};

}  // namespace

std::optional<git_oid> merge_base_in_shallow_clone(git_repository* repository, const git_oid& one,
                                                   const git_oid& other) {
    const History history(repository);
    std::set<BlobId> of_one;
    history.walk({to_blob_id(one)}, [&](const BlobId& id) { return of_one.insert(id).second; });
    std::set<BlobId> common;
    history.walk({to_blob_id(other)}, [&](const BlobId& id) {
        if (!of_one.contains(id)) return true;
        common.insert(id);
        return false;
    });
    // An ancestor of another common ancestor is not the best.
    std::vector<BlobId> parents;
    for (const BlobId& id : common) {
        for (const BlobId& parent : history.read(id).parents) parents.push_back(parent);
    }
    history.walk(std::move(parents), [&](const BlobId& id) {
        common.erase(id);
        return true;
    });
    std::optional<std::pair<git_time_t, BlobId>> best;
    for (const BlobId& id : common) {
        const std::pair candidate(history.read(id).time, id);
        if (!best || candidate > *best) best = candidate;
    }
    if (!best) return std::nullopt;
    return to_git_oid(best->second);
}

}  // namespace onnxhub
