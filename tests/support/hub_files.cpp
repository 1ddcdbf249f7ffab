// SPDX-License-Identifier: Apache-2.0
#include "tests/support/hub_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/user_error.h"
#include "generator/generate.h"
#include "tests/support/archive_builder.h"
#include "tests/support/hub_builder.h"
#include "validator/validate.h"

namespace onnxhub::test {
namespace {

/// y = x · w, in the IR version of the release that brought the opset. Before IR version 4,
/// initializers were inputs too.
std::string model_of(std::int64_t features, std::int64_t opset) {
    const std::int64_t ir_version = opset < 9 ? 3 : opset < 11 ? 5 : opset < 12 ? 6 : 7;
    ModelBuilder model(opset, ir_version);
    model.input("x", {1, features}).initializer("w", {features, 2});
    if (ir_version < 4) model.input("w", {features, 2});
    return model.node("MatMul", {"x", "w"}, {"y"}).output("y", {1, 2}).bytes();
}

struct Row {
    std::string name;
    std::string stem;
    std::string version;
    std::int64_t opset;
};

/// The zoo's layout: models in model/, each with an archive next to it.
void add_folder(HubFiles& hub, const std::string& folder, const std::vector<Row>& rows,
                std::int64_t features) {
    std::string readme =
        "# Models\n\n| Model | Download | Download (with sample test data) | ONNX version | Opset "
        "version | Accuracy |\n|-|-|-|-|-|-|\n";
    for (const Row& row : rows) {
        const std::string model = model_of(features, row.opset);
        const std::string path = folder + "/model/" + row.stem;
        hub.put_in_lfs(path + ".onnx", model);
        hub.put_in_lfs(path + ".tar.gz", archive_of(model, {1, features}, {1, 2}));
        readme += fmt::format(
            "| {} | [1 kB](model/{}.onnx) | [2 kB](model/{}.tar.gz) | {} | {} | 0.{} |\n", row.name,
            row.stem, row.stem, row.version, row.opset, features);
        ++features;
    }
    hub.files[folder + "/README.md"] = readme;
}

}  // namespace

ManifestDocument HubFiles::document() const {
    return parse_document(files.at(manifest_path));
}

MemoryTree HubFiles::tree() const {
    MemoryTree tree;
    for (const auto& [path, content] : files) tree.add(path, content);
    for (const auto& [path, target] : links) tree.add_symlink(path, target);
    for (const std::string& object : objects) tree.add_lfs_object(object);
    return tree;
}

void HubFiles::put_in_lfs(const std::string& path, const std::string& content) {
    files[path] = lfs_pointer_text(sha256_of(content), content.size());
    objects.push_back(content);
}

void HubFiles::regenerate() {
    Diagnostics diagnostics;
    const MemoryTree now = tree();
    GenerateOptions options;
    if (const auto found = files.find("onnxhub.toml"); found != files.end()) {
        options.settings = parse_settings(found->second, "onnxhub.toml", diagnostics);
    }
    files[manifest_path] = generate(now, options, diagnostics).update.text;
}

std::string archive_of(const std::string& model, const std::vector<std::int64_t>& input_dims,
                       const std::vector<std::int64_t>& output_dims) {
    const auto zeros = [](const std::vector<std::int64_t>& dims) {
        std::size_t count = 1;
        for (const std::int64_t dimension : dims) count *= static_cast<std::size_t>(dimension);
        return tensor_bytes(1, dims, count * sizeof(float));
    };
    return ArchiveBuilder()
        .folder("m/")
        .file("m/model.onnx", model)
        .file("m/test_data_set_0/input_0.pb", zeros(input_dims))
        .file("m/test_data_set_0/output_0.pb", zeros(output_dims))
        .gzip();
}

HubFiles healthy_hub() {
    HubFiles hub;
    hub.files["README.md"] =
        "# Hub\n\n| Model Class | Description |\n|-|-|\n"
        "| <b>[Digits](vision/digits)</b> | small |\n| <b>[Faces](vision/faces)</b> | large |\n"
        "| <b>[Words](text/words)</b> | old |\n| <b>[Large](text/large)</b> | new |\n"
        "| Not yet | no link |\n";
    hub.files[".gitattributes"] =
        "*.onnx filter=lfs diff=lfs merge=lfs -text\n*.tar.gz filter=lfs diff=lfs merge=lfs -text\n"
        "*.data filter=lfs diff=lfs merge=lfs -text\n";
    hub.files["onnxhub.toml"] = "[generate]\nexclude = [\"drafts/**\"]\n";
    add_folder(hub, "vision/digits",
               {{"MNIST", "mnist-8", "1.3", 8},
                {"MNIST", "mnist-12", "1.7", 12},
                {"MNIST-int8", "mnist-12-int8", "1.7", 12},
                {"SVHN", "svhn-13", "1.8", 13}},
               4);
    add_folder(hub, "vision/faces",
               {{"ArcFace", "arcface-8", "1.3", 8},
                {"FaceNet", "facenet-11", "1.6", 11},
                {"Ultra", "ultra-13", "1.8", 13}},
               40);
    add_folder(hub, "text/words",
               {{"BERT", "bert-8", "1.3", 8},
                {"BERT", "bert-10", "1.5", 10},
                {"GPT", "gpt-10", "1.5", 10},
                {"T5", "t5-12", "1.7", 12}},
               400);
    const std::string large = ModelBuilder()
                                  .input("x", {4})
                                  .external_initializer("w", {4}, "large.data")
                                  .node("Add", {"x", "w"}, {"y"})
                                  .output("y", {4})
                                  .bytes();
    hub.put_in_lfs("text/large/large.onnx", large);
    hub.put_in_lfs("text/large/large.data", std::string(4096, 'w'));
    hub.files["text/large/README.md"] =
        "| Model | Download | ONNX version | Opset version |\n|-|-|-|-|\n"
        "| Large | [4 kB](large.onnx) | 1.8 | 13 |\n";
    hub.regenerate();
    return hub;
}

std::vector<Finding> validate_files(const HubFiles& hub, ModelChecker* checker) {
    return validate_tree(hub, hub.tree(), checker);
}

std::vector<Finding> validate_tree(const HubFiles& hub, const Tree& tree, ModelChecker* checker,
                                   ShapeInference* inference) {
    return report_on(hub, tree, {}, checker, inference).findings;
}

ValidationReport report_on(const HubFiles& hub, const Tree& tree, std::optional<Shard> shard,
                           ModelChecker* checker, ShapeInference* inference) {
    Diagnostics problems;
    Settings settings;
    if (const auto found = hub.files.find("onnxhub.toml"); found != hub.files.end()) {
        settings = parse_settings(found->second, "onnxhub.toml", problems);
    }
    ManifestText manifest{manifest_path, std::nullopt};
    if (const auto found = hub.files.find(manifest_path); found != hub.files.end()) {
        manifest.text = found->second;
    }
    ReadOptions reading;
    reading.jobs = 1;
    reading.inference = inference;
    if (shard) reading.part = Scope(*shard);
    reading.tables = read_hub_tables(tree, settings, 1, problems);
    const auto state = read_hub_state(tree, settings, manifest, reading);
    ValidateOptions options;
    options.jobs = 1;
    options.checker = checker;
    options.shard = shard;
    std::optional<ManifestDocument> base_manifest;
    if (hub.base_manifest) base_manifest = parse_document(*hub.base_manifest);
    BaseHub base{base_manifest ? &*base_manifest : nullptr, hub.changed_checks};
    MemoryTree base_tree;
    for (const auto& [path, content] : hub.base_files) base_tree.add(path, content);
    if (!hub.base_files.empty()) base.tree = &base_tree;
    if (base.manifest || !base.changed_checks.empty() || base.tree) options.base = &base;
    return validate(*state, options);
}

int line_of(const std::string& document, const std::string& text, std::size_t n) {
    std::size_t at = document.find(text);
    for (; n > 0 && at != document.npos; --n) at = document.find(text, at + 1);
    if (at == document.npos) return 0;
    return 1 + static_cast<int>(std::count(
                   document.begin(), document.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

}  // namespace onnxhub::test
