// SPDX-License-Identifier: Apache-2.0
#include "generator/hub_stamps.h"

#include <set>

#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/manifest.h"
#include "sources/settings.h"

namespace onnxhub {
namespace {

bool is_always_read(const std::string& path) {
    return path.ends_with(".md") || path == manifest_file_name || path == settings_file_name ||
           file_name(path) == ".gitattributes";
}

[[noreturn]] void refuse(const std::string& path) {
    throw UserError(path +
                    ": was changed while it was read, by git or another program, so nothing was "
                    "written; run this again");
}

}  // namespace

HubStamps::HubStamps(const HubFolder& hub) : hub_(hub) {
    for (const std::string& path : hub_.tree->list()) {
        if (const auto stamp = stamp_of(hub_.folder / path)) stamps_.emplace(path, *stamp);
    }
}

void HubStamps::require_unchanged(const std::vector<std::string>& paths) const {
    const std::set<std::string> read(paths.begin(), paths.end());
    for (const auto& [path, stamp] : stamps_) {
        if (!is_always_read(path) && !read.contains(path)) continue;
        if (stamp_of(hub_.folder / path) != stamp) refuse(path);
    }
    if (has_git_worked(hub_)) require_nothing_new();
}

void HubStamps::require_nothing_new() const {
    for (const std::string& path : open_tree(hub_)->list()) {
        if (!stamps_.contains(path)) refuse(path);
    }
}

}  // namespace onnxhub
