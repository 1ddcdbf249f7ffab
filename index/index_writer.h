// SPDX-License-Identifier: Apache-2.0
// Makes the index of a manifest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/byte_source.h"
#include "index/index_format.h"

namespace onnxhub {

/// Takes the files of an index.
class IndexFiles {
public:
    virtual ~IndexFiles() = default;

    /// A file with the path index_path(file.digest). Called from several threads, and more than
    /// once for the same file. May throw, which ends the work.
    virtual void put(const IndexRef& file, std::string_view text) = 0;
};

struct IndexRequest {
    const ByteSource* manifest = nullptr;
    std::string shown_name;  ///< of the manifest, for messages
    unsigned jobs = 0;       ///< number of threads; 0: one for each core
    std::function<void()> check_interruption = [] {};
};

struct IndexReport {
    std::string root;      ///< text of index_root_path, which was put too
    Sha256 root_digest{};  ///< of `root`
};

/// The index follows from the bytes of the manifest alone, so everyone who has a manifest can make
/// and check its index. Entries that cannot be used are left out. Reads the manifest twice; memory
/// is a few hundred bytes a model. Throws UserError when the manifest is not valid JSON, or has a
/// name longer than index_key_limit.
IndexReport write_index(const IndexRequest& request, IndexFiles& files);

}  // namespace onnxhub
