// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/bundle_parts.h"

#include "base/error_text.h"
#include "base/user_error.h"

namespace onnxhub {

std::string sums_of(const std::map<std::string, NamedFile>& files, const std::string& manifest) {
    std::map<std::string, std::string> sums;
    for (const auto& [path, file] : files) sums[path] = to_hex(file.sha);
    sums[std::string(manifest_file_name)] = to_hex(sha256_of(manifest));
    std::string text;
    for (const auto& [path, digest] : sums) text += digest + "  " + path + "\n";
    return text;
}

std::uint64_t size_of(const NamedFile& file) {
    return file.size_bytes.value_or(0);
}

void GrowingFile::write(std::span<const std::byte> block) const {
    if (!write_all(file_, block)) fail();
}

void GrowingFile::fail() const {
    throw UserError(path_.string() + ": can't be written (" + error_text() +
                    "); free disk space, or choose another path");
}

}  // namespace onnxhub
