// SPDX-License-Identifier: Apache-2.0
#include "generator/hub_stamps.h"

#include <set>
#include <utility>

#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/manifest.h"
#include "sources/settings.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

bool is_always_read(const std::string& path) {
    return path.ends_with(".md") || path == manifest_file_name || path == settings_file_name ||
           file_name(path) == ".gitattributes";
}

}  // namespace

HubStamps::HubStamps(fs::path folder, const Tree& tree) : folder_(std::move(folder)) {
    for (const std::string& path : tree.list()) {
        if (const auto stamp = stamp_of(folder_ / path)) stamps_.emplace(path, *stamp);
    }
}

void HubStamps::require_unchanged(const std::vector<std::string>& paths) const {
    const std::set<std::string> read(paths.begin(), paths.end());
    for (const auto& [path, stamp] : stamps_) {
        if (!is_always_read(path) && !read.contains(path)) continue;
        if (stamp_of(folder_ / path) == stamp) continue;
        throw UserError(path +
                        ": was changed while it was read, by git or another program, so "
                        "nothing was written; run this again");
    }
}

}  // namespace onnxhub
