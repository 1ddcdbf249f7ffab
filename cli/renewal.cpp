// SPDX-License-Identifier: Apache-2.0
#include "cli/renewal.h"

#include "cli/hub_folder.h"
#include "generator/generate.h"
#include "manifest/atomic_file.h"
#include "manifest/diagnostic.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t largest_manifest = std::uint64_t{512} << 20;  // bytes

bool renew(const std::filesystem::path& folder, GenerateOptions options, const Streams& streams) {
    const HubFolder hub = open_hub(folder, {});
    Diagnostics diagnostics;
    const std::string path(manifest_file_name);
    const std::string before = read_hub_file(*hub.tree, path, largest_manifest).value_or("[]");
    const ManifestDocument present = read_manifest(before, path);
    options.settings = read_settings(*hub.tree, {}, diagnostics);
    options.present = &present;
    options.carry = &present;
    const GenerateResult result = generate(*hub.tree, options, diagnostics);
    print(streams, diagnostics);
    if (result.update.text == before) return false;
    write_file_atomically(hub.folder / path, result.update.text);
    return true;
}

}  // namespace

bool renew_entry(const std::filesystem::path& hub, const std::string& model_path,
                 ShapeInference* inference, const Streams& streams) {
    GenerateOptions options;
    options.target = Target::single;
    options.single_path = model_path;
    options.inference = inference;
    return renew(hub, std::move(options), streams);
}

std::string renew_manifest(const std::filesystem::path& hub, ShapeInference* inference,
                           const Streams& streams) {
    GenerateOptions options;
    options.inference = inference;
    return renew(hub, std::move(options), streams) ? std::string(manifest_file_name) + "\n" : "";
}

}  // namespace onnxhub
