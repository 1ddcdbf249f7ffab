// SPDX-License-Identifier: Apache-2.0
// Which paths .gitattributes files send through Git LFS.
// Format: https://git-scm.com/docs/gitattributes
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "manifest/diagnostic.h"
#include "repository/tree.h"

namespace onnxhub {

/// What the attribute "filter" says of a path.
enum class LfsFilter { unspecified, lfs, other };

/// Larger .gitattributes files, and those with more patterns that hold wildcards in their middle,
/// are passed by with a diagnostic: a bound on time for hostile ones.
inline constexpr std::uint64_t attributes_size_limit = 1024 * 1024;  // bytes
inline constexpr std::size_t attributes_glob_limit = 500;

class GitAttributes {
public:
    /// `files` is the tree's list(): it tells where .gitattributes files are.
    static GitAttributes read(const Tree& tree, const std::vector<std::string>& files,
                              Diagnostics& diagnostics);

    LfsFilter filter_of(const std::string& path) const;

    /// Whether any line sends anything through Git LFS.
    bool uses_lfs() const { return uses_lfs_; }

private:
    /// A line that says something about filters.
    struct Line {
        std::string pattern;
        bool is_anchored = false;  ///< matched against the path from the file's folder, else names
        std::size_t number = 0;
        std::optional<LfsFilter> filter;  ///< absent: "!filter", as if nothing were said
    };
    /// The lines of one file; of those with equal patterns the last.
    struct Folder {
        std::unordered_map<std::string, Line> by_suffix;  ///< "*.onnx", which most are
        std::unordered_map<std::string, Line> by_name;    ///< no wildcards
        std::unordered_map<std::string, Line> by_path;    ///< no wildcards
        std::vector<Line> globs;
    };

    void read_file(const std::string& folder, std::string_view text);
    void add(Folder& folder, Line line);
    void read_line(Folder& folder, std::string_view line, std::size_t number, bool is_root);
    const Line* last_match(const Folder& folder, std::string_view path) const;

    std::map<std::string, Folder> folders_;
    std::map<std::string, std::optional<LfsFilter>, std::less<>> macros_;
    bool uses_lfs_ = false;
};

}  // namespace onnxhub
