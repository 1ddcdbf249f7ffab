// SPDX-License-Identifier: Apache-2.0
// What the writer and the reader of bundles share. Only the .cpp files of this module include this
// header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "hosting/export/hub_content.h"

namespace onnxhub {

inline constexpr const char* bundle_sums_name = "SHA256SUMS";

/// The text of SHA256SUMS: the files and the manifest, in the order of their paths.
std::string sums_of(const std::map<std::string, NamedFile>& files, const std::string& manifest);

/// The size, which files in a bundle always have.
std::uint64_t size_of(const NamedFile& file);

/// A file that is written block by block. Throws UserError when it can't be.
class GrowingFile {
public:
    GrowingFile(const Descriptor& file, std::filesystem::path path)
        : file_(file), path_(std::move(path)) {}

    void write(std::string_view text) const { write(std::as_bytes(std::span(text))); }
    void write(std::span<const std::byte> block) const;

    [[noreturn]] void fail() const;

private:
    const Descriptor& file_;
    std::filesystem::path path_;
};

}  // namespace onnxhub
