// SPDX-License-Identifier: Apache-2.0
// What a hub's server has to give, by URL path.
#pragma once

#include <chrono>
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
#include "repository/git_repository.h"
#include "repository/tree.h"

namespace onnxhub {

/// An open file; closed with the object.
class OpenFile {
public:
    explicit OpenFile(int fd = -1) : fd_(fd) {}
    OpenFile(OpenFile&& other) noexcept;
    OpenFile& operator=(OpenFile&& other) noexcept;
    ~OpenFile();

    int get() const { return fd_; }
    int release();  ///< the caller closes it

private:
    int fd_;
};

struct ServedFile {
    FileIdentity identity;
    std::string content_type;
    OpenFile file = OpenFile();                         ///< the content, or
    std::shared_ptr<const std::string> text = nullptr;  ///< where that is null, this
    std::optional<CommitId> commit = std::nullopt;  ///< that it is read from; absent: from the disk
};

struct NotServed {
    int status = 404;
    std::string reason;      ///< one line for the client
    bool is_absent = false;  ///< nothing has this path: another layout may mean it
};

using Served = std::variant<ServedFile, NotServed>;

/// Paths come in three layouts: plain ("/ONNX_HUB_MANIFEST.json", "/a/m.onnx") and GitHub's two
/// ("/owner/name/ref/a/m.onnx" and "/media/owner/name/ref/a/m.onnx"). A plain file goes before. In
/// a repository the ref of GitHub's layouts may be any branch or tag, or a commit that one of them
/// leads to, but no expression such as "main~1", looked up at each request, so that a moving ref
/// needs no restart; elsewhere any ref is the folder. Git LFS pointers are followed into the LFS
/// store. Nothing outside the hub is ever opened, nor anything whose path has a segment that begins
/// with '.', on the way through symbolic links neither. Thread-safe.
class ServedHub {
public:
    /// `location` as LocalHub takes it: a folder, or a repository with ":ref". Throws
    /// EnvironmentError when there is none. With `only_ref` GitHub's layouts have that ref alone,
    /// and there must be one.
    explicit ServedHub(const std::string& location, bool only_ref = false);
    ~ServedHub();

    /// `path` is decoded, with '/' at its beginning, and may be anything.
    Served open(std::string_view path);

    /// What was learned of files and refs is forgotten.
    void reload();

private:
    using FileKey = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::int64_t>;

    Served open_plain(const std::string& hub_path);
    std::optional<Served> open_at_ref(std::string_view path);
    std::optional<CommitId> published_commit(const std::string& ref);
    bool is_reachable(const CommitId& commit);
    Served open_on_disk(const std::string& hub_path);
    Served open_in_tree(const CommitId& commit, const std::string& hub_path);
    Served open_lfs_object(const LfsPointer& pointer, const std::string& hub_path);
    std::string etag_of(int fd, const FileKey& key);
    std::shared_ptr<const Tree> tree_of(const CommitId& commit);

    std::filesystem::path folder_;  ///< empty: a revision is served
    std::string ref_;
    bool only_ref_;
    std::shared_ptr<const GitRepository> repository_;
    std::string subfolder_;
    OpenFile root_;
    std::mutex mutex_;
    std::map<FileKey, std::string> etags_;  ///< of files that were hashed
    std::map<CommitId, std::shared_ptr<const Tree>> trees_;
    struct Reachability {
        bool is_reachable;
        std::chrono::steady_clock::time_point time;  ///< when it was so
    };
    std::map<CommitId, Reachability> reachable_;
};

/// Decodes %XX once. Nothing for what is not UTF-8, has a broken escape, or a NUL.
std::optional<std::string> decode_path(std::string_view raw);

/// By its ending: "application/json", "text/html; charset=utf-8"; models are octets.
std::string content_type_of(std::string_view path);

}  // namespace onnxhub
