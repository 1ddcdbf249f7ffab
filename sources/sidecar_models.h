// SPDX-License-Identifier: Apache-2.0
// Finds the model that a sidecar describes. Private to this module.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sources/name_template.h"
#include "sources/source_reader.h"

namespace onnxhub {

/// Files that match the `model` of a sidecar source.
struct SidecarMatches {
    std::vector<std::string> models;  ///< sorted, without excluded ones
    bool has_excluded = false;        ///< an excluded file matches too
};

/// Finds models in the folders of sidecars. Cost grows with the number of files and their depth,
/// and not with the number of sidecars in a folder.
class SidecarModels {
public:
    /// Prepares for `sidecars`. Keeps a reference to `request`.
    SidecarModels(const SourceRequest& request, const std::vector<std::string>& sidecars);

    /// Thread-safe.
    SidecarMatches matches_of(const std::string& sidecar) const;

private:
    SidecarMatches find_in(std::string_view folder) const;
    SidecarMatches find_named(const std::string& sidecar) const;
    void add(const std::string& path, SidecarMatches& matches) const;

    const SourceRequest& request_;
    NameTemplate model_;
    std::map<std::string, SidecarMatches, std::less<>> by_folder_;
};

}  // namespace onnxhub
