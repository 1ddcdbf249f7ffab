// SPDX-License-Identifier: Apache-2.0
// Facts of many files: each file is described once, even if several rows name it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/boxed.h"
#include "generator/content_facts.h"
#include "remote/peek.h"
#include "repository/foreign_pointer.h"
#include "repository/tree.h"

namespace onnxhub {

/// Is called before the work starts, and after every block, from any thread.
class ContentObserver : public HashObserver {
public:
    /// This number of files and bytes will be read completely.
    virtual void will_hash(std::size_t files, std::uint64_t bytes) = 0;
    virtual void hashed_file() = 0;
};

/// The amount of content described from one source.
struct SourceCount {
    std::size_t files = 0;
    std::uint64_t bytes = 0;  ///< total size of the content

    bool operator==(const SourceCount&) const = default;
};

struct FactStatistics {
    SourceCount pointer;  ///< of Git LFS or git-annex
    SourceCount index;
    SourceCount hashed;

    bool operator==(const FactStatistics&) const = default;
};

/// Why there are no facts for a path.
struct NoContent {
    enum class Kind {
        missing,
        ignored,
        unusable,
        unread,  ///< the file exists but would have to be hashed: see add_known()
    };
    Kind kind = Kind::missing;
    std::string reason;  ///< one clause with the path: "a/b.onnx does not exist"
    std::string hint;
    /// Set for a broken pointer: the problem is in the file itself.
    Boxed<Diagnostic> in_file;
    /// The file that a missing one probably means; empty: there is none.
    std::string near = {};
};

class ContentTable {
public:
    /// What `known`, a table of the same tree, has described is taken from there. It may be null,
    /// and is used by add() and add_known() alone.
    explicit ContentTable(const Tree& tree, const ContentTable* known = nullptr)
        : tree_(&tree), known_(known) {}

    // Not copied: the index refers to the rows.
    ContentTable(ContentTable&&) = default;
    ContentTable& operator=(ContentTable&&) = default;

    /// Adds a file to describe; has no effect if it was added before.
    void add(const std::string& path);

    /// The same, but without hashing: only pointers and git's index are used.
    void add_known(const std::string& path);

    /// Describes all added files that are not described yet. Up to `jobs` threads hash files, the
    /// largest first.
    void describe(const FactOptions& options, ContentObserver* observer, unsigned jobs);

    const ContentFacts* facts(const std::string& path) const;    ///< null if not available
    const NoContent* no_content(const std::string& path) const;  ///< null if there are facts
    /// The same; null too for a file that was not added.
    const ContentFacts* facts_if_added(const std::string& path) const;
    bool has_file(const std::string& path) const;  ///< has facts, or exists but was not read

    /// Opens the content; null when it is not available locally.
    std::unique_ptr<ByteSource> open(const std::string& path) const;

    /// Graphs that were read from servers, for open_graph(); may be null. Must outlive this object.
    void use_peeked(const PeekedGraphs* peeked) { peeked_ = peeked; }

    /// The content as open() gives it, else what was read of it from a server: a source for
    /// read_skeleton() alone. Null when there is neither.
    std::unique_ptr<ByteSource> open_graph(const std::string& path) const;
    /// Only what was read from a server; null when nothing was.
    std::unique_ptr<ByteSource> open_peeked(const std::string& path) const;
    std::optional<PeekDepth> peeked_depth() const;

    FactStatistics statistics() const;

private:
    struct Row {
        std::string path;
        bool has_file = false;  ///< `path` leads to a regular file, or is a link of git-annex
        Boxed<std::string> link_target = {};  ///< of symbolic links: the path of the file
        std::optional<ContentFacts> facts = {};
        Boxed<NoContent> no_content = {};  ///< of described rows without facts
        bool may_hash = false;
        bool is_described = false;

        const std::string& file() const { return link_target ? *link_target : path; }
        void set(ContentFacts found);
        void set(NoContent none);
    };
    Row& row_of(const std::string& path);
    const Row& at(const std::string& path) const;
    void resolve(Row& row) const;
    void find_file(Row& row) const;
    void suggest_near_files(const std::vector<std::size_t>& rows);
    std::optional<ForeignPointer> foreign_link(const std::string& path) const;

    const Tree* tree_;  ///< never null; a pointer makes tables movable
    const ContentTable* known_;
    const PeekedGraphs* peeked_ = nullptr;
    std::deque<Row> rows_;  ///< a deque, since index_ refers to paths
    std::unordered_map<std::string_view, std::size_t> index_;
};

}  // namespace onnxhub
