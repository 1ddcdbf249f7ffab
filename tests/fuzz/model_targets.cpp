// SPDX-License-Identifier: Apache-2.0
// Models, test tensors and archives: binary formats of untrusted files.
#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <variant>

#include "archive/archive_reader.h"
#include "base/byte_source.h"
#include "hosting/export/bundle_format.h"
#include "manifest/hub_path.h"
#include "model/model_graph.h"
#include "model/onnx_skeleton.h"
#include "model/test_data_archive.h"
#include "model/test_tensor.h"
#include "tests/fuzz/targets.h"

namespace onnxhub::test {

void fuzz_skeleton(std::string_view input) {
    const auto source = memory_source(std::string(input));
    const auto result = read_skeleton(*source);
    const auto graph = read_model_graph(*source, nullptr, {});
    if (std::holds_alternative<SkeletonError>(result)) {
        require(std::holds_alternative<SkeletonError>(graph), "no graph without a skeleton");
        require(std::get<SkeletonError>(result).offset <= input.size(),
                "an error lies inside the file");
        return;
    }
    const auto& skeleton = std::get<OnnxSkeleton>(result);
    require(skeleton.payload_bytes <= input.size(), "payloads lie inside the file");
    require(std::is_sorted(skeleton.external_locations.begin(), skeleton.external_locations.end()),
            "locations are sorted");
    const auto again = read_skeleton(*memory_source(skeleton.model));
    require(std::holds_alternative<OnnxSkeleton>(again), "a skeleton is a model");
}

/// The same bytes in one block and byte by byte give the same tensor.
void fuzz_tensor(std::string_view input) {
    const auto bytes = std::as_bytes(std::span(input.data(), input.size()));
    TestTensorReader whole;
    whole.data(bytes);
    TestTensorReader parts;
    for (std::size_t i = 0; i < bytes.size(); ++i) parts.data(bytes.subspan(i, 1));
    const auto one = whole.finish();
    const auto other = parts.finish();
    require(one.index() == other.index(), "blocks of any size give the same outcome");
    if (const auto* tensor = std::get_if<TestTensor>(&one)) {
        require(*tensor == std::get<TestTensor>(other), "blocks of any size give the same tensor");
    }
}

namespace {

BlockReader reader_of(std::string_view bytes) {
    return [bytes](std::uint64_t offset, std::span<std::byte> into) -> std::size_t {
        if (offset >= bytes.size()) return 0;
        const std::size_t count = std::min<std::size_t>(into.size(), bytes.size() - offset);
        std::memcpy(into.data(), bytes.data() + offset, count);
        return count;
    };
}

class PathChecker : public ArchiveVisitor {
public:
    void begin_file(const std::string& path) override {
        require(std::holds_alternative<std::string>(check_hub_path(path)),
                "members have clean relative paths");
    }
    void data(std::span<const std::byte>) override {}
    void end_file() override {}
};

constexpr ArchiveLimits small_limits{
    .members = 100, .inflated_bytes = 1 << 20, .ratio = 200, .free_bytes = 1 << 16};

}  // namespace

void fuzz_archive(std::string_view input) {
    PathChecker checker;
    walk_archive(reader_of(input), small_limits, checker);
    read_test_data_archive(reader_of(input), small_limits);
}

void fuzz_bundle(std::string_view input) {
    const std::string_view block = input.substr(0, bundle_block);
    if (block.size() == bundle_block) size_in_header(block);
    compression_of(input);
    if (std::holds_alternative<std::string>(check_hub_path(input))) {
        const std::string header = bundle_header(input, input.size());
        require(header.size() % bundle_block == 0, "headers fill whole blocks");
        require((input.size() + bundle_padding(input.size())) % bundle_block == 0,
                "padding fills the last block");
    }
}

}  // namespace onnxhub::test
