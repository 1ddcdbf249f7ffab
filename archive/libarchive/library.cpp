// SPDX-License-Identifier: Apache-2.0
#include "archive/libarchive/library.h"

#include "base/shared_library.h"

namespace onnxhub {

ArchiveLibrary::ArchiveLibrary() {
    const SharedLibrary library(LIBARCHIVE_SONAME, "this archive");
#define ONNXHUB_FIND(name) library.find(name, "archive_" #name);
    ONNXHUB_ARCHIVE_FUNCTIONS(ONNXHUB_FIND)
#undef ONNXHUB_FIND
}

const ArchiveLibrary& libarchive() {
    static const ArchiveLibrary library;
    return library;
}

}  // namespace onnxhub
