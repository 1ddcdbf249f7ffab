// SPDX-License-Identifier: Apache-2.0
// Tar archives byte by byte, for archives that no library would write.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>

#include "archive/gzip.h"

namespace onnxhub::test {

/// Sets the correct checksum in a header of 512 bytes.
inline void set_checksum(std::string& header) {
    header.replace(148, 8, 8, ' ');
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    char text[8] = {};
    std::snprintf(text, sizeof text, "%06o", sum);
    header.replace(148, 7, text, 7);
}

/// A ustar header; `size_bytes` of content must follow, see tar_content().
inline std::string tar_header(const std::string& path, std::uint64_t size_bytes, char type = '0') {
    std::string header(512, '\0');
    header.replace(0, path.size(), path);
    char size[12] = {};
    std::snprintf(size, sizeof size, "%011llo", static_cast<unsigned long long>(size_bytes));
    header.replace(124, 12, size, 12);
    header[156] = type;
    header.replace(257, 8,
                   "ustar\0"
                   "00",
                   8);
    set_checksum(header);
    return header;
}

/// The content, padded with zeros to the next block.
inline std::string tar_content(const std::string& content) {
    return content + std::string((512 - content.size() % 512) % 512, '\0');
}

inline std::string tar_file(const std::string& path, const std::string& content, char type = '0') {
    return tar_header(path, content.size(), type) + tar_content(content);
}

inline std::string pax_record(const std::string& key, const std::string& value) {
    std::size_t length = key.size() + value.size() + 3;
    length += std::to_string(length).size();
    length = std::max(length, key.size() + value.size() + 3 + std::to_string(length).size());
    return std::to_string(length) + " " + key + "=" + value + "\n";
}

/// An extended header with one record, for the next member.
inline std::string pax_header(const std::string& key, const std::string& value, char type = 'x') {
    return tar_file("PaxHeaders/x", pax_record(key, value), type);
}

inline std::string tar_end() {
    return std::string(1024, '\0');
}

inline std::string gzipped(const std::string& bytes) {
    return gzip(bytes, 1);
}

}  // namespace onnxhub::test
