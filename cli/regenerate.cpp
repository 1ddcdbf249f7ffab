// SPDX-License-Identifier: Apache-2.0
#include "cli/regenerate.h"

#include <algorithm>
#include <utility>

#include "base/user_error.h"
#include "cli/hub_folder.h"
#include "cli/progress.h"
#include "generator/generate.h"
#include "manifest/diagnostic.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t largest_manifest = std::uint64_t{512} << 20;  // bytes

/// Whether every row that was asked for gave an entry.
bool renew(FileTransaction& change, GenerateOptions options, const Streams& streams) {
    const std::string path(manifest_file_name);
    change.watch(path);
    const HubFolder hub = open_hub(change.hub(), {});
    Diagnostics diagnostics;
    const std::string before = read_hub_file(*hub.tree, path, largest_manifest).value_or("[]");
    const ManifestDocument present = read_manifest(before, path);
    HashProgress progress(streams.err, streams.err_is_terminal && !streams.options.no_progress &&
                                           !streams.options.quiet);
    options.observer = &progress;
    options.settings = read_settings(*hub.tree, {}, diagnostics);
    options.present = &present;
    options.carry = &present;
    const GenerateResult result = generate(*hub.tree, options, diagnostics);
    progress.finish();
    print(streams, diagnostics);
    if (options.target == Target::single && result.unmade > 0) return false;
    change.stage_text(path, result.update.text);
    change.apply();
    return true;
}

bool has_entry(const FileTransaction& change, const std::string& model_path) {
    const std::string path(manifest_file_name);
    const ManifestDocument document = read_manifest(read_disk_file(change.hub() / path), path);
    return std::ranges::any_of(document.entries, [&](const ManifestEntry& entry) {
        return entry.entry && entry.entry->model_path == model_path;
    });
}

}  // namespace

void regenerate_entry(FileTransaction& change, const std::string& model_path,
                      ShapeInference* inference, const Streams& streams) {
    GenerateOptions options;
    options.target = Target::single;
    options.single_path = model_path;
    options.inference = inference;
    if (renew(change, std::move(options), streams) && has_entry(change, model_path)) return;
    throw UserError(model_path +
                    ": no entry of the manifest can be made of it, so nothing was written; "
                    "repair what is said above");
}

void regenerate_manifest(FileTransaction& change, ShapeInference* inference,
                         const Streams& streams) {
    GenerateOptions options;
    options.inference = inference;
    renew(change, std::move(options), streams);
}

}  // namespace onnxhub
