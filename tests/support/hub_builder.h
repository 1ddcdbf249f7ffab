// SPDX-License-Identifier: Apache-2.0
// A whole hub in memory, in a few readable lines:
//     HubBuilder hub;
//     hub.model("vision/mnist", "MNIST", "mnist-12.onnx", small_model());
//     GenerateResult result = hub.generate();
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "generator/generate.h"
#include "tests/support/memory_tree.h"
#include "tests/support/model_builder.h"

namespace onnxhub::test {

/// A model that computes something: y = x · w, x of 1 × `features`.
std::string small_model(std::int64_t features = 4);

struct HubRow {
    std::string name;
    std::string link;               ///< in the folder's README
    std::string archive_link = {};  ///< "" for none
    std::string onnx_version = "1.8";
    std::string opset = "13";
};

/// Writes the READMEs for rows and keeps files in a MemoryTree.
class HubBuilder {
public:
    /// Adds a row to `folder`'s README that links to a new file with `content`.
    HubBuilder& model(const std::string& folder, const std::string& name, const std::string& link,
                      std::string content);
    HubBuilder& row(const std::string& folder, HubRow row);  ///< adds only the row
    HubBuilder& remove_rows(const std::string& folder);

    /// The current files.
    MemoryTree tree() const;
    std::map<std::string, std::string>& files() { return files_; }

    /// Generates with these options; the caller can inspect `diagnostics`.
    GenerateResult generate(GenerateOptions options = {});
    Diagnostics diagnostics;

private:
    std::map<std::string, std::vector<HubRow>> rows_;
    std::map<std::string, std::string> files_;
};

/// Parses a manifest for generate().
ManifestDocument parse_document(const std::string& text);

/// Texts of all warnings and errors, for matchers and failure messages.
std::vector<std::string> texts(const Diagnostics& diagnostics);

}  // namespace onnxhub::test
