// SPDX-License-Identifier: Apache-2.0
// Descriptions of graphs as files of a hub, which its catalog page shows: docs/graphs.md.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_source.h"
#include "base/digest.h"

namespace onnxhub {

/// "graph/<SHA-256 of the model>.json.gz"
std::string graph_path(const Sha256& model);

/// States the version of the documents in the folder. An export keeps graphs of an earlier one with
/// the same text.
inline constexpr const char* graph_version_path = "graph/version.json";
std::string graph_version_text();

/// The document, compressed by gzip; nothing when the source is not an ONNX model. Throws UserError
/// when it cannot be read.
std::optional<std::string> packed_graph(const ByteSource& model);

/// Finds models of a hub by their SHA-256, for a server. Thread-safe.
class ModelsByDigest {
public:
    /// `read_manifest` gives the manifest's text, and may throw UserError.
    explicit ModelsByDigest(std::function<std::string()> read_manifest)
        : read_manifest_(std::move(read_manifest)) {}

    /// Paths of the models with this SHA-256 (hexadecimal digits), as the manifest writes them. The
    /// manifest is read again when `manifest_state`, such as its ETag, differs from the last one.
    std::vector<std::string> paths_of(const std::string& sha256, const std::string& manifest_state);

private:
    void read(const std::string& manifest_state);

    const std::function<std::string()> read_manifest_;
    std::mutex mutex_;
    std::optional<std::string> state_;
    std::map<std::string, std::vector<std::string>> paths_;
};

}  // namespace onnxhub
