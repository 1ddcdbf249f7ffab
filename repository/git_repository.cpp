// SPDX-License-Identifier: Apache-2.0
#include "repository/git_repository.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "base/file_status.h"
#include "base/user_error.h"
#include "repository/git_handle.h"
#include "repository/index_snapshot.h"
#include "repository/shallow_history.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t large_blob = 64 * 1024 * 1024;  // bytes

/// Initializes libgit2 once for the life of the process.
void initialize_git() {
    static const bool done = [] {
        git_libgit2_init();
        // These extensions do not affect a reader of objects, refs and the index. Sparse checkouts
        // and partial clones set the first two, newer worktrees the last.
        const char* extensions[] = {"worktreeconfig", "partialclone", "preciousobjects",
                                    "relativeworktrees"};
        git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, std::size(extensions));
        return true;
    }();
    static_cast<void>(done);
}

/// The .git folder of the repository that contains `folder`, readable or not; empty when there is
/// none.
fs::path discover(const fs::path& folder) {
    git_buf found = GIT_BUF_INIT;
    fs::path git_folder;
    if (git_repository_discover(&found, folder.c_str(), 0, nullptr) == 0) {
        git_folder = fs::path(found.ptr).parent_path();  // removes the '/' at the end
    }
    git_buf_dispose(&found);
    return git_folder;
}

/// The folder to add to git's safe.directory.
fs::path repository_top(const fs::path& git_folder) {
    return git_folder.filename() == ".git" ? git_folder.parent_path() : git_folder;
}

bool has_other_owner(const fs::path& folder) {
    const auto status = status_of(folder);
    return status && status->owner != current_user();
}

/// Rejects a linked worktree or submodule whose repository is missing. Read as a plain folder, it
/// would include the files that its .gitignore excludes.
void refuse_dangling_git_file(const fs::path& folder) {
    std::error_code error;
    for (fs::path place = fs::canonical(folder, error); !error; place = place.parent_path()) {
        if (fs::is_regular_file(place / ".git", error)) {
            throw UserError((place / ".git").string() +
                            ": names a repository that does not exist; repair it with `git "
                            "worktree repair`, or remove it");
        }
        error.clear();
        if (place == place.root_path()) return;
    }
}

[[noreturn]] void fail_open(const fs::path& folder, const fs::path& git_folder, int error,
                            const std::string& reason) {
    const fs::path top = repository_top(git_folder);
    // libgit2 1.5 returns ENOTFOUND instead of EOWNER when no safe.directory is configured.
    if (error == GIT_EOWNER || has_other_owner(git_folder) || has_other_owner(top)) {
        throw UserError(folder.string() +
                        ": the repository belongs to another user; if you trust it, `git "
                        "config --global --add safe.directory '" +
                        top.string() + "'`");
    }
    throw UserError(folder.string() + ": the git repository can't be opened (" + reason +
                    "); check it with `git status`");
}

GitConfig open_config(git_repository* repository) {
    git_config* config = nullptr;
    if (git_repository_config_snapshot(&config, repository) != 0) return nullptr;
    return GitConfig(config);
}

/// Whether git treats the repository as bare although libgit2 does not. This is so when `folder` is
/// inside a git folder that is not named .git and the configuration (which may be missing) sets
/// neither core.bare nor a working tree. libgit2 would use the parent folder as the working tree.
bool is_bare_by_its_place(git_repository* repository, const fs::path& folder) {
    std::error_code error;
    if (git_repository_is_bare(repository) == 1 || git_repository_is_worktree(repository) == 1) {
        return false;
    }
    // Ends with '/', so that the file name is empty.
    const fs::path git_folder =
        fs::canonical(fs::path(git_repository_path(repository)).parent_path(), error);
    const fs::path below = fs::canonical(folder, error).lexically_relative(git_folder);
    if (error || git_folder.filename() == ".git" || below.empty() || *below.begin() == "..") {
        return false;
    }
    const GitConfig config = open_config(repository);
    int is_bare = 0;
    const char* working_folder = nullptr;
    return !config || (git_config_get_bool(&is_bare, config.get(), "core.bare") != 0 &&
                       git_config_get_string(&working_folder, config.get(), "core.worktree") != 0);
}

/// An object of a local store; null when it is missing or has another size.
std::unique_ptr<ByteSource> open_object(const fs::path& path, std::uint64_t size_bytes) {
    const auto status = status_of(path);
    if (!status || !status->is_regular()) return nullptr;
    auto source = open_file(path, path.string());
    return source->size_bytes() == size_bytes ? std::move(source) : nullptr;
}

const char* shallow_remedy =
    "; this clone is shallow: fetch the whole history (`git fetch --unshallow`, in GitHub Actions "
    "`fetch-depth: 0` of actions/checkout)";

/// The commits that branches, remote branches and tags point to.
std::vector<git_oid> published_tips(git_repository* repository) {
    std::vector<git_oid> tips;
    for (const char* names : {"refs/heads/*", "refs/remotes/*", "refs/tags/*"}) {
        git_reference_iterator* found = nullptr;
        if (git_reference_iterator_glob_new(&found, repository, names) != 0) continue;
        const std::unique_ptr<git_reference_iterator, FreeWith<git_reference_iterator_free>> all(
            found);
        git_reference* next = nullptr;
        while (git_reference_next(&next, all.get()) == 0) {
            const std::unique_ptr<git_reference, FreeWith<git_reference_free>> reference(next);
            git_object* peeled = nullptr;
            if (git_reference_peel(&peeled, next, GIT_OBJECT_COMMIT) != 0) continue;
            const GitObject commit(peeled);
            tips.push_back(*git_object_id(peeled));
        }
    }
    return tips;
}

git_oid parse_commit(const CommitId& commit) {
    git_oid oid = {};
    git_oid_fromstr(&oid, commit.c_str());
    return oid;
}

/// Keeps the object alive while its bytes are read.
class BlobSource : public ByteSource {
public:
    BlobSource(std::shared_ptr<GitHandle> handle, git_odb_object* object)
        : handle_(std::move(handle)), object_(object) {}
    ~BlobSource() override { git_odb_object_free(object_); }
    BlobSource(const BlobSource&) = delete;
    BlobSource& operator=(const BlobSource&) = delete;

    std::uint64_t size_bytes() const override { return git_odb_object_size(object_); }

    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        const std::size_t size = git_odb_object_size(object_);
        if (offset >= size) return 0;
        const std::size_t count =
            std::min<std::size_t>(into.size(), size - static_cast<std::size_t>(offset));
        const auto* data = static_cast<const std::byte*>(git_odb_object_data(object_));
        std::copy_n(data + offset, count, into.data());
        return count;
    }

private:
    std::shared_ptr<GitHandle> handle_;
    git_odb_object* object_;
};

[[noreturn]] void fail_blob(const BlobId& id, const std::string& shown_name, int error) {
    if (error == GIT_ENOTFOUND) {
        char hex[41] = {};
        const git_oid oid = to_git_oid(id);
        git_oid_tostr(hex, sizeof hex, &oid);
        throw UserError(shown_name + ": git has not fetched its blob " + hex +
                        "; fetch it with `git cat-file -e " + hex + "`, or clone without --filter");
    }
    throw UserError(shown_name + ": can't be read from git (" + git_message() +
                    "); check the repository with `git fsck`");
}

}  // namespace

std::string git_message() {
    const git_error* error = git_error_last();
    std::string message = error && error->message ? error->message : "unknown reason";
    for (char& c : message) {
        if (c == '\n') c = ' ';
    }
    return message;
}

BlobId to_blob_id(const git_oid& oid) {
    BlobId id;
    std::copy_n(oid.id, id.bytes.size(), id.bytes.begin());
    return id;
}

git_oid to_git_oid(const BlobId& id) {
    git_oid oid = {};
    std::copy(id.bytes.begin(), id.bytes.end(), oid.id);
    return oid;
}

std::optional<PackedBlob> packed_blob(const GitHandle& handle, const BlobId& id) {
    return handle.packs ? handle.packs->find(id) : std::nullopt;
}

std::uint64_t blob_size(const GitHandle& handle, const BlobId& id, const std::string& shown_name) {
    const git_oid oid = to_git_oid(id);
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    if (const int error = git_odb_read_header(&size, &type, handle.odb.get(), &oid)) {
        fail_blob(id, shown_name, error);
    }
    return size;
}

std::unique_ptr<ByteSource> open_blob(const std::shared_ptr<GitHandle>& handle, const BlobId& id,
                                      const std::string& shown_name) {
    return open_blob(handle, id, blob_size(*handle, id, shown_name), shown_name);
}

std::unique_ptr<ByteSource> open_blob(const std::shared_ptr<GitHandle>& handle, const BlobId& id,
                                      std::uint64_t size_bytes, const std::string& shown_name) {
    static std::mutex one_large_blob_at_a_time;
    std::unique_lock lock(one_large_blob_at_a_time, std::defer_lock);
    if (size_bytes > large_blob) lock.lock();
    const git_oid oid = to_git_oid(id);
    git_odb_object* object = nullptr;
    if (const int error = git_odb_read(&object, handle->odb.get(), &oid)) {
        fail_blob(id, shown_name, error);
    }
    return std::make_unique<BlobSource>(handle, object);
}

HeldByGit held_blob(const std::shared_ptr<GitHandle>& handle, const BlobId& id,
                    const std::string& shown_name) {
    if (const auto packed = packed_blob(*handle, id)) {
        const bool may_be_pointer = packed->content && !packed->content->empty() &&
                                    packed->size_bytes < lfs_pointer_size_limit;
        return {id, packed->size_bytes,
                may_be_pointer ? parse_lfs_pointer(*packed->content) : NotAPointer{}};
    }
    HeldByGit held{id, blob_size(*handle, id, shown_name), NotAPointer{}};
    if (held.size_bytes > 0 && held.size_bytes < lfs_pointer_size_limit) {
        held.as_pointer =
            parse_lfs_pointer(read_whole(*open_blob(handle, id, held.size_bytes, shown_name),
                                         lfs_pointer_size_limit, shown_name));
    }
    return held;
}

std::unique_ptr<ByteSource> TreePlace::open(const LfsPointer& pointer) const {
    // One string: joining five paths costs more than the system call.
    const std::string hex = to_hex(pointer.oid);
    std::string path = lfs_storage.native();
    path.append("/objects/").append(hex, 0, 2).append("/").append(hex, 2, 2);
    path.append("/").append(hex);
    return open_object(path, pointer.size_bytes);
}

std::unique_ptr<ByteSource> TreePlace::open(const AnnexKey& key) const {
    for (const std::string& path : annex_object_paths(key)) {
        if (auto source = open_object(annex_objects / path, key.size_bytes)) return source;
    }
    return nullptr;
}

void accept_repositories_of_all_users() {
    initialize_git();
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

std::shared_ptr<const GitRepository> GitRepository::find(const fs::path& folder) {
    initialize_git();
    git_repository* opened = nullptr;
    const int error = git_repository_open_ext(&opened, folder.c_str(), 0, nullptr);
    if (error != 0) {
        const std::string reason = git_message();
        const fs::path git_folder = discover(folder);
        if (error == GIT_ENOTFOUND && git_folder.empty()) {
            refuse_dangling_git_file(folder);
            return nullptr;
        }
        fail_open(folder, git_folder, error, reason);
    }
    auto handle = std::make_shared<GitHandle>();
    handle->repository.reset(opened);
    if (is_bare_by_its_place(opened, folder)) {
        const std::string git_folder = git_repository_path(opened);
        if (git_repository_open_bare(&opened, git_folder.c_str()) != 0) {
            fail_open(folder, git_folder, GIT_ERROR, git_message());
        }
        handle->repository.reset(opened);
    }
    git_odb* odb = nullptr;
    if (git_repository_odb(&odb, opened) != 0) {
        throw UserError(folder.string() + ": the git repository has no object database (" +
                        git_message() + "); check it with `git fsck`");
    }
    handle->odb.reset(odb);
    handle->packs =
        std::make_unique<PackedBlobs>(fs::path(git_repository_commondir(opened)) / "objects");
    return std::shared_ptr<const GitRepository>(new GitRepository(std::move(handle)));
}

GitRepository::GitRepository(std::shared_ptr<GitHandle> handle) : handle_(std::move(handle)) {}

GitRepository::~GitRepository() = default;

CommitId GitRepository::resolve_commit(const std::string& revision) const {
    git_object* found = nullptr;
    int error = git_revparse_single(&found, handle_->repository.get(), revision.c_str());
    const GitObject object(found);
    git_object* peeled = nullptr;
    if (error == 0) error = git_object_peel(&peeled, found, GIT_OBJECT_COMMIT);
    const GitObject commit(peeled);
    if (error != 0) {
        const bool is_unborn =
            revision == "HEAD" && git_repository_head_unborn(handle_->repository.get()) == 1;
        throw UserError(revision + ": is not a commit in this repository" +
                        (is_unborn      ? "; nothing has been committed yet"
                         : is_shallow() ? shallow_remedy
                                        : "; name a commit, branch or tag, or fetch it first"));
    }
    char hex[41] = {};
    git_oid_tostr(hex, sizeof hex, git_object_id(peeled));
    return hex;
}

std::optional<std::string> GitRepository::branch_of(const std::string& ref) const {
    constexpr std::string_view prefix = "refs/heads/";
    git_reference* found = nullptr;
    const std::string name =
        ref == "HEAD" || ref.starts_with(prefix) ? ref : std::string(prefix) + ref;
    const int error = git_reference_lookup(&found, handle_->repository.get(), name.c_str());
    const std::unique_ptr<git_reference, FreeWith<git_reference_free>> reference(found);
    if (error != 0) return std::nullopt;
    const char* target =
        ref == "HEAD" ? git_reference_symbolic_target(found) : git_reference_name(found);
    if (!target || !std::string_view(target).starts_with(prefix)) return std::nullopt;
    return std::string(target).substr(prefix.size());
}

bool GitRepository::is_reachable(const CommitId& commit) const {
    const git_oid wanted = parse_commit(commit);
    const std::vector<git_oid> tips = published_tips(handle_->repository.get());
    const auto is_wanted = [&](const git_oid& tip) { return git_oid_equal(&tip, &wanted) == 1; };
    if (std::ranges::any_of(tips, is_wanted)) return true;
    return !tips.empty() && git_graph_reachable_from_any(handle_->repository.get(), &wanted,
                                                         tips.data(), tips.size()) == 1;
}

bool GitRepository::is_published_tip(const CommitId& commit) const {
    const git_oid wanted = parse_commit(commit);
    return std::ranges::any_of(published_tips(handle_->repository.get()), [&](const git_oid& tip) {
        return git_oid_equal(&tip, &wanted) == 1;
    });
}

bool GitRepository::leads_to(const CommitId& tip, const CommitId& commit) const {
    if (tip == commit) return true;
    const git_oid from = parse_commit(tip), wanted = parse_commit(commit);
    return git_graph_reachable_from_any(handle_->repository.get(), &wanted, &from, 1) == 1;
}

fs::path GitRepository::index_path() const {
    return fs::path(git_repository_path(handle_->repository.get())) / "index";
}

std::vector<std::string> GitRepository::tracked_files(const std::string& subfolder) const {
    const IndexSnapshot index = IndexSnapshot::read(handle_->repository.get(), subfolder);
    std::vector<std::string> paths;
    paths.reserve(index.files().size());
    for (const IndexedFile& file : index.files()) {
        if (file.mode != GIT_FILEMODE_COMMIT) paths.push_back(file.path);
    }
    return paths;
}

CommitId GitRepository::merge_base(const CommitId& one, const CommitId& other) const {
    const git_oid first = parse_commit(one);
    const git_oid second = parse_commit(other);
    git_oid base = {};
    bool found = false;
    if (is_shallow()) {
        const auto best = merge_base_in_shallow_clone(handle_->repository.get(), first, second);
        found = best.has_value();
        if (found) base = *best;
    } else {
        found = git_merge_base(&base, handle_->repository.get(), &first, &second) == 0;
    }
    if (!found) {
        throw UserError(one.substr(0, 12) + ", " + other.substr(0, 12) +
                        ": have no common ancestor here" +
                        (is_shallow() ? shallow_remedy : "; name a base they share"));
    }
    char hex[41] = {};
    git_oid_tostr(hex, sizeof hex, &base);
    return hex;
}

bool GitRepository::is_bare() const {
    return git_repository_is_bare(handle_->repository.get()) == 1;
}

bool GitRepository::is_shallow() const {
    return git_repository_is_shallow(handle_->repository.get()) == 1;
}

fs::path GitRepository::working_folder() const {
    const char* folder = git_repository_workdir(handle_->repository.get());
    return folder ? fs::path(folder) : fs::path();
}

fs::path GitRepository::git_folder() const {
    return git_repository_path(handle_->repository.get());
}

fs::path GitRepository::common_folder() const {
    return git_repository_commondir(handle_->repository.get());
}

fs::path GitRepository::lfs_storage() const {
    const fs::path common = common_folder();
    const GitConfig config = open_config(handle_->repository.get());
    const char* configured = nullptr;
    if (config && git_config_get_string(&configured, config.get(), "lfs.storage") == 0 &&
        *configured != '\0') {
        return common / configured;  // an absolute path replaces the folder
    }
    return common / "lfs";
}

std::optional<std::string> GitRepository::config_value(const std::string& key) const {
    const GitConfig config = open_config(handle_->repository.get());
    const char* value = nullptr;
    if (!config || git_config_get_string(&value, config.get(), key.c_str()) != 0) {
        return std::nullopt;
    }
    return value;
}

std::unique_ptr<Tree> GitRepository::tree_of(const CommitId& commit,
                                             const std::string& subfolder) const {
    return make_revision_tree(handle_, commit, place_of(subfolder));
}

std::unique_ptr<Tree> GitRepository::working_tree(const std::string& subfolder) const {
    if (is_bare()) throw UserError("a bare repository has no working tree; use --rev");
    return make_working_tree(handle_, place_of(subfolder));
}

TreePlace GitRepository::place_of(const std::string& subfolder) const {
    const fs::path annex = common_folder() / "annex" / "objects";
    return {{config_value("remote.origin.url").value_or(""), subfolder}, lfs_storage(), annex};
}

}  // namespace onnxhub
