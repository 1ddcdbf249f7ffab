// SPDX-License-Identifier: Apache-2.0
// Git repositories for tests, made through libgit2 in a temporary folder that goes with the object:
//     RepositoryBuilder hub;
//     hub.write("README.md", "…").write_lfs("mnist/mnist.onnx", model).commit("Add mnist");
#pragma once

#include <filesystem>
#include <string>

namespace onnxhub::test {

/// A folder that is removed with everything in it when the object goes.
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

void write_file(const std::filesystem::path& path, const std::string& content);  ///< folders too
std::string read_file(const std::filesystem::path& path);

class RepositoryBuilder {
public:
    RepositoryBuilder();  ///< an empty repository with the branch main
    ~RepositoryBuilder();

    RepositoryBuilder& write(const std::string& path, const std::string& content);
    RepositoryBuilder& symlink(const std::string& path, const std::string& target);
    /// Writes the pointer of `content` into the working tree, as a clone without LFS leaves it.
    RepositoryBuilder& write_pointer(const std::string& path, const std::string& content);
    /// As a clone with LFS leaves it: the working tree has the content, the index the pointer with
    /// the content's stat data, the LFS store the object. `write_index` in the future of the file's
    /// times, so that the entry is not racy.
    RepositoryBuilder& write_lfs(const std::string& path, const std::string& content);
    RepositoryBuilder& add_lfs_object(const std::string& content);
    RepositoryBuilder& remove(const std::string& path);
    /// Adds everything that is not ignored (files of write_lfs stay as they are) and commits it
    /// with a fixed author and time. Returns the commit's 40 digits.
    std::string commit(const std::string& message);
    RepositoryBuilder& branch(const std::string& name);    ///< at HEAD
    RepositoryBuilder& checkout(const std::string& name);  ///< forced
    /// A bare clone in another temporary folder that goes with this object.
    std::filesystem::path bare_clone();

    const std::filesystem::path& path() const { return folder_.path(); }

private:
    TemporaryFolder folder_;
    TemporaryFolder clones_;
    struct State;
    State* state_;
};

}  // namespace onnxhub::test
