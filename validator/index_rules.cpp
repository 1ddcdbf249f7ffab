// SPDX-License-Identifier: Apache-2.0
#include "validator/index_rules.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "index/index_check.h"
#include "index/index_reader.h"
#include "manifest/rule_ids.h"
#include "repository/hub_folder.h"

namespace onnxhub {
namespace {

constexpr RuleInfo index_differs{
    .id = rule_id::index_differs,
    .severity = Severity::error,
    .family = "index",
    .what = "A file of the index in `index/` is missing, or is not that of the manifest.",
    .why =
        "Clients that read the index see other models than those that read the manifest, or none.",
    .example = "The manifest was regenerated, and the index was not.",
    .fix = "Write the index again with `onnxhub generate --index DIR` or `onnxhub export --index`.",
};

constexpr std::array index_rule_list{index_differs};

}  // namespace

std::span<const RuleInfo> index_rules() {
    return index_rule_list;
}

void check_index_files(const HubState& hub, unsigned jobs, FindingList& findings) {
    const std::string root(index_root_path);
    if (!hub.document() || !std::ranges::binary_search(hub.files, root)) return;
    const auto manifest = memory_source(*hub.manifest.text);
    IndexRequest request{manifest.get(), hub.manifest.file, jobs};
    const auto report = [&](const std::string& file, const std::string& message) {
        findings.report(index_differs, {file, 0}, message,
                        "write the index again with `onnxhub generate --index DIR`", {file, ""});
    };
    try {
        const auto difference = check_index(request, [&](const std::string& path) {
            return read_hub_file(hub.tree, path, index_leaf_limit);
        });
        if (!difference) return;
        report(difference->path, difference->is_missing ? "does not exist, but belongs to the index"
                                                        : "is not that of the manifest");
    } catch (const UserError& error) {
        report(root, error.what());
    }
}

}  // namespace onnxhub
