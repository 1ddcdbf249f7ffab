// SPDX-License-Identifier: Apache-2.0
// Archives for tests, good and bad, in memory:
//     std::string bytes = ArchiveBuilder().file("mnist/model.onnx", model).gzip();
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "archive/archive_reader.h"

namespace onnxhub::test {

class ArchiveBuilder {
public:
    ArchiveBuilder();
    ~ArchiveBuilder();
    ArchiveBuilder(const ArchiveBuilder&) = delete;
    ArchiveBuilder& operator=(const ArchiveBuilder&) = delete;

    ArchiveBuilder& file(const std::string& path, const std::string& content);
    ArchiveBuilder& zeros(const std::string& path, std::uint64_t size_bytes);
    ArchiveBuilder& folder(const std::string& path);
    ArchiveBuilder& symlink(const std::string& path, const std::string& target);
    ArchiveBuilder& hard_link(const std::string& path, const std::string& target);
    ArchiveBuilder& device(const std::string& path);
    ArchiveBuilder& fifo(const std::string& path);

    std::string gzip();  ///< the whole archive; the builder cannot be used afterwards

private:
    void header(const std::string& path, unsigned type, std::uint64_t size, const char* link);
    struct State;
    State* state_;
};

/// A serialized onnx.TensorProto of zeros.
std::string tensor_bytes(int element_type, const std::vector<std::int64_t>& dims,
                         std::size_t raw_bytes = 0, const std::string& name = "");

/// Reads from memory.
BlockReader reader_of(const std::string& bytes);

}  // namespace onnxhub::test
