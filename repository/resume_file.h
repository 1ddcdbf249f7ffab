// SPDX-License-Identifier: Apache-2.0
// The file in which a run keeps its finished batches, so that the next run resumes there.
#pragma once

#include <optional>
#include <string>

#include "manifest/json.h"

namespace onnxhub {

/// A JSON document. Without a path nothing is read and nothing is kept.
class ResumeFile {
public:
    explicit ResumeFile(std::optional<std::string> path);

    bool is_named() const { return path_.has_value(); }
    /// "" without a path.
    const std::string& path() const;

    /// What an earlier run kept; nothing when the file does not exist. Throws UserError when it
    /// cannot be read or is not JSON.
    std::optional<JsonDocument> read() const;
    /// Throws that no earlier run has written the file.
    [[noreturn]] void refuse() const;
    /// Replaces the file atomically.
    void write(const std::string& text) const;
    void remove() const;

private:
    std::optional<std::string> path_;
};

}  // namespace onnxhub
