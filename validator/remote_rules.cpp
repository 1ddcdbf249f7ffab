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
    .what = "The Git LFS server has no object for a pointer (`--remote`).",
    .why = "Everybody gets the pointer in place of the model, and `git clone` fails.",
    .example =
        "The commit was pushed by a program that knows nothing of Git LFS, or from a fork "
        "whose objects stayed there.",
    .fix = "`git lfs push --all origin` from a clone that has the object.",
};

constexpr RuleInfo remote_size_differs{
    .id = rule_id::remote_size_differs,
    .severity = Severity::error,
    .family = "remote",
    .what = "The Git LFS server states another size for a pointer's object (`--remote`).",
    .why = "The pointer was edited by hand, or the object is damaged: downloads fail.",
    .example = "A pointer that says `size 1234` for an object of 26,454 bytes",
    .fix = "Restore the pointer: `git checkout COMMIT -- FILE` with a good commit.",
};

constexpr std::array remote_rule_list{remote_object_missing, remote_size_differs};

struct Pointer {
    std::string path;
    LfsObject object;
};

/// Pointers among the files of the hub; those whose content is here are pointers in git all the
/// same.
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
        } catch (const UserError&) {  // file-unreadable has it
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
                    "push it from a clone that has it: git lfs push --all origin", {path, ""});
                break;
            case LfsObjectState::Kind::other_size:
                findings.report(remote_size_differs, {path, 0},
                                fmt::format("the Git LFS server has {} bytes for this object, the "
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
