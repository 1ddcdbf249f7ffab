// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace onnxhub::test {

std::span<const FuzzTarget> fuzz_targets() {
    static constexpr FuzzTarget all[] = {
        {"archive", fuzz_archive},   {"attributes", fuzz_attributes},
        {"bundle", fuzz_bundle},     {"document", fuzz_document},
        {"glob", fuzz_glob},         {"hub_trust", fuzz_hub_trust},
        {"index", fuzz_index},       {"json", fuzz_json},
        {"license", fuzz_license},   {"lock_file", fuzz_lock_file},
        {"manifest", fuzz_manifest}, {"markdown", fuzz_markdown},
        {"merge", fuzz_merge},       {"path", fuzz_path},
        {"pattern", fuzz_pattern},   {"pointer", fuzz_pointer},
        {"range", fuzz_range},       {"report", fuzz_report},
        {"request", fuzz_request},   {"settings", fuzz_settings},
        {"sidecar", fuzz_sidecar},   {"signature", fuzz_signature},
        {"skeleton", fuzz_skeleton}, {"source_url", fuzz_source_url},
        {"tables", fuzz_tables},     {"template", fuzz_template},
        {"tensor", fuzz_tensor},     {"test_value", fuzz_test_value},
        {"url", fuzz_url},
    };
    return all;
}

void require(bool holds, std::string_view property) {
    if (holds) return;
    std::fprintf(stderr, "property does not hold: %.*s\n", static_cast<int>(property.size()),
                 property.data());
    std::abort();
}

std::ptrdiff_t most_lines(std::string_view text) {
    return 1 + std::ranges::count_if(text, [](char c) { return c == '\n' || c == '\r'; });
}

}  // namespace onnxhub::test
