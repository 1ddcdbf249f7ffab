// SPDX-License-Identifier: Apache-2.0
#include "validator/remote_rules.h"

#include <fmt/format.h>

#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "base/parallel.h"
#include "base/user_error.h"
#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

constexpr RuleInfo remote_object_missing{
    .id = rule_id::remote_object_missing,
    .severity = Severity::error,
    .family = "remote",
    .what = "The Git LFS server does not have the object of a pointer (`--remote`).",
    .why = "Users get the pointer instead of the model, and `git clone` fails.",
    .example =
        "The commit was pushed by a program that does not support Git LFS, or the objects are only "
        "in a fork.",
    .fix = "Run `git lfs push --all origin` in a clone that has the object.",
};

constexpr RuleInfo remote_size_differs{
    .id = rule_id::remote_size_differs,
    .severity = Severity::error,
    .family = "remote",
    .what = "The Git LFS server reports another size for the object of a pointer (`--remote`).",
    .why = "The pointer was edited manually, or the object is damaged. Downloads fail.",
    .example = "A pointer says `size 1234`, and the object has 26,454 bytes.",
    .fix = "Restore the pointer: `git checkout COMMIT -- FILE` with a good commit.",
};

constexpr std::array remote_rule_list{remote_object_missing, remote_size_differs};

struct Pointer {
    std::string path;
    LfsObject object;
};

/// The Git LFS object of a file. A downloaded file is still a pointer in git.
std::optional<LfsObject> pointer_of(const Tree& tree, const std::string& path) {
    const auto stat = tree.stat(path);
    if (!stat || stat->kind != FileKind::regular || stat->is_ignored) return std::nullopt;
    if (stat->size_bytes < lfs_pointer_size_limit) {
        const auto parsed =
            parse_lfs_pointer(read_whole(*tree.open(path), lfs_pointer_size_limit, path));
        if (const auto* pointer = std::get_if<LfsPointer>(&parsed)) {
            return LfsObject{pointer->oid, pointer->size_bytes};
        }
    }
    const auto held = tree.held_by_git(path);
    const auto* pointer = held ? std::get_if<LfsPointer>(&held->as_pointer) : nullptr;
    if (!pointer) return std::nullopt;
    return LfsObject{pointer->oid, pointer->size_bytes};
}

std::vector<Pointer> collect_pointers(const HubState& hub, unsigned jobs) {
    std::vector<std::optional<LfsObject>> found(hub.files.size());
    for_each_index(hub.files.size(), jobs, [&](std::size_t i) {
        if (!hub.part.has_file(hub.files[i])) return;
        try {
            found[i] = pointer_of(hub.tree, hub.files[i]);
        } catch (const UserError&) {  // file-unreadable reports it
        }
    });
    std::vector<Pointer> pointers;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (found[i]) pointers.push_back({hub.files[i], *found[i]});
    }
    return pointers;
}

}  // namespace

std::span<const RuleInfo> remote_rules() {
    return remote_rule_list;
}

void check_remote(const HubState& hub, const RemoteObjects& remote, unsigned jobs,
                  FindingList& findings) {
    const std::vector<Pointer> pointers = collect_pointers(hub, jobs);
    std::vector<LfsObject> objects;
    for (const Pointer& pointer : pointers) objects.push_back(pointer.object);
    const std::vector<LfsObjectState> states = remote(objects);
    for (std::size_t i = 0; i < pointers.size(); ++i) {
        const auto& [path, object] = pointers[i];
        switch (states[i].kind) {
            case LfsObjectState::Kind::present:
                break;
            case LfsObjectState::Kind::missing:
                findings.report(
                    remote_object_missing, {path, 0},
                    fmt::format("the Git LFS server has no object {}", to_hex(object.oid)),
                    "run `git lfs push --all origin` in a clone that has the object", {path, ""});
                break;
            case LfsObjectState::Kind::other_size:
                findings.report(
                    remote_size_differs, {path, 0},
                    fmt::format("the Git LFS server has {} bytes for this object, but the "
                                "pointer says {}",
                                states[i].server_bytes, object.size_bytes),
                    "restore the pointer from a good commit", {path, ""});
                break;
            case LfsObjectState::Kind::inconclusive:
                findings.skip(remote_object_missing, "inconclusive: " + states[i].reason);
                break;
        }
    }
}

}  // namespace onnxhub
