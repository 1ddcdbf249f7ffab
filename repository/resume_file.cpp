// SPDX-License-Identifier: Apache-2.0
#include "repository/resume_file.h"

#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/user_error.h"
#include "manifest/manifest_reader.h"

namespace onnxhub {

ResumeFile::ResumeFile(std::optional<std::string> path) : path_(std::move(path)) {}

const std::string& ResumeFile::path() const {
    static const std::string none;
    return path_ ? *path_ : none;
}

std::optional<JsonDocument> ResumeFile::read() const {
    std::error_code error;
    if (!path_ || !std::filesystem::exists(*path_, error)) return std::nullopt;
    auto json = parse_json(read_file(*path_, json_size_limit));
    if (auto* document = std::get_if<JsonDocument>(&json)) return std::move(*document);
    refuse();
}

void ResumeFile::refuse() const {
    throw UserError(path() + ": is not what an earlier run left for --resume; name another file");
}

void ResumeFile::write(const std::string& text) const {
    if (path_) write_file_atomically(*path_, text);
}

void ResumeFile::remove() const {
    std::error_code ignored;  // the file is no longer of use and does no harm
    if (path_) std::filesystem::remove(*path_, ignored);
}

}  // namespace onnxhub
