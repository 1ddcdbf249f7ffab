// SPDX-License-Identifier: Apache-2.0
#include "tests/support/numbered_models.h"

#include <cstddef>

#include "base/digest.h"
#include "manifest/manifest.h"

namespace onnxhub::test {

std::string manifest_of_models(int count, const std::function<void(int, Entry&)>& change) {
    ManifestTextWriter writer(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        Entry entry;
        entry.model = "model-" + std::to_string(i / 2);
        entry.model_path = "m/" + std::to_string(i) + ".onnx";
        entry.onnx_version = "1.9";
        entry.opset_version = 12 + i % 2;
        entry.content = {sha256_of("the model"), 9};
        entry.tags = {"vision"};
        change(i, entry);
        writer.add(entry);
    }
    return writer.finish();
}

}  // namespace onnxhub::test
