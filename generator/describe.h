// SPDX-License-Identifier: Apache-2.0
// From rows to entries: everything the repository itself can tell about each model.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "generator/content_table.h"
#include "generator/readme_table.h"
#include "generator/scope.h"
#include "generator/settings.h"
#include "manifest/entry.h"
#include "manifest/manifest.h"
#include "model/model_graph.h"
#include "model/shape_inference.h"
#include "repository/tree.h"

namespace onnxhub {

/// What earlier manifests know about models whose bytes are not here, by the digest of the model.
class CarriedPorts {
public:
    static CarriedPorts from(const ManifestDocument& document);

    /// What is known already stays, but for entries without ports where `document` has some.
    /// Entries without a digest are of no use and ignored.
    void add(const ManifestDocument& document);

    const Entry* find(const Sha256& model_sha) const;  ///< null when nothing is known

private:
    std::map<Sha256, Entry> entries_;
};

/// Where an entry's ports came from.
enum class PortSource { graph, carried, none };

/// One row and what became of it.
struct ModelDescription {
    ReadmeModel row;
    /// Absent when the row can't become one, such as for a file that is no model; `diagnostics` say
    /// why.
    std::optional<Entry> entry;
    std::optional<ContentFacts> facts;  ///< of the model file
    PortSource ports = PortSource::none;
    /// The model is in LFS and its bytes are not here: its ports, and for discovered models its
    /// opset, could only be carried.
    bool bytes_missing = false;
    /// What the graph says, where the bytes are here and can be read.
    std::shared_ptr<const ModelGraph> graph;
    Diagnostics diagnostics;
};

/// The opset of the default domain that the model imports; nothing when it imports none.
std::optional<std::int64_t> default_opset(const ModelGraph& graph);

/// One clause for the rule graph-opset-differs, which `generate` and `validate` both report.
std::string other_opset(const std::string& model_path, std::int64_t imported, std::int64_t stated);

struct DescribeOptions {
    const Settings* settings = nullptr;
    const CarriedPorts* carried = nullptr;  ///< null: nothing is carried
    ShapeInference* inference = nullptr;    ///< null: declared shapes only
    ContentObserver* observer = nullptr;
    bool rehash = false;
    unsigned jobs = 0;
    std::vector<std::string> more_models = {};  ///< that no row needs to name: facts and graphs
    std::vector<std::string> more_files = {};   ///< that no row needs to name: facts
    /// Models outside it get the facts that are known without reading, and nothing else.
    Scope part = {};
    std::vector<std::string> known_files = {};  ///< facts as far as they are known without reading
    /// Facts of files of the same tree, which are not read again; may be null.
    const ContentTable* known = nullptr;
};

/// By path; null where the graph can't be read. Absent: the bytes are not here.
using ModelGraphs = std::unordered_map<std::string, std::shared_ptr<const ModelGraph>>;

struct Descriptions {
    std::vector<ModelDescription> models;  ///< as many as rows, in their order
    FactStatistics statistics;
    ContentTable contents;  ///< of all files any row names and of those asked for
    ModelGraphs graphs;     ///< of all models among them
    /// About models no row names, such as graphs that can't be read.
    Diagnostics more_diagnostics;
};

/// Describes the models of `rows`. One that can't be described never stops the others.
Descriptions describe_models(const Tree& tree, std::vector<ReadmeModel> rows,
                             const DescribeOptions& options);

}  // namespace onnxhub
