// SPDX-License-Identifier: Apache-2.0
#include "generator/elsewhere_record.h"

#include <sstream>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/decimal.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t record_limit = 128 * 1024;  // bytes; headers have at most 64 KiB

std::filesystem::path record_file(const std::filesystem::path& state_folder,
                                  const std::string& url) {
    return state_folder / "elsewhere" / (to_hex(sha256_of(url)) + ".txt");
}

}  // namespace

/// A record has four lines: URL, ETag, size, SHA-256.
std::optional<ElsewhereRecord> read_elsewhere_record(const std::filesystem::path& state_folder,
                                                     const std::string& url) {
    const auto text = read_file_if_possible(record_file(state_folder, url), record_limit);
    if (!text) return std::nullopt;
    std::istringstream lines(*text);
    std::string known_url, size, sha;
    ElsewhereRecord record;
    if (!std::getline(lines, known_url) || !std::getline(lines, record.etag) ||
        !std::getline(lines, size) || !std::getline(lines, sha) || known_url != url) {
        return std::nullopt;
    }
    const auto size_bytes = parse_decimal<std::uint64_t>(size);
    const auto digest = parse_sha256(sha);
    if (!size_bytes || !digest) return std::nullopt;
    record.size_bytes = *size_bytes;
    record.sha = *digest;
    return record;
}

void write_elsewhere_record(const std::filesystem::path& state_folder, const std::string& url,
                            const ElsewhereRecord& record) {
    const std::filesystem::path file = record_file(state_folder, url);
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    try {
        write_file_atomically(file, url + "\n" + record.etag + "\n" +
                                        std::to_string(record.size_bytes) + "\n" +
                                        to_hex(record.sha) + "\n");
    } catch (const UserError&) {
    }
}

}  // namespace onnxhub
