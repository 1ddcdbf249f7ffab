// SPDX-License-Identifier: Apache-2.0
// Prints any number of models as a table or as JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/command.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// Columns of the table are as wide as their widest cell, so measure() gets each model first, in
/// any order, and print() afterwards. Writes block by block, so that memory does not grow with the
/// number of models.
class ModelList {
public:
    /// `format` is "table" or "json".
    ModelList(const std::string& format, const Streams& streams);

    void measure(const Entry& entry);

    /// The table has the typed view of the entry, and JSON has `json`. Throws UserError when
    /// standard output cannot be written.
    void print(const ManifestEntry& model);

    void finish();

    std::uint64_t printed() const { return printed_; }

private:
    void begin_table();
    std::string row_of(const Entry& entry) const;
    void write(const std::string& text) const;

    const Streams& streams_;
    bool is_json_;
    std::optional<std::size_t> width_;  ///< of the terminal
    std::size_t name_columns_;
    std::uint64_t printed_ = 0;
    std::string rows_;  ///< not written yet
};

}  // namespace onnxhub
