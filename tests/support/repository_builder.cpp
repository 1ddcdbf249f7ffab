// SPDX-License-Identifier: Apache-2.0
#include "tests/support/repository_builder.h"

#include <fcntl.h>
#include <git2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <system_error>

#include "base/digest.h"
#include "repository/lfs_pointer.h"

namespace onnxhub::test {
namespace {

namespace fs = std::filesystem;

/// The time of the first commit. It is fixed, so that commit ids depend only on the content.
constexpr git_time_t first_commit_time = 1'600'000'000;  // seconds since 1970

void require(int error, const std::string& what) {
    if (error >= 0) return;
    const git_error* reason = git_error_last();
    throw std::runtime_error("test setup: " + what + ": " + (reason ? reason->message : "?"));
}

void initialize_git() {
    static const bool done = [] {
        git_libgit2_init();
        // A user's core.excludesFile or core.autocrlf would affect tests.
        for (const int level : {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                                GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_PROGRAMDATA}) {
            git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "/nonexistent");
        }
        return true;
    }();
    static_cast<void>(done);
}

git_index_time to_index_time(const struct timespec& time) {
    return {static_cast<std::int32_t>(time.tv_sec), static_cast<std::uint32_t>(time.tv_nsec)};
}

git_index_entry entry_with_stat_of(const fs::path& file, const std::string& path) {
    struct stat status = {};
    if (lstat(file.c_str(), &status) != 0) {
        throw std::system_error(errno, std::generic_category(), file.string());
    }
    git_index_entry entry = {};
    entry.ctime = to_index_time(status.st_ctim);
    entry.mtime = to_index_time(status.st_mtim);
    entry.dev = static_cast<std::uint32_t>(status.st_dev);
    entry.ino = static_cast<std::uint32_t>(status.st_ino);
    entry.mode = GIT_FILEMODE_BLOB;
    entry.uid = status.st_uid;
    entry.gid = status.st_gid;
    entry.file_size = static_cast<std::uint32_t>(status.st_size);
    entry.path = path.c_str();
    return entry;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "onnxhub-test-XXXXXX").string();
    if (!mkdtemp(pattern.data())) {
        throw std::system_error(errno, std::generic_category(), pattern);
    }
    path_ = fs::canonical(pattern);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code error;  // a test may have left a folder that cannot be removed
    fs::remove_all(path_, error);
}

void write_file(const fs::path& path, const std::string& content) {
    fs::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << content;
    if (!file.flush()) throw std::runtime_error("test setup: can't write " + path.string());
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("test setup: can't read " + path.string());
    return {std::istreambuf_iterator<char>(file), {}};
}

void set_old_time(const fs::path& path, long nanoseconds) {
    const struct timespec old = {1'580'000'000, nanoseconds};
    const struct timespec times[2] = {old, old};
    if (utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
        throw std::system_error(errno, std::generic_category(), path.string());
    }
}

struct RepositoryBuilder::State {
    git_repository* repository = nullptr;
    git_index* index = nullptr;
    std::set<std::string> kept;  ///< index entries that commit() does not change
    int commits = 0;
    int clones = 0;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        git_index_free(index);
        git_repository_free(repository);
    }

    void write_index() { require(git_index_write(index), "git_index_write"); }
};

RepositoryBuilder::RepositoryBuilder() : state_(std::make_unique<State>()) {
    initialize_git();
    git_repository_init_options options;
    git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
    options.flags = GIT_REPOSITORY_INIT_MKPATH | GIT_REPOSITORY_INIT_NO_REINIT;
    options.initial_head = "main";
    require(git_repository_init_ext(&state_->repository, path().c_str(), &options),
            "git_repository_init_ext");
    require(git_repository_index(&state_->index, state_->repository), "git_repository_index");
}

RepositoryBuilder::~RepositoryBuilder() = default;

RepositoryBuilder& RepositoryBuilder::write(const std::string& path, const std::string& content) {
    write_file(folder_.path() / path, content);
    state_->kept.erase(path);
    return *this;
}

RepositoryBuilder& RepositoryBuilder::symlink(const std::string& path, const std::string& target) {
    const fs::path link = folder_.path() / path;
    fs::create_directories(link.parent_path());
    fs::remove(link);
    fs::create_symlink(target, link);
    return *this;
}

RepositoryBuilder& RepositoryBuilder::write_pointer(const std::string& path,
                                                    const std::string& content) {
    return write(path, lfs_pointer_text(sha256_of(content), content.size()));
}

RepositoryBuilder& RepositoryBuilder::write_lfs(const std::string& path,
                                                const std::string& content) {
    write(path, content);
    set_old_time(folder_.path() / path);
    add_lfs_object(content);
    return set_index_blob(path, lfs_pointer_text(sha256_of(content), content.size()));
}

RepositoryBuilder& RepositoryBuilder::set_index_blob(const std::string& path,
                                                     const std::string& blob) {
    git_index_entry entry = entry_with_stat_of(folder_.path() / path, path);
    require(git_blob_create_from_buffer(&entry.id, state_->repository, blob.data(), blob.size()),
            "git_blob_create_from_buffer");
    require(git_index_add(state_->index, &entry), "git_index_add");
    state_->write_index();
    state_->kept.insert(path);
    return *this;
}

RepositoryBuilder& RepositoryBuilder::add_lfs_object(const std::string& content) {
    const std::string name = to_hex(sha256_of(content));
    write_file(folder_.path() / ".git/lfs/objects" / name.substr(0, 2) / name.substr(2, 2) / name,
               content);
    return *this;
}

RepositoryBuilder& RepositoryBuilder::add_submodule(const std::string& path) {
    write_file(folder_.path() / path / ".git", "gitdir: nowhere\n");
    write_file(folder_.path() / path / "inside.txt", "of the submodule");
    git_index_entry entry = {};
    entry.mode = GIT_FILEMODE_COMMIT;
    entry.path = path.c_str();
    entry.id.id[0] = 1;  // a commit that does not exist locally
    require(git_index_add(state_->index, &entry), "git_index_add");
    state_->write_index();
    state_->kept.insert(path);
    return *this;
}

RepositoryBuilder& RepositoryBuilder::remove(const std::string& path) {
    fs::remove_all(folder_.path() / path);
    state_->kept.erase(path);
    return *this;
}

RepositoryBuilder& RepositoryBuilder::set_config(const std::string& key, const std::string& value) {
    git_config* config = nullptr;
    require(git_repository_config(&config, state_->repository), "git_repository_config");
    const int error = git_config_set_string(config, key.c_str(), value.c_str());
    git_config_free(config);
    require(error, "git_config_set_string");
    return *this;
}

std::string RepositoryBuilder::commit(const std::string& message) {
    State& state = *state_;
    const auto skip_kept = [](const char* path, const char*, void* kept) {
        return static_cast<std::set<std::string>*>(kept)->contains(path) ? 1 : 0;
    };
    require(git_index_add_all(state.index, nullptr, GIT_INDEX_ADD_DEFAULT, skip_kept, &state.kept),
            "git_index_add_all");
    state.write_index();

    git_oid tree_id = {};
    git_tree* tree = nullptr;
    require(git_index_write_tree(&tree_id, state.index), "git_index_write_tree");
    require(git_tree_lookup(&tree, state.repository, &tree_id), "git_tree_lookup");
    git_oid parent_id = {};
    git_commit* parent = nullptr;
    if (git_reference_name_to_id(&parent_id, state.repository, "HEAD") == 0) {
        require(git_commit_lookup(&parent, state.repository, &parent_id), "git_commit_lookup");
    }
    git_signature* author = nullptr;
    require(git_signature_new(&author, "Test", "test@example.com",
                              first_commit_time + 60 * state.commits++, 0),
            "git_signature_new");
    git_oid id = {};
    const git_commit* parents[] = {parent};
    const int error = git_commit_create(&id, state.repository, "HEAD", author, author, nullptr,
                                        message.c_str(), tree, parent ? 1 : 0, parents);
    git_signature_free(author);
    git_commit_free(parent);
    git_tree_free(tree);
    require(error, "git_commit_create");
    char hex[41] = {};
    git_oid_tostr(hex, sizeof hex, &id);
    return hex;
}

RepositoryBuilder& RepositoryBuilder::branch(const std::string& name) {
    git_object* head = nullptr;
    require(git_revparse_single(&head, state_->repository, "HEAD"), "HEAD");
    git_reference* made = nullptr;
    const int error = git_branch_create(&made, state_->repository, name.c_str(),
                                        reinterpret_cast<git_commit*>(head), 0);
    git_reference_free(made);
    git_object_free(head);
    require(error, "git_branch_create");
    return *this;
}

RepositoryBuilder& RepositoryBuilder::checkout(const std::string& name) {
    git_object* commit = nullptr;
    require(git_revparse_single(&commit, state_->repository, name.c_str()), name);
    git_checkout_options options;
    git_checkout_options_init(&options, GIT_CHECKOUT_OPTIONS_VERSION);
    options.checkout_strategy = GIT_CHECKOUT_FORCE;
    const int error = git_checkout_tree(state_->repository, commit, &options);
    git_object_free(commit);
    require(error, "git_checkout_tree");
    require(git_repository_set_head(state_->repository, ("refs/heads/" + name).c_str()), name);
    state_->kept.clear();
    return *this;
}

fs::path RepositoryBuilder::bare_clone() {
    const fs::path to = clones_.path() / (std::to_string(state_->clones++) + ".git");
    git_clone_options options;
    git_clone_options_init(&options, GIT_CLONE_OPTIONS_VERSION);
    options.bare = 1;
    git_repository* clone = nullptr;
    require(git_clone(&clone, path().c_str(), to.c_str(), &options), "git_clone");
    git_repository_free(clone);
    return to;
}

}  // namespace onnxhub::test
