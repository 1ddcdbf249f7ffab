// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/graph_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "archive/gzip.h"
#include "hosting/export/hub_content.h"
#include "manifest/manifest.h"
#include "model/graph_describer.h"
#include "model/graph_document.h"

namespace onnxhub {

std::string graph_path(const Sha256& model) {
    return "graph/" + to_hex(model) + ".json.gz";
}

std::string graph_version_text() {
    return fmt::format("{{\"format\":\"onnxhub.graph\",\"version\":{}}}\n", graph_document_version);
}

std::optional<std::string> packed_graph(const ByteSource& model) {
    const auto described = describe_graph(model);
    const auto* description = std::get_if<GraphDescription>(&described);
    if (!description) return std::nullopt;
    constexpr int level = 6;  // 9 takes several times as long for 2 % less
    return gzip(graph_json(*description), level);
}

std::vector<std::string> ModelsByDigest::paths_of(const std::string& sha256,
                                                  const std::string& manifest_state) {
    const std::lock_guard lock(mutex_);
    if (state_ != manifest_state) read(manifest_state);
    const auto found = paths_.find(sha256);
    return found == paths_.end() ? std::vector<std::string>() : found->second;
}

void ModelsByDigest::read(const std::string& manifest_state) {
    const ManifestDocument manifest =
        read_manifest(read_manifest_(), "the manifest", validate_hint);
    paths_.clear();
    for (const ManifestEntry& present : manifest.entries) {
        if (!present.entry || !present.entry->content.sha) continue;
        auto& paths = paths_[to_hex(*present.entry->content.sha)];
        if (std::ranges::find(paths, present.entry->model_path) == paths.end()) {
            paths.push_back(present.entry->model_path);
        }
    }
    state_ = manifest_state;
}

}  // namespace onnxhub
