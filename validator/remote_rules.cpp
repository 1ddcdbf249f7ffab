// SPDX-License-Identifier: Apache-2.0
#include "validator/remote_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/parallel.h"
#include "base/user_error.h"
#include "http/url.h"
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

constexpr RuleInfo remote_source_failed{
    .id = rule_id::remote_source_failed,
    .severity = Severity::warning,
    .family = "remote",
    .what =
        "A server does not have the model at a URL in `metadata.sources`, or has a file of another "
        "size there (`--remote`). The model can be loaded from elsewhere.",
    .why = "Clients try the URLs in their order, so each failed one delays them.",
    .example = "The release that had the file was deleted, and a mirror still has it.",
    .fix = "Correct the URL, or remove it.",
};

constexpr RuleInfo remote_model_unavailable{
    .id = rule_id::remote_model_unavailable,
    .severity = Severity::error,
    .family = "remote",
    .what =
        "The hub does not have the file of a model, and no URL in `metadata.sources` has it with "
        "the size of the entry (`--remote`).",
    .why = "Clients cannot load the model.",
    .example = "The only URL of the model answers with status 404.",
    .fix = "Upload the model again, or correct the URLs and run `onnxhub generate --fetch`.",
};

constexpr std::array remote_rule_list{remote_object_missing, remote_size_differs,
                                      remote_source_failed, remote_model_unavailable};

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

/// The URLs of one entry with their states.
class EntrySources {
public:
    EntrySources(const HubState& hub, const ManifestEntry& present,
                 const std::unordered_map<std::string, SourceState>& states, FindingList& findings)
        : hub_(hub), present_(present), entry_(*present.entry), findings_(findings) {
        for (const std::string& url : entry_.sources) states_.push_back(states.at(url));
        for (std::size_t i = 0; i < states_.size(); ++i)
            compare_size(entry_.sources[i], states_[i]);
    }

    void check() {
        const bool can_be_loaded =
            !is_elsewhere(hub_, entry_) || has_any(SourceState::Kind::present);
        if (!can_be_loaded && !has_any(SourceState::Kind::inconclusive)) {
            report_unavailable();
            return;
        }
        for (std::size_t i = 0; i < states_.size(); ++i) check_one(i, can_be_loaded);
    }

private:
    bool has_any(SourceState::Kind kind) const {
        return std::ranges::any_of(states_,
                                   [&](const SourceState& state) { return state.kind == kind; });
    }

    void compare_size(const std::string& url, SourceState& state) const {
        const auto& stated = entry_.content.size_bytes;
        if (state.kind != SourceState::Kind::present || !stated || !state.size_bytes ||
            state.size_bytes == stated) {
            return;
        }
        state.kind = SourceState::Kind::failed;
        state.reason = fmt::format("{} has {} bytes, but the entry says {}", shown_url(url),
                                   *state.size_bytes, *stated);
    }

    void check_one(std::size_t i, bool can_be_loaded) {
        const SourceState& state = states_[i];
        if (state.kind == SourceState::Kind::failed) {
            Place where = place_of(hub_, present_, "metadata.sources");
            where.field += fmt::format("[{}]", i);
            where.line = line_of_url(i).value_or(where.line);
            findings_.report(remote_source_failed, where, state.reason,
                             "correct the URL, or remove it", subject_of(present_));
        } else if (state.kind == SourceState::Kind::inconclusive) {
            findings_.skip(can_be_loaded ? remote_source_failed : remote_model_unavailable,
                           "inconclusive: " + state.reason);
        }
    }

    std::optional<int> line_of_url(std::size_t i) const {
        const auto values = hub_.values.of(present_);
        const JsonValue* metadata = values->find("metadata");
        const JsonValue* urls = metadata ? metadata->find("sources") : nullptr;
        if (!urls || !urls->array() || i >= urls->array()->size()) return std::nullopt;
        return (*urls->array())[i].line;
    }

    void report_unavailable() {
        std::string reasons;
        for (const SourceState& state : states_) {
            if (reasons.size() > finding_text_limit) break;
            reasons += (reasons.empty() ? "" : ", ") + state.reason;
        }
        findings_.report(
            remote_model_unavailable, place_of(hub_, present_, "metadata.sources"),
            fmt::format("no server has the model: {}", reasons),
            "upload the model again, or correct the URLs and run `onnxhub generate --fetch`",
            subject_of(present_));
    }

    const HubState& hub_;
    const ManifestEntry& present_;
    const Entry& entry_;
    FindingList& findings_;
    std::vector<SourceState> states_;
};

std::vector<const ManifestEntry*> entries_with_sources(const HubState& hub) {
    std::vector<const ManifestEntry*> entries;
    if (!hub.document()) return entries;
    for (const ManifestEntry& present : hub.document()->entries) {
        if (present.entry && !present.entry->sources.empty() &&
            hub.part.has_model(present.entry->model_path)) {
            entries.push_back(&present);
        }
    }
    return entries;
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

void check_remote_sources(const HubState& hub, const RemoteSources& remote, FindingList& findings) {
    const std::vector<const ManifestEntry*> entries = entries_with_sources(hub);
    std::vector<std::string> urls;
    std::unordered_map<std::string, SourceState> states;
    for (const ManifestEntry* present : entries) {
        for (const std::string& url : present->entry->sources) {
            if (states.try_emplace(url).second) urls.push_back(url);
        }
    }
    if (urls.empty()) return;
    std::vector<SourceState> found = remote(urls);
    for (std::size_t i = 0; i < urls.size(); ++i) states[urls[i]] = std::move(found[i]);
    for (const ManifestEntry* present : entries) {
        EntrySources(hub, *present, states, findings).check();
    }
}

}  // namespace onnxhub
