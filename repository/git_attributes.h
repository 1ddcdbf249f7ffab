// SPDX-License-Identifier: Apache-2.0
// Determines which paths .gitattributes files assign to Git LFS. Format:
// https://git-scm.com/docs/gitattributes
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

/// The value of the attribute "filter" for a path.
enum class LfsFilter { unspecified, lfs, other };

/// Larger .gitattributes files, and files with more patterns that have wildcards in the middle, are
/// ignored with a diagnostic, to bound the time for hostile ones.
inline constexpr std::uint64_t attributes_size_limit = 1024 * 1024;  // bytes
inline constexpr std::size_t attributes_glob_limit = 500;

class GitAttributes {
public:
    /// `files` is the tree's list(), used to find the .gitattributes files.
    static GitAttributes read(const Tree& tree, const std::vector<std::string>& files,
                              Diagnostics& diagnostics);

    LfsFilter filter_of(const std::string& path) const;

    /// Whether any line assigns a path to Git LFS.
    bool uses_lfs() const { return uses_lfs_; }

private:
    /// A line that sets the filter attribute.
    struct Line {
        std::string pattern;
        bool is_anchored = false;  ///< matched against the path below the file's folder, otherwise
                                   ///< against file names
        std::size_t number = 0;
        std::optional<LfsFilter> filter;  ///< absent: "!filter", which resets it to unspecified
    };
    /// The lines of one file; for equal patterns, the last line.
    struct Folder {
        std::unordered_map<std::string, Line>
            by_suffix;                                  ///< such as "*.onnx", the most common kind
        std::unordered_map<std::string, Line> by_name;  ///< no wildcards
        std::unordered_map<std::string, Line> by_path;  ///< no wildcards
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
