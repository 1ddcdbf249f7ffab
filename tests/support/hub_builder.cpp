// SPDX-License-Identifier: Apache-2.0
#include "tests/support/hub_builder.h"

#include <stdexcept>
#include <utility>

namespace onnxhub::test {

std::string small_model(std::int64_t features) {
    return ModelBuilder()
        .input("x", {1, features})
        .initializer("w", {features, 2})
        .node("MatMul", {"x", "w"}, {"y"})
        .output("y", {1, 2})
        .bytes();
}

HubBuilder& HubBuilder::model(const std::string& folder, const std::string& name,
                              const std::string& link, std::string content) {
    files_[folder + "/" + link] = std::move(content);
    return row(folder, {name, link});
}

HubBuilder& HubBuilder::row(const std::string& folder, HubRow row) {
    rows_[folder].push_back(std::move(row));
    return *this;
}

HubBuilder& HubBuilder::remove_rows(const std::string& folder) {
    rows_.erase(folder);
    return *this;
}

MemoryTree HubBuilder::tree() const {
    MemoryTree tree;
    std::string root = "| Model Class |\n|-|\n";
    for (const auto& [folder, rows] : rows_) {
        root += "| <b>[" + folder + "](" + folder + ")</b> |\n";
        std::string table =
            "| Model | Download | Download (with sample test data) | ONNX version | Opset version "
            "|\n|-|-|-|-|-|\n";
        for (const HubRow& row : rows) {
            const std::string archive =
                row.archive_link.empty() ? "" : "[1 kB](" + row.archive_link + ")";
            table += "| " + row.name + " | [1 kB](" + row.link + ") | " + archive + " | " +
                     row.onnx_version + " | " + row.opset + " |\n";
        }
        tree.add(folder + "/README.md", table);
    }
    tree.add("README.md", root);
    for (const auto& [path, content] : files_) tree.add(path, content);
    return tree;
}

GenerateResult HubBuilder::generate(GenerateOptions options) {
    diagnostics = {};
    const MemoryTree files = tree();
    return onnxhub::generate(files, options, diagnostics);
}

ManifestDocument parse_document(const std::string& text) {
    auto result = parse_manifest(text);
    if (const auto* error = std::get_if<JsonSyntaxError>(&result)) {
        throw std::runtime_error("no manifest: " + error->message);
    }
    return std::get<ManifestDocument>(std::move(result));
}

std::vector<std::string> texts(const Diagnostics& diagnostics) {
    std::vector<std::string> result;
    for (const Diagnostic& diagnostic : diagnostics.all()) {
        if (diagnostic.severity != Severity::note) result.push_back(to_text(diagnostic));
    }
    return result;
}

}  // namespace onnxhub::test
