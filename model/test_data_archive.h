// SPDX-License-Identifier: Apache-2.0
// The archive with a model and its test data: a `.tar.gz` with `*.onnx` and folders
// `test_data_set_N/` of `input_I.pb` and `output_I.pb`, usually in one top folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "archive/archive_reader.h"
#include "base/digest.h"
#include "model/test_tensor.h"

namespace onnxhub {

struct ArchivedModel {
    std::string path;  ///< in the archive
    Sha256 sha;
    std::uint64_t size_bytes = 0;

    bool operator==(const ArchivedModel&) const = default;
};

using TestTensorResult = std::variant<TestTensor, MalformedTensor>;

/// One folder `test_data_set_N`, its tensors by their number.
struct TestDataSet {
    std::map<std::size_t, TestTensorResult> inputs;
    std::map<std::size_t, TestTensorResult> outputs;
};

struct TestDataArchive {
    std::vector<ArchivedModel> models;        ///< in the order of the archive
    std::map<std::string, TestDataSet> sets;  ///< by folder: "mnist/test_data_set_0"
    std::vector<ArchiveProblem> problems;
};

/// One pass in constant memory; nothing is written to disk.
TestDataArchive read_test_data_archive(const BlockReader& read, const ArchiveLimits& limits);

/// The bytes of one folder `test_data_set_N`, by their number.
struct TestDataFiles {
    std::map<std::size_t, std::string> inputs;
    std::map<std::size_t, std::string> outputs;
};

struct TestDataContents {
    std::map<std::string, TestDataFiles> sets;  ///< by folder: "mnist/test_data_set_0"
    bool is_too_large = false;                  ///< more than the limit; then `sets` has a part
    std::vector<ArchiveProblem> problems;
    Sha256 digest;  ///< of all test data
};

/// The test data of an archive, to run its model. `byte_limit` bounds all of it together.
TestDataContents read_test_data(const BlockReader& read, const ArchiveLimits& limits,
                                std::uint64_t byte_limit);

/// Like walk_archive(), for archives that are unpacked for their model. If the archive has no
/// model, the last problem in the result is of kind `unreadable`.
std::vector<ArchiveProblem> walk_test_data_archive(const BlockReader& read,
                                                   const ArchiveLimits& limits,
                                                   ArchiveVisitor& visitor);

/// Adds a file as if it were the member `path`, for test data that is not packed yet. `read`
/// returns its bytes. Throws what `read` throws.
void add_test_data_file(TestDataArchive& archive, const std::string& path, const BlockReader& read);

}  // namespace onnxhub
