// SPDX-License-Identifier: Apache-2.0
// Makes the index of a manifest.
#pragma once

#include <string>

#include "base/digest.h"
#include "index/index_files.h"
#include "index/index_request.h"

namespace onnxhub {

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
