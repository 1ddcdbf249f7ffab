// SPDX-License-Identifier: Apache-2.0
// What `generate --fetch` and `validate --fetch --drop` have in common: what they say of batches,
// and the file of --resume.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/command.h"
#include "manifest/json.h"

namespace onnxhub {

/// "1 model", "7 models".
std::string model_count(std::size_t count);

/// A model of `size_bytes` that is larger than --max-disk.
void tell_too_large(const std::string& model_path, std::uint64_t size_bytes,
                    const Streams& streams);

/// Batch `number` of `batches`, counted from 1, of `models` with `size_bytes` in all.
void tell_batch(std::size_t models, std::uint64_t size_bytes, std::size_t number,
                std::size_t batches, const Streams& streams);

/// What is done so far, as JSON in the file that --resume names; where it names none, nothing is
/// kept.
class ResumeFile {
public:
    explicit ResumeFile(std::optional<std::string> path);

    bool is_named() const { return path_.has_value(); }
    /// Empty if there is none.
    const std::string& path() const;

    /// What an earlier run left; nullopt where nothing is there. Throws UserError where it
    /// can't be read or is no JSON.
    std::optional<JsonDocument> read() const;
    /// Throws that what was read is not what an earlier run left.
    [[noreturn]] void refuse() const;
    /// Replaces it atomically.
    void write(const std::string& text) const;
    void remove() const;

private:
    std::optional<std::string> path_;
};

}  // namespace onnxhub
