// SPDX-License-Identifier: Apache-2.0
// Models, test tensors and archives: binary formats of untrusted files.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "archive/archive_reader.h"
#include "base/byte_source.h"
#include "base/user_error.h"
#include "base/utf8.h"
#include "hosting/export/bundle_format.h"
#include "hosting/export/hub_bundle.h"
#include "manifest/hub_path.h"
#include "manifest/json.h"
#include "manifest/manifest.h"
#include "model/graph_describer.h"
#include "model/graph_document.h"
#include "model/graph_drawing.h"
#include "model/model_graph.h"
#include "model/model_opsets.h"
#include "model/onnx_skeleton.h"
#include "model/operator_check.h"
#include "model/test_data_archive.h"
#include "model/test_tensor.h"
#include "model/test_value_json.h"
#include "model/value_comparison.h"
#include "tests/fuzz/targets.h"

namespace onnxhub::test {

namespace {

/// Gives one byte for each read, as a source far away may.
class DrippingSource : public ByteSource {
public:
    explicit DrippingSource(const ByteSource& whole) : whole_(whole) {}
    std::uint64_t size_bytes() const override { return whole_.size_bytes(); }
    std::size_t read(std::uint64_t offset, std::span<std::byte> into) const override {
        return into.empty() ? 0 : whole_.read(offset, into.first(1));
    }

private:
    const ByteSource& whole_;
};

/// Opsets that are read by themselves are those of the graph.
void require_same_opsets(const ByteSource& source, const ModelGraph& graph) {
    const auto read = read_model_opsets(source);
    const auto* opsets = std::get_if<ModelOpsets>(&read);
    if (!opsets) return;  // it refuses more than the graph's reader
    require(graph.has_invalid_names || opsets->versions == graph.opsets,
            "opsets alone are those of the graph");
    require(opsets->ir_version == graph.ir_version, "the IR version is that of the graph");
}

/// A graph has a document, however little space there is, and drawings.
void require_drawable(const ByteSource& source) {
    constexpr std::uint64_t little = 8192;
    for (const std::uint64_t limit : {little, graph_description_limit}) {
        const auto described = describe_graph(source, limit);
        const auto* description = std::get_if<GraphDescription>(&described);
        if (!description) return;
        const std::string json = graph_json(*description);
        require(json.size() <= limit, "a graph's document is bounded");
        require(std::holds_alternative<JsonDocument>(parse_json(json)), "it is JSON");
        require(graph_dot(*description).ends_with("}\n"), "it has a drawing");
        require(most_lines(graph_mermaid(*description)) > 1, "it has a flowchart");
    }
}

}  // namespace

void fuzz_skeleton(std::string_view input) {
    const auto source = memory_source(std::string(input));
    const auto result = read_skeleton(*source);
    const auto dripped = read_skeleton(DrippingSource(*source));
    require(result.index() == dripped.index(), "short reads give the same outcome");
    require_drawable(*source);
    const auto graph = read_model_graph(*source, nullptr, {});
    if (const auto* read = std::get_if<ModelGraph>(&graph)) require_same_opsets(*source, *read);
    if (std::holds_alternative<SkeletonError>(result)) {
        require(std::holds_alternative<SkeletonError>(graph), "no graph without a skeleton");
        require(std::get<SkeletonError>(result).offset <= input.size(),
                "an error lies inside the file");
        return;
    }
    const auto& skeleton = std::get<OnnxSkeleton>(result);
    require(std::get<OnnxSkeleton>(dripped).model == skeleton.model,
            "short reads give the same skeleton");
    require(skeleton.payload_bytes <= input.size(), "payloads lie inside the file");
    require(std::is_sorted(skeleton.external_locations.begin(), skeleton.external_locations.end()),
            "locations are sorted");
    const auto again = read_skeleton(*memory_source(skeleton.model));
    const auto* same = std::get_if<OnnxSkeleton>(&again);
    require(same != nullptr, "a skeleton is a model");
    require(same->external_locations == skeleton.external_locations,
            "a skeleton keeps where external data is");
    // Only the first one states sizes of data that it leaves out.
    require(same->model.size() <= skeleton.model.size(),
            "a skeleton has nothing more to leave out");
    const auto third = read_skeleton(*memory_source(same->model));
    require(std::get<OnnxSkeleton>(third).model == same->model,
            "the skeleton of a skeleton is itself");
    const OperatorReport report = check_operators(skeleton);
    require(report.findings.size() <= operator_finding_limit, "findings have a limit");
    for (const OperatorFinding& finding : report.findings) {
        require(first_line_not_utf8(finding.node + finding.message) == 0, "findings are UTF-8");
    }
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

/// The first byte chooses the format: test data for a port of some type, or JSON of a runner.
TestValue chosen_value(std::string_view input) {
    const std::string_view rest = input.substr(1);
    switch (input.front()) {
        case 's':
            return read_test_value(rest, "seq(tensor(float))").value;
        case 'm':
            return read_test_value(rest, "map(int64,tensor(float))").value;
        case 'o':
            return read_test_value(rest, "optional(tensor(float))").value;
        case 'j': {
            const auto parsed = parse_json(rest);
            const auto* document = std::get_if<JsonDocument>(&parsed);
            if (!document) throw UnusableValue("is not JSON");
            return value_from_json(document->root);
        }
        default:
            return read_test_value(rest, "tensor(float)").value;
    }
}

/// Nothing when it has strings that are not UTF-8.
std::optional<JsonValue> json_of(const TestValue& value) {
    try {
        return to_json(value);
    } catch (const UnusableValue&) {
        return std::nullopt;
    }
}

}  // namespace

/// A value that was read can be compared, and survives its way through JSON.
void fuzz_test_value(std::string_view input) {
    if (input.empty()) return;
    try {
        const TestValue value = chosen_value(input);
        const Tolerance none{0, 0};
        if (const auto json = json_of(value)) {
            const TestValue back = value_from_json(*json);
            const auto again = json_of(back);
            require(again && json_text(*again) == json_text(*json), "JSON keeps the value");
            require(!compare_values(value, back, none).difference, "JSON keeps the numbers");
        }
        require(!compare_values(value, value, none).difference, "a value equals itself");
    } catch (const UnusableValue& error) {
        require(*error.what() != '\0', "an unusable value has a reason");
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

/// Checks the order of calls and that the limits hold.
class MemberChecker : public ArchiveVisitor {
public:
    explicit MemberChecker(const ArchiveLimits& limits) : limits_(limits) {}

    void begin_file(const std::string& path) override {
        require(std::holds_alternative<std::string>(check_hub_path(path)),
                "members have clean relative paths");
        require(!is_open_, "a file ends before the next one begins");
        require(++files_ <= limits_.members, "an archive has a limited number of members");
        is_open_ = true;
    }
    void data(std::span<const std::byte> block) override {
        require(is_open_, "bytes belong to a file");
        bytes_ += block.size();
        require(bytes_ <= limits_.inflated_bytes, "an archive has a limited size");
    }
    void end_file() override {
        require(is_open_, "a file that ends has begun");
        is_open_ = false;
    }
    bool is_open() const { return is_open_; }

private:
    const ArchiveLimits& limits_;
    bool is_open_ = false;
    std::size_t files_ = 0;
    std::uint64_t bytes_ = 0;
};

constexpr ArchiveLimits small_limits{
    .members = 100, .inflated_bytes = 1 << 20, .ratio = 200, .free_bytes = 1 << 16};

/// A file in memory with the input's bytes, made once.
class InputFile {
public:
    InputFile() : fd_(memfd_create("input", MFD_CLOEXEC)) {}
    ~InputFile() { close(fd_); }
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;

    std::string fill(std::string_view content) const {
        require(ftruncate(fd_, 0) == 0 && pwrite(fd_, content.data(), content.size(), 0) ==
                                              static_cast<ssize_t>(content.size()),
                "the input fits into memory");
        return "/proc/self/fd/" + std::to_string(fd_);
    }

private:
    int fd_;
};

}  // namespace

void fuzz_archive(std::string_view input) {
    MemberChecker checker(small_limits);
    const auto problems = walk_archive(reader_of(input), small_limits, checker);
    if (checker.is_open()) require(!problems.empty(), "a truncated archive has a problem");
    for (const ArchiveProblem& problem : problems) {
        require(!problem.reason.empty(), "a problem has a reason");
    }
    const TestDataArchive archive = read_test_data_archive(reader_of(input), small_limits);
    require(archive.problems.empty() == problems.empty(), "both readers report problems or none");
}

/// A whole bundle. Its manifest and checksums are part of the seeds: the reader accepts no other.
void fuzz_bundle(std::string_view input) {
    static const InputFile file;
    const std::string path = file.fill(input);
    bool is_sound = false;
    try {
        const BundleReport report = verify_bundle(path, [] {});
        is_sound = true;
        require(report.bytes <= input.size(), "the files lie inside the bundle");
        require(input.size() % bundle_block == 0, "a bundle has whole blocks");
    } catch (const UserError& error) {
        require(*error.what() != '\0', "a refused bundle has a reason");
    }
    const auto size = size_in_header(input.substr(0, bundle_block));
    if (is_sound) {
        require(size && bundle_header(manifest_file_name, *size) == input.substr(0, bundle_block),
                "a bundle begins with its manifest");
    }
    if (compression_of(input)) require(!is_sound, "a bundle is not packed");
    if (std::holds_alternative<std::string>(check_hub_path(input))) {
        const std::string header = bundle_header(input, input.size());
        require(header.size() % bundle_block == 0, "headers fill whole blocks");
        require(size_in_header(std::string_view(header).substr(header.size() - bundle_block)) ==
                    input.size(),
                "the last block of a header has the size");
        require((input.size() + bundle_padding(input.size())) % bundle_block == 0,
                "padding fills the last block");
    }
}

}  // namespace onnxhub::test
