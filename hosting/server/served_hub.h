// SPDX-License-Identifier: Apache-2.0
// What a hub's server has to give, by URL path.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "hosting/server/conditional_request.h"
#include "hosting/server/open_file.h"
#include "hosting/server/served_commits.h"
#include "repository/git_repository.h"
#include "repository/hub_location.h"
#include "repository/tracked_files.h"
#include "repository/tree.h"

namespace onnxhub {

/// A file that git itself holds, not yet inflated.
struct BlobInTree {
    BlobId id;
    std::shared_ptr<const Tree> tree;
    std::string path;  ///< in the tree; a regular file
};

/// The content of files that hubs hold may do nothing in a browser (CSP, directive "sandbox").
inline constexpr const char* content_policy = "sandbox";

struct ServedFile {
    FileIdentity identity;  ///< its ETag is empty where ServedHub::learn_etag() has to hash first
    std::string content_type;
    OpenFile file = OpenFile();                         ///< the content, or
    std::shared_ptr<const std::string> text = nullptr;  ///< where that is null, this, or
    std::optional<BlobInTree> blob = std::nullopt;      ///< where it is
    std::optional<CommitId> commit = std::nullopt;      ///< it was taken from; nothing: from a disk
    std::string policy = content_policy;                ///< Content-Security-Policy; "" for none
};

struct NotServed {
    int status = 404;
    std::string reason;      ///< one line for the client
    bool is_absent = false;  ///< nothing has this path: another layout may mean it
};

using Served = std::variant<ServedFile, NotServed>;

/// Paths come in three layouts: plain ("/ONNX_HUB_MANIFEST.json", "/a/m.onnx") and GitHub's two
/// ("/owner/name/ref/a/m.onnx" and "/media/owner/name/ref/a/m.onnx"). A plain file goes before. In
/// a repository the ref of GitHub's layouts is one that ServedCommits gives, looked up at each
/// request, so that a moving ref needs no restart; elsewhere any ref is the folder. Of a working
/// tree only files are served that git tracks, as they are on the disk, unless `untracked` says
/// otherwise; a folder that git does not track at all is a plain one, where every file is served.
/// Git LFS pointers are followed into the LFS store. Nothing outside the hub is ever opened, nor
/// anything whose path has a segment that begins with '.', on the way through symbolic links
/// neither. Thread-safe.
class ServedHub {
public:
    /// `location` as LocalHub takes it: a folder, or a repository with ":ref". Throws
    /// UserError when there is none, or where `only_ref`, `history` or `all_refs` is wanted
    /// and there is no repository (no ref, with `only_ref`).
    explicit ServedHub(const std::string& location, HubAccess access = {});
    ~ServedHub();

    /// `path` is decoded, with '/' at its beginning, and may be anything. No content is read here
    /// but of pointers and of files up to 1 MiB, for their ETag.
    Served open(std::string_view path);

    /// Hashes the file at `path`, whose ETag open() knows from then on. Throws UserError
    /// when the file can't be read to its end, and NotServed when there is none.
    void learn_etag(const std::string& path);

    /// What was learned of files and refs is forgotten.
    void reload();

    /// Whether only what git tracks is served of a working tree.
    bool is_tracked_only() const { return tracked_ != nullptr; }

private:
    using FileKey = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::int64_t>;

    void use_repository(const HubLocation& found, HubAccess access);
    Served open_plain(const std::string& hub_path);
    std::optional<Served> open_at_ref(std::string_view path);
    Served open_on_disk(const std::string& hub_path);
    OpenFile open_served(const std::string& hub_path);
    Served open_in_tree(const CommitId& commit, const std::string& hub_path);
    Served open_lfs_object(const LfsPointer& pointer, const std::string& hub_path);
    std::optional<LfsPointer> pointer_of(const BlobInTree& blob);
    std::optional<std::string> known_etag(const FileKey& key);
    std::string etag_of(int fd, const FileKey& key);
    std::shared_ptr<const Tree> tree_of(const CommitId& commit);

    std::filesystem::path folder_;  ///< empty: a revision is served
    std::shared_ptr<const GitRepository> repository_;
    std::unique_ptr<ServedCommits> commits_;  ///< null: there is no repository
    std::unique_ptr<TrackedFiles> tracked_;   ///< null: every file of the folder is served
    std::string subfolder_;
    OpenFile root_;
    std::mutex mutex_;
    std::map<FileKey, std::string> etags_;  ///< of files that were hashed
    std::map<BlobId, std::optional<LfsPointer>> pointers_;
    std::map<CommitId, std::shared_ptr<const Tree>> trees_;
};

/// Decodes %XX once. Nothing for what is not UTF-8, has a broken escape, or a NUL.
std::optional<std::string> decode_path(std::string_view raw);

/// By its ending: "application/json", "text/html; charset=utf-8"; models are octets.
std::string content_type_of(std::string_view path);

}  // namespace onnxhub
