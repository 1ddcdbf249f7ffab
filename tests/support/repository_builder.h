// SPDX-License-Identifier: Apache-2.0
// Git repositories for tests, made through libgit2 in a temporary folder that goes with the object:
//     RepositoryBuilder hub;
//     hub.write("README.md", "…").write_lfs("mnist/mnist.onnx", model).commit("Add mnist");
// Configuration of the user and the system doesn't reach them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace onnxhub::test {

/// A folder that the destructor removes with its content.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

void write_file(const std::filesystem::path& path,
                const std::string& content);  ///< creates parent folders
std::string read_file(const std::filesystem::path& path);

/// Sets the modification time to a fixed time in 2020, `nanoseconds` after the second, so that an
/// index written later is newer than the file.
void set_old_time(const std::filesystem::path& path, long nanoseconds = 500'000'000);

class RepositoryBuilder {
public:
    RepositoryBuilder();  ///< an empty repository with the branch main
    ~RepositoryBuilder();
    RepositoryBuilder(const RepositoryBuilder&) = delete;
    RepositoryBuilder& operator=(const RepositoryBuilder&) = delete;

    RepositoryBuilder& write(const std::string& path, const std::string& content);
    RepositoryBuilder& symlink(const std::string& path, const std::string& target);
    /// Writes the pointer of `content` to the working tree, like a clone without LFS.
    RepositoryBuilder& write_pointer(const std::string& path, const std::string& content);
    /// Writes the files of a clone with LFS: the working tree has the content, the index has the
    /// pointer with the content's stat data, and the LFS store has the object. The file's time is
    /// in the past, so that the entry is not racy.
    RepositoryBuilder& write_lfs(const std::string& path, const std::string& content);
    /// Records `blob` in the index for `path`, without changing the file.
    RepositoryBuilder& set_index_blob(const std::string& path, const std::string& blob);
    RepositoryBuilder& add_lfs_object(const std::string& content);
    /// Records a submodule in the index and creates its folder, with a file in it.
    RepositoryBuilder& add_submodule(const std::string& path);
    RepositoryBuilder& remove(const std::string& path);
    RepositoryBuilder& set_config(const std::string& key, const std::string& value);
    /// Adds everything that is not ignored (files of write_lfs stay as they are) and commits it
    /// with a fixed author and time. Returns the commit's 40 digits.
    std::string commit(const std::string& message);
    RepositoryBuilder& branch(const std::string& name);    ///< at HEAD
    RepositoryBuilder& checkout(const std::string& name);  ///< forced; LFS files become pointers
    /// A bare clone in another temporary folder, which the destructor removes.
    std::filesystem::path bare_clone();

    const std::filesystem::path& path() const { return folder_.path(); }

private:
    TemporaryFolder folder_;
    TemporaryFolder clones_;
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace onnxhub::test
