// SPDX-License-Identifier: Apache-2.0
// Facts of many files at once: each file is described once, however many rows name it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "generator/content_facts.h"
#include "repository/foreign_pointer.h"
#include "repository/tree.h"

namespace onnxhub {

/// Told of the work before it starts, and of every block as it is done, from any thread.
class ContentObserver : public HashObserver {
public:
    /// So many files of so many bytes are about to be read in full.
    virtual void will_hash(std::size_t files, std::uint64_t bytes) = 0;
    virtual void hashed_file() = 0;
};

/// How much was described from which source.
struct SourceCount {
    std::size_t files = 0;
    std::uint64_t bytes = 0;  ///< size of the content described

    bool operator==(const SourceCount&) const = default;
};

struct FactStatistics {
    SourceCount pointer;
    SourceCount index;
    SourceCount hashed;

    bool operator==(const FactStatistics&) const = default;
};

/// Why a path gives no facts.
struct NoContent {
    enum class Kind {
        missing,
        ignored,
        unusable,
        unread,  ///< a file is there, and would have to be hashed: see add_known()
    };
    Kind kind = Kind::missing;
    std::string reason;  ///< one clause with the path: "a/b.onnx does not exist"
    std::string hint;
    std::optional<Diagnostic> in_file;  ///< a broken pointer: the trouble is in the file itself
};

class ContentTable {
public:
    using Result = std::variant<ContentFacts, NoContent>;

    /// What `known`, a table of the same tree, has described is taken from there. It may be null,
    /// and is used by add() and add_known() alone.
    explicit ContentTable(const Tree& tree, const ContentTable* known = nullptr)
        : tree_(&tree), known_(known) {}

    /// A file to describe; a path that is there already is not added again.
    void add(const std::string& path);

    /// The same, but only as far as pointers and git's index tell: nothing is hashed for it.
    void add_known(const std::string& path);

    /// Describes all that were added and aren't yet. Whole files are hashed by up to `jobs`
    /// threads, the largest first.
    void describe(const FactOptions& options, ContentObserver* observer, unsigned jobs);

    const Result& at(const std::string& path) const;
    const ContentFacts* facts(const std::string& path) const;  ///< null when there are none
    bool has_file(const std::string& path) const;              ///< with facts, or there and unread

    /// The content, for random access; null when its bytes are not here.
    std::unique_ptr<ByteSource> open(const std::string& path) const;

    FactStatistics statistics() const;

private:
    struct Row {
        std::string path;
        std::string resolved;  ///< behind symbolic links
        Result result;
        bool may_hash = false;
        bool is_described = false;
    };
    Row& row_of(const std::string& path);
    void resolve(Row& row) const;
    void find_file(Row& row) const;
    std::optional<ForeignPointer> foreign_link(const std::string& path) const;

    const Tree* tree_;  ///< never null; a pointer, so that tables can move
    const ContentTable* known_;
    std::vector<Row> rows_;
    std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace onnxhub
