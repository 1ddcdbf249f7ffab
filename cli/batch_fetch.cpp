// SPDX-License-Identifier: Apache-2.0
#include "cli/batch_fetch.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>
#include <variant>

#include "base/atomic_file.h"
#include "base/escaping.h"
#include "base/quantity.h"
#include "base/user_error.h"
#include "cli/hub_folder.h"

namespace onnxhub {

std::string model_count(std::size_t count) {
    return fmt::format("{} model{}", count, count == 1 ? "" : "s");
}

void tell_too_large(const std::string& model_path, std::uint64_t size_bytes,
                    const Streams& streams) {
    note(streams, fmt::format("{} is larger than --max-disk ({}), so it is not fetched",
                              printable(model_path), human_bytes(size_bytes)));
}

void tell_batch(std::size_t models, std::uint64_t size_bytes, std::size_t number,
                std::size_t batches, const Streams& streams) {
    const std::string which = batches > 1 ? fmt::format(" (batch {} of {})", number, batches) : "";
    note(streams,
         fmt::format("fetching {}, {}{}", model_count(models), human_bytes(size_bytes), which));
}

ResumeFile::ResumeFile(std::optional<std::string> path) : path_(std::move(path)) {}

const std::string& ResumeFile::path() const {
    static const std::string none;
    return path_ ? *path_ : none;
}

std::optional<JsonDocument> ResumeFile::read() const {
    std::error_code error;
    if (!path_ || !std::filesystem::exists(*path_, error)) return std::nullopt;
    auto json = parse_json(read_disk_file(*path_));
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
    std::error_code ignored;  // it is of no use any more, and does no harm
    if (path_) std::filesystem::remove(*path_, ignored);
}

}  // namespace onnxhub
