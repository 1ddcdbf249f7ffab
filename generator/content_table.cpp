// SPDX-License-Identifier: Apache-2.0
#include "generator/content_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <numeric>
#include <optional>
#include <utility>

#include "base/parallel.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "repository/near_path.h"

namespace onnxhub {
namespace {

NoContent unusable(Diagnostic diagnostic) {
    NoContent none{NoContent::Kind::unusable, diagnostic.message, diagnostic.hint, {}};
    none.in_file = std::move(diagnostic);
    return none;
}

const char* kind_name(FileKind kind) {
    switch (kind) {
        case FileKind::regular:
            return "a file";
        case FileKind::symlink:
            return "a symbolic link";
        case FileKind::folder:
            return "a folder";
        case FileKind::submodule:
            return "a submodule";
        case FileKind::other:
            break;
    }
    return "not a regular file";
}

void count(SourceCount& source, std::uint64_t bytes) {
    source.files += 1;
    source.bytes += bytes;
}

}  // namespace

void ContentTable::Row::set(ContentFacts found) {
    facts = found;
    no_content.reset();
}

void ContentTable::Row::set(NoContent none) {
    facts.reset();
    no_content = std::move(none);
}

ContentTable::Row& ContentTable::row_of(const std::string& path) {
    const auto present = index_.find(path);
    if (present != index_.end()) return rows_[present->second];
    const auto known = known_ ? known_->index_.find(path) : index_.end();
    const bool is_known = known_ && known != known_->index_.end();
    Row& row =
        is_known ? rows_.emplace_back(known_->rows_[known->second]) : rows_.emplace_back(Row{path});
    index_.emplace(row.path, rows_.size() - 1);
    return row;
}

void ContentTable::add(const std::string& path) {
    Row& row = row_of(path);
    row.may_hash = true;
    if (row.no_content && row.no_content->kind == NoContent::Kind::unread) row.is_described = false;
}

void ContentTable::add_known(const std::string& path) {
    row_of(path);
}

/// The placeholder of another tool than Git LFS, if the path does not lead to a file.
std::optional<ForeignPointer> ContentTable::foreign_link(const std::string& path) const {
    const auto stat = tree_->stat(path);
    if (stat && stat->kind == FileKind::symlink) return find_foreign_link(tree_->read_link(path));
    const auto dvc_file = tree_->stat(dvc_file_of(path));
    if (dvc_file && dvc_file->kind == FileKind::regular) return kept_by_dvc(path);
    return std::nullopt;
}

/// Sets either a NoContent or `row.has_file`.
void ContentTable::resolve(Row& row) const {
    find_file(row);
    if (row.has_file || std::holds_alternative<UnsafePath>(check_hub_path(row.path))) return;
    if (is_annex_link(*tree_, row.path)) {
        row.has_file = true;
        return;
    }
    if (auto foreign = foreign_link(row.path)) {
        row.set(NoContent{
            row.no_content->kind, row.path + " " + foreign->reason, std::move(foreign->hint), {}});
    }
}

void ContentTable::find_file(Row& row) const {
    auto resolved = resolve_symlinks(*tree_, row.path);
    if (auto* unresolved = std::get_if<UnresolvedPath>(&resolved)) {
        row.set(NoContent{NoContent::Kind::unusable,
                          row.path + ": " + unresolved->reason,
                          "replace the link by the file",
                          {}});
        return;
    }
    std::string target = std::get<std::string>(std::move(resolved));
    const auto stat = tree_->stat(target);
    if (!stat) {
        row.set(NoContent{NoContent::Kind::missing,
                          row.path + " does not exist",
                          "add the file, or correct the link",
                          {}});
    } else if (stat->is_ignored) {
        row.set(NoContent{NoContent::Kind::ignored,
                          row.path + " is ignored by .gitignore",
                          "track it with `git add -f`, or remove the row",
                          {}});
    } else if (stat->kind != FileKind::regular) {
        row.set(NoContent{NoContent::Kind::unusable,
                          row.path + " is " + kind_name(stat->kind) + ", not a file",
                          "correct the link",
                          {}});
    } else {
        row.has_file = true;
        if (target != row.path) row.link_target = std::move(target);
    }
}

/// A tree is only listed when a file of it is missing.
void ContentTable::suggest_near_files(const std::vector<std::size_t>& rows) {
    std::optional<NearPaths> paths;
    for (const std::size_t i : rows) {
        auto& none = rows_[i].no_content;
        if (!none || none->kind != NoContent::Kind::missing || none->in_file) continue;
        if (!paths) paths.emplace(tree_->list());
        auto near = paths->near(rows_[i].path);
        if (!near) continue;
        none->hint = fmt::format("the hub has {}: correct the link, or add the file", *near);
        none->near = std::move(*near);
    }
}

void ContentTable::describe(const FactOptions& options, ContentObserver* observer, unsigned jobs) {
    std::vector<std::size_t> pending;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (!std::exchange(rows_[i].is_described, true)) pending.push_back(i);
    }
    std::vector<std::uint64_t> size_to_hash(pending.size(), 0);
    std::vector<char> needs_hash(pending.size(), 0);
    for_each_index(pending.size(), jobs, [&](std::size_t i) {
        Row& row = rows_[pending[i]];
        try {
            resolve(row);
        } catch (const UserError& error) {  // such as a blob that is missing in a partial clone
            row.set(NoContent{NoContent::Kind::unusable, error.what(), "", {}});
        }
        if (!row.has_file) return;
        auto known = known_content_facts(*tree_, row.file(), options);
        if (const auto* needed = std::get_if<HashNeeded>(&known)) {
            if (!row.may_hash) {
                row.set(NoContent{NoContent::Kind::unread, row.path + " was not read", "", {}});
                return;
            }
            needs_hash[i] = 1;
            size_to_hash[i] = needed->size_bytes;
        } else if (auto* facts = std::get_if<ContentFacts>(&known)) {
            row.set(*facts);
        } else {
            row.set(unusable(std::get<Diagnostic>(std::move(known))));
        }
    });

    suggest_near_files(pending);

    std::vector<std::size_t> work;
    for (std::size_t i = 0; i < needs_hash.size(); ++i) {
        if (needs_hash[i]) work.push_back(i);
    }
    if (work.empty()) return;
    // The largest first: a large file that starts last would keep a single thread busy.
    std::stable_sort(work.begin(), work.end(), [&](std::size_t a, std::size_t b) {
        return size_to_hash[a] > size_to_hash[b];
    });
    if (observer) {
        observer->will_hash(work.size(), std::accumulate(size_to_hash.begin(), size_to_hash.end(),
                                                         std::uint64_t{0}));
    }
    for_each_index(work.size(), jobs, [&](std::size_t k) {
        Row& row = rows_[pending[work[k]]];
        auto hashed = hash_file(*tree_, row.file(), observer);
        if (auto* facts = std::get_if<ContentFacts>(&hashed)) {
            row.set(*facts);
        } else {
            row.set(unusable(std::get<Diagnostic>(std::move(hashed))));
        }
        if (observer) observer->hashed_file();
    });
}

const ContentTable::Row& ContentTable::at(const std::string& path) const {
    const auto found = index_.find(path);
    assert(found != index_.end() && "add() the path first");
    return rows_[found->second];
}

const ContentFacts* ContentTable::facts(const std::string& path) const {
    const Row& row = at(path);
    return row.facts ? &*row.facts : nullptr;
}

const NoContent* ContentTable::no_content(const std::string& path) const {
    const Row& row = at(path);
    assert(row.is_described);
    return row.no_content.operator->();
}

const ContentFacts* ContentTable::facts_if_added(const std::string& path) const {
    return index_.contains(path) ? facts(path) : nullptr;
}

bool ContentTable::has_file(const std::string& path) const {
    const NoContent* none = no_content(path);
    return !none || none->kind == NoContent::Kind::unread;
}

std::unique_ptr<ByteSource> ContentTable::open(const std::string& path) const {
    const auto* known = facts(path);
    if (!known) return nullptr;
    return open_content(*tree_, rows_[index_.at(path)].file(), *known);
}

std::unique_ptr<ByteSource> ContentTable::open_graph(const std::string& path) const {
    if (auto content = open(path)) return content;
    return open_peeked(path);
}

std::unique_ptr<ByteSource> ContentTable::open_peeked(const std::string& path) const {
    const ContentFacts* found = peeked_ ? facts(path) : nullptr;
    return found ? peeked_->open(found->sha, found->size_bytes) : nullptr;
}

std::optional<PeekDepth> ContentTable::peeked_depth() const {
    if (!peeked_) return std::nullopt;
    return peeked_->depth();
}

FactStatistics ContentTable::statistics() const {
    FactStatistics statistics;
    for (const Row& row : rows_) {
        if (!row.facts) continue;
        switch (row.facts->source) {
            case FactSource::pointer:
            case FactSource::annex:
                count(statistics.pointer, row.facts->size_bytes);
                break;
            case FactSource::index:
                count(statistics.index, row.facts->size_bytes);
                break;
            case FactSource::hashed:
                count(statistics.hashed, row.facts->size_bytes);
                break;
        }
    }
    return statistics;
}

}  // namespace onnxhub
