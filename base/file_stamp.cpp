// SPDX-License-Identifier: Apache-2.0
#include "base/file_stamp.h"

#include "base/file_status.h"

namespace onnxhub {

std::optional<FileStamp> stamp_of(const std::filesystem::path& path) {
    const auto status = status_of(path);
    if (!status) return std::nullopt;
    return FileStamp{status->device, status->inode, status->size_bytes, status->modified.seconds,
                     status->modified.nanoseconds};
}

}  // namespace onnxhub
