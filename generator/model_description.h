// SPDX-License-Identifier: Apache-2.0
// One model of a hub with everything that is known about it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/boxed.h"
#include "base/shared.h"
#include "generator/carried_ports.h"
#include "generator/content_table.h"
#include "generator/scope.h"
#include "manifest/diagnostic.h"
#include "manifest/entry.h"
#include "model/model_graph.h"
#include "model/shape_inference.h"
#include "sources/model_row.h"
#include "sources/settings.h"

namespace onnxhub {

/// The source of an entry's ports.
enum class PortSource {
    graph,
    peeked,   ///< the graph, which was read from a server without its weights
    carried,  ///< an earlier manifest
    none,
};

/// One row and its result.
struct ModelDescription {
    Shared<ModelRow> row;  ///< never absent
    /// Absent when no entry can be made, for example when the file is not a model; `diagnostics`
    /// has the reason.
    Shared<Entry> entry;
    std::optional<ContentFacts> facts;  ///< facts of the model file, if the hub has it
    /// What is known about the file of a model whose bytes are outside of the repository; absent
    /// for all others.
    Boxed<StatedContent> elsewhere;
    PortSource ports = PortSource::none;
    /// The model is in LFS and its content is not available locally, so its ports (and, for a
    /// discovered model, its opset) could only be carried over.
    bool bytes_missing = false;
    bool is_peeked = false;    ///< `graph` or the opset was read from a server
    bool lacks_opset = false;  ///< no entry, only because nothing states the opset
    /// The graph, if the content is available and readable.
    std::shared_ptr<const ModelGraph> graph;
    Diagnostics diagnostics;
};

/// The message of the rule graph-opset-differs, which `generate` and `validate` report.
std::string other_opset(const std::string& model_path, const ModelOpset& imported,
                        std::int64_t stated);

/// What `metadata.opsets` says of the model: empty if it imports the default domain alone, and if
/// it imports others besides that and `with_others` is false.
std::map<std::string, std::int64_t> listed_opsets(const ModelGraph& graph, bool with_others);

/// A model whose bytes are outside of the repository.
struct ElsewhereContent {
    Sha256 sha;
    std::optional<std::uint64_t> size_bytes;
    std::shared_ptr<const ModelGraph> graph;  ///< null: not read
};

/// By URL.
using ElsewhereContents = std::unordered_map<std::string, ElsewhereContent>;

struct DescribeOptions {
    const Settings* settings = nullptr;
    const CarriedPorts* carried = nullptr;  ///< null: nothing is carried over
    ShapeInference* inference = nullptr;    ///< null: declared shapes only
    ContentObserver* observer = nullptr;
    bool rehash = false;
    unsigned jobs = 0;
    std::vector<std::string> more_models = {};  ///< additional models to describe: facts and graphs
    std::vector<std::string> more_files = {};   ///< additional files to describe: facts
    /// Models outside of the scope only get facts that are known without reading.
    Scope part = {};
    /// Files whose facts are only needed if known without reading.
    std::vector<std::string> known_files = {};
    /// Facts of files of the same tree, which are not read again; may be null.
    const ContentTable* known = nullptr;
    /// Graphs that were read from servers; may be null.
    const PeekedGraphs* peeked = nullptr;
    /// Models that were downloaded from the URLs that rows state; may be null.
    const ElsewhereContents* elsewhere = nullptr;
    /// Keeps the rows, so that descriptions share them; null: they have copies.
    std::shared_ptr<const void> rows_owner = nullptr;
    /// The entry that the row at this position probably has already. A description with an equal
    /// one shares it.
    std::function<Shared<Entry>(std::size_t)> present_entry = nullptr;
};

}  // namespace onnxhub
