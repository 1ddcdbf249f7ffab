// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/regenerate.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "generator/generate.h"
#include "manifest/manifest_reader.h"
#include "repository/hub_folder.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t regenerated_manifest_limit = std::uint64_t{512} << 20;  // bytes

/// Returns the number of selected rows that did not become entries.
std::size_t regenerate(FileTransaction& change, GenerateOptions options, Diagnostics& diagnostics) {
    const std::string path(manifest_file_name);
    change.watch(path);
    const HubFolder hub = open_hub(change.hub(), {});
    const std::string before =
        read_hub_file(*hub.tree, path, regenerated_manifest_limit).value_or("[]");
    const ManifestDocument present = read_manifest(before, path);
    options.settings = read_settings(*hub.tree, {}, diagnostics);
    options.present = &present;
    options.carry = &present;
    const GenerateResult result = generate(*hub.tree, options, diagnostics);
    if (options.target == Target::single && result.unmade > 0) return result.unmade;
    change.stage_text(path, result.update.text);
    change.apply();
    return result.unmade;
}

bool has_entry(const FileTransaction& change, const std::string& model_path) {
    const std::string path(manifest_file_name);
    const ManifestDocument document =
        read_manifest(read_file(change.hub() / path, json_size_limit), path);
    return std::ranges::any_of(document.entries, [&](const ManifestEntry& entry) {
        return entry.entry && entry.entry->model_path == model_path;
    });
}

}  // namespace

void regenerate_entry(FileTransaction& change, const std::string& model_path,
                      ShapeInference* inference, ContentObserver* content,
                      Diagnostics& diagnostics) {
    GenerateOptions options;
    options.target = Target::single;
    options.single_path = model_path;
    options.inference = inference;
    options.observer = content;
    const std::size_t unmade = regenerate(change, std::move(options), diagnostics);
    if (unmade == 0 && has_entry(change, model_path)) return;
    throw UserError(model_path +
                    ": can't become an entry of the manifest, so nothing was written; "
                    "fix the problems reported above");
}

std::size_t regenerate_manifest(FileTransaction& change, ShapeInference* inference,
                                ContentObserver* content, Diagnostics& diagnostics) {
    GenerateOptions options;
    options.inference = inference;
    options.observer = content;
    return regenerate(change, std::move(options), diagnostics);
}

}  // namespace onnxhub
