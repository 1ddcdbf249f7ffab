// SPDX-License-Identifier: Apache-2.0
// Fuzz targets: each hands arbitrary bytes to one parser and checks what must hold for any input.
// `./dev fuzz TARGET` explores with libFuzzer; ctest replays the seeds in tests/fuzz/seeds/.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace onnxhub::test {

struct FuzzTarget {
    std::string_view name;  ///< also the name of its folder of seeds
    void (*run)(std::string_view input);
};

std::span<const FuzzTarget> fuzz_targets();

/// Ends the process when a property does not hold; `property` says which one.
void require(bool holds, std::string_view property);

/// No document has more lines: CommonMark ends them with LF, CR or both.
std::ptrdiff_t most_lines(std::string_view text);

void fuzz_archive(std::string_view input);
void fuzz_attributes(std::string_view input);
void fuzz_bundle(std::string_view input);
void fuzz_document(std::string_view input);
void fuzz_glob(std::string_view input);
void fuzz_hub_trust(std::string_view input);
void fuzz_index(std::string_view input);
void fuzz_json(std::string_view input);
void fuzz_license(std::string_view input);
void fuzz_lock_file(std::string_view input);
void fuzz_manifest(std::string_view input);
void fuzz_markdown(std::string_view input);
void fuzz_merge(std::string_view input);
void fuzz_path(std::string_view input);
void fuzz_pattern(std::string_view input);
void fuzz_pointer(std::string_view input);
void fuzz_range(std::string_view input);
void fuzz_report(std::string_view input);
void fuzz_request(std::string_view input);
void fuzz_settings(std::string_view input);
void fuzz_sidecar(std::string_view input);
void fuzz_signature(std::string_view input);
void fuzz_skeleton(std::string_view input);
void fuzz_source_url(std::string_view input);
void fuzz_tables(std::string_view input);
void fuzz_template(std::string_view input);
void fuzz_tensor(std::string_view input);
void fuzz_test_value(std::string_view input);
void fuzz_url(std::string_view input);

}  // namespace onnxhub::test
