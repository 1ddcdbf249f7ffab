// SPDX-License-Identifier: Apache-2.0
// A pull request changes what it may not change.
#include <functional>
#include <iterator>
#include <string>
#include <utility>

#include "tests/support/damage_families.h"
#include "tests/support/damage_places.h"

namespace onnxhub::test {
namespace {

/// Makes the hub a change of itself without changed models, in which `edit` changes the entry at
/// the position (counting entries that it can change). The finding is at `field`.
Apply in_a_change(const std::string& rule, const std::string& field,
                  std::function<bool(Entry&)> edit) {
    return [=](HubFiles& hub, std::size_t position, Consequences& consequences) {
        std::size_t seen = 0;
        const ManifestDocument document = hub.document();
        for (std::size_t i = 0; i < document.entries.size(); ++i) {
            Entry entry = *document.entries[i].entry;
            if (!edit(entry) || seen++ < position) continue;
            hub.base_manifest = hub.manifest();
            hub.objects.clear();
            replace_entry(hub, i, entry);
            consequences.required.insert({rule, manifest_path, line_in_manifest(hub, i, field)});
            return true;
        }
        return false;
    };
}

bool edit_settings_in_a_change(HubFiles& hub, std::size_t position, Consequences& consequences) {
    using Kind = ChangedCheck::Kind;
    static const ChangedCheck checks[] = {
        {Kind::settings, "onnxhub.toml", "onnxhub.toml"},
        {Kind::baseline, "ci/known.json", "ci/known.json"},
        {Kind::workflow, ".github/workflows/validate.yml", ".github/workflows/validate.yml"},
        {Kind::workflow, ".github/workflows/validate.yml", ""},  // the hub is a subfolder
    };
    if (position >= std::size(checks)) return false;
    hub.changed_checks = {checks[position]};
    consequences.required.insert({"checks-changed", checks[position].file, 0});
    return true;
}

}  // namespace

std::vector<Damage> change_damages() {
    return {
        {"remove the ports in a change", in_a_change("ports-changed-without-model", "metadata",
                                                     [](Entry& entry) {
                                                         const bool has_any =
                                                             entry.io_ports.has_value();
                                                         entry.io_ports.reset();
                                                         return has_any;
                                                     })},
        {"falsify the ports in a change",
         in_a_change("ports-changed-without-model", "metadata.io_ports",
                     [](Entry& entry) {
                         if (!entry.io_ports || entry.io_ports->inputs.empty()) return false;
                         Shape& shape = entry.io_ports->inputs[0].shape;
                         if (shape.empty()) return false;
                         shape[0] = std::int64_t{77};
                         return true;
                     })},
        {"unlist external data in a change",
         in_a_change("external-data-changed-without-model", "metadata",
                     [](Entry& entry) {
                         const bool has_any = !entry.external_data.empty();
                         entry.external_data.clear();
                         return has_any;
                     }),
         true},  // the official zoo has no external data
        {"edit settings in a change", edit_settings_in_a_change},
    };
}

}  // namespace onnxhub::test
