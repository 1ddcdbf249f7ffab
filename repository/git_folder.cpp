// SPDX-License-Identifier: Apache-2.0
#include "repository/git_folder.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_info_file = std::uint64_t{16} << 20;  // bytes

bool has_line(const std::string& text, const std::string& line) {
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::size_t length = end - begin;
        if (length > 0 && text[end - 1] == '\r') --length;
        if (text.compare(begin, length, line) == 0) return true;
        begin = end + 1;
    }
    return false;
}

}  // namespace

fs::path path_of(const GitRepository& repository, GitInfo file) {
    return repository.common_folder() / "info" /
           (file == GitInfo::exclude ? "exclude" : "attributes");
}

bool add_line(const GitRepository& repository, GitInfo file, const std::string& line) {
    const fs::path path = path_of(repository, file);
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::string text;
    if (fs::exists(path, error)) text = read_file(path, largest_info_file);
    if (has_line(text, line)) return false;
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    write_file_atomically(path, text + line + "\n");
    return true;
}

fs::path index_file_of(const GitRepository& repository) {
    return repository.git_folder() / "index";
}

fs::path index_lock_of(const GitRepository& repository) {
    return repository.git_folder() / "index.lock";
}

bool is_git_at_work(const GitRepository& repository) {
    if (std::getenv("GIT_INDEX_FILE")) return false;
    std::error_code error;
    return fs::exists(fs::symlink_status(index_lock_of(repository), error));
}

}  // namespace onnxhub
