// SPDX-License-Identifier: Apache-2.0
// The files of a hub with planned changes, so that a change is checked before anything is written.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hosting/scaffold/file_transaction.h"
#include "repository/tree.h"

namespace onnxhub {

/// A tree that shows `base` with the changes. Only const members are thread-safe.
class EditedTree : public Tree {
public:
    /// `base` must outlive this object.
    explicit EditedTree(const Tree& base) : base_(base) {}

    /// The text of the file at `path` with the changes; nothing when there is no such file. Follows
    /// symbolic links inside the hub. Throws UserError as read_hub_file() does.
    std::optional<std::string> text_of(const std::string& path) const;

    /// Replaces the content of the file at `path`. If that is a symbolic link to a file of the hub,
    /// of its target.
    void set_text(const std::string& path, std::string text);
    /// Removes a file or a symbolic link of the base. Does nothing when it is removed already.
    void remove(const std::string& path);
    /// Gives the file `from` of the base, which stays until it is removed, the additional path
    /// `to`.
    void add_path(const std::string& from, const std::string& to);

    const std::map<std::string, std::string>& texts() const { return texts_; }
    const std::set<std::string>& removed() const { return removed_; }
    /// New path → path in the base.
    const std::map<std::string, std::string>& added_paths() const { return sources_; }
    bool is_changed() const { return !texts_.empty() || !removed_.empty() || !sources_.empty(); }

    /// Stages all changes: additional paths, then texts in the order in which they were set first,
    /// then removals. A run that is killed leaves a part of them, from the beginning.
    void stage(FileTransaction& change) const;

    std::vector<std::string> list() const override;
    std::vector<UnusableFile> unusable_files() const override { return base_.unusable_files(); }
    std::optional<FileStat> stat(const std::string& path) const override;
    std::string read_link(const std::string& path) const override;
    std::unique_ptr<ByteSource> open(const std::string& path) const override;
    std::optional<BlobId> blob_id(const std::string& path) const override;
    std::optional<HeldByGit> held_by_git(const std::string& path) const override;
    std::optional<LfsPointer> unmodified_pointer(const std::string& path) const override;
    std::unique_ptr<ByteSource> open_lfs_object(const LfsPointer& pointer) const override;
    std::unique_ptr<ByteSource> open_annex_object(const AnnexKey& key) const override;
    std::optional<Origin> origin() const override { return base_.origin(); }
    Diagnostics notes() const override { return base_.notes(); }

private:
    /// The path in the base of a file without new text; nothing when the file is removed.
    std::optional<std::string> path_in_base(const std::string& path) const;

    const Tree& base_;
    std::map<std::string, std::string> texts_;
    std::vector<std::string> text_order_;  ///< in which the texts were set first
    std::set<std::string> removed_;
    std::map<std::string, std::string> sources_;
};

}  // namespace onnxhub
