// SPDX-License-Identifier: Apache-2.0
// The files that a hub's server serves, by URL path.
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

#include "base/descriptor.h"
#include "base/folder.h"
#include "hosting/server/conditional_request.h"
#include "hosting/server/served_commits.h"
#include "repository/git_repository.h"
#include "repository/hub_location.h"
#include "repository/tracked_files.h"
#include "repository/tree.h"

namespace onnxhub {

/// A file that is stored in git, not yet inflated.
struct BlobInTree {
    BlobId id;
    std::shared_ptr<const Tree> tree;
    std::string path;  ///< in the tree; a regular file
};

/// Files of hubs must not be active in a browser (CSP, directive "sandbox").
inline constexpr const char* content_policy = "sandbox";

struct ServedFile {
    FileIdentity
        identity;  ///< the ETag is empty if ServedHub::learn_etag() must hash the file first
    std::string content_type;
    Descriptor file = Descriptor();                     ///< the content, if the file is open
    std::shared_ptr<const std::string> text = nullptr;  ///< otherwise the content as text
    std::optional<BlobInTree> blob = std::nullopt;      ///< otherwise the blob with the content
    std::optional<CommitId> commit = std::nullopt;  ///< the commit it is from; nullopt: from disk
    std::string policy = content_policy;            ///< Content-Security-Policy; "" for none
    bool never_changes = false;                     ///< the path has the digest of the content
};

struct NotServed {
    int status = 404;
    std::string reason;      ///< one line for the client
    bool is_absent = false;  ///< no file has this path, but another layout may have it
};

using Served = std::variant<ServedFile, NotServed>;

/// Paths have three layouts: plain ("/ONNX_HUB_MANIFEST.json", "/a/m.onnx") and GitHub's two
/// ("/owner/name/ref/a/m.onnx" and "/media/owner/name/ref/a/m.onnx"). A plain file takes
/// precedence. In a repository, ServedCommits resolves the ref of GitHub's layouts at each request,
/// so that a moved ref needs no restart; otherwise every ref means the folder.
///
/// From a working tree, only files that git tracks are served, with their content on disk, unless
/// `untracked` is set. A folder that git does not track at all is a plain folder, and all its files
/// are served. Git LFS pointers are resolved from the LFS store. Never opens files outside of the
/// hub, nor paths with a segment that begins with '.', also not through symbolic links.
/// Thread-safe.
class ServedHub {
public:
    /// `location` as for LocalHub: a folder, or a repository with ":ref". Throws UserError when it
    /// does not exist, or when `only_ref`, `history` or `all_refs` is set without a repository
    /// (without a ref, for `only_ref`).
    explicit ServedHub(const std::string& location, HubAccess access = {});
    ~ServedHub();

    /// `path` is decoded, begins with '/', and may be any text. Reads no content except pointers
    /// and, for their ETag, files up to 1 MiB.
    Served open(std::string_view path);

    /// Hashes the file at `path`, so that open() knows its ETag. Throws UserError when the file
    /// cannot be read completely, and NotServed when it does not exist.
    void learn_etag(const std::string& path);

    /// Clears what is cached about files and refs.
    void reload();

    /// Whether only tracked files of a working tree are served.
    bool is_tracked_only() const { return tracked_ != nullptr; }

private:
    using FileKey = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::int64_t>;

    void use_repository(const HubLocation& found, HubAccess access);
    Served open_plain(const std::string& hub_path);
    std::optional<Served> open_at_ref(std::string_view path);
    Served open_on_disk(const std::string& hub_path);
    Descriptor open_served(const std::string& hub_path);
    Served open_in_tree(const CommitId& commit, const std::string& hub_path);
    Served open_lfs_object(const LfsPointer& pointer, const std::string& hub_path);
    std::optional<LfsPointer> pointer_of(const BlobInTree& blob);
    std::optional<std::string> known_etag(const FileKey& key);
    std::string etag_of(const Descriptor& file, const FileKey& key);
    std::shared_ptr<const Tree> tree_of(const CommitId& commit);

    std::filesystem::path folder_;  ///< empty: a revision is served
    std::shared_ptr<const GitRepository> repository_;
    std::unique_ptr<ServedCommits> commits_;  ///< null: no repository
    std::unique_ptr<TrackedFiles> tracked_;   ///< null: all files of the folder are served
    std::string subfolder_;
    FolderRoot root_;
    std::mutex mutex_;
    std::map<FileKey, std::string> etags_;  ///< ETags of hashed files
    std::map<BlobId, std::optional<LfsPointer>> pointers_;
    std::map<CommitId, std::shared_ptr<const Tree>> trees_;
};

/// Decodes %XX once. nullopt for invalid UTF-8, a broken escape or a NUL.
std::optional<std::string> decode_path(std::string_view raw);

/// By file name extension: "application/json", "text/html; charset=utf-8"; models are octet
/// streams.
std::string content_type_of(std::string_view path);

}  // namespace onnxhub
