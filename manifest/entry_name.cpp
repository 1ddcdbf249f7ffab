// SPDX-License-Identifier: Apache-2.0
#include "manifest/entry_name.h"

#include "base/escaping.h"
#include "manifest/diagnostic.h"

namespace onnxhub {
EntryName name_of(const Entry& entry) {
    return {entry.model, entry.model_path, entry.opset_version};
}

EntryName name_of(const ManifestEntry& entry) {
    if (entry.entry) return name_of(*entry.entry);
    return {entry.problem->model, entry.problem->model_path, entry.problem->opset_version};
}

std::string to_text(const EntryName& name) {
    const std::string opset =
        name.opset_version == 0 ? "" : "opset " + std::to_string(name.opset_version) + ", ";
    return printable(name.model) + " (" + opset + printable(name.model_path) + ")";
}

}  // namespace onnxhub
