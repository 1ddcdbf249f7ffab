// SPDX-License-Identifier: Apache-2.0
#include "archive/archive_library_version.h"

#include "archive/libarchive/library.h"

namespace onnxhub {

std::string archive_library_version() {
    return libarchive().version_details();
}

}  // namespace onnxhub
