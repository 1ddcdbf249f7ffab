// SPDX-License-Identifier: Apache-2.0
#include "cli/model_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/escaping.h"
#include "cli/hub_options.h"
#include "cli/progress.h"
#include "cli/terminal.h"

namespace onnxhub {
namespace {

constexpr std::size_t widest_name = 48;  // a longer name shifts only its own line
constexpr std::size_t block_bytes = std::size_t{64} * 1024;

/// Size of a download: the model and its external data.
std::string model_size(const Entry& entry) {
    const auto bytes = stated_bytes(entry);
    return bytes ? human_bytes(*bytes) : "?";
}

}  // namespace

ModelList::ModelList(const std::string& format, const Streams& streams)
    : streams_(streams),
      is_json_(format == "json"),
      width_(terminal_width(streams)),
      name_columns_(std::string_view("model").size()) {}

void ModelList::measure(const Entry& entry) {
    name_columns_ =
        std::max(name_columns_, std::min(columns_of(printable(entry.model)), widest_name));
}

void ModelList::begin_table() {
    rows_ = fmt::format("{:{}}  {:>5}  {:7}  {:>9}  {}\n", "model", name_columns_, "opset", "ONNX",
                        "size", "tags");
}

/// Tags fill the rest of the width and wrap.
std::string ModelList::row_of(const Entry& entry) const {
    return wrapped(
        fmt::format("{:{}}  {:>5}  {:7}  {:>9}  ", printable(entry.model), name_columns_,
                    entry.opset_version, printable(entry.onnx_version), model_size(entry)),
        printable(fmt::format("{}", fmt::join(entry.tags, ", "))), width_);
}

void ModelList::write(const std::string& text) const {
    if (is_json_) {
        write_json(streams_, text);
    } else {
        write_lines(streams_, text);
    }
}

void ModelList::print(const ManifestEntry& model) {
    if (is_json_) {
        rows_ += printed_ == 0 ? "[\n    " : ",\n    ";  // as manifest_text() writes it
        rows_ += entry_text(model.json());
    } else {
        if (printed_ == 0) begin_table();
        rows_ += row_of(*model.entry);
    }
    ++printed_;
    if (rows_.size() >= block_bytes) write(std::exchange(rows_, {}));
}

void ModelList::finish() {
    if (is_json_) {
        rows_ += printed_ == 0 ? "[]\n" : "\n]\n";
    } else if (printed_ == 0) {
        begin_table();
    }
    write(std::exchange(rows_, {}));
}

}  // namespace onnxhub
