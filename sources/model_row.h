// SPDX-License-Identifier: Apache-2.0
// One model as a source of the hub describes it: a row of a table, a sidecar, a record, or the file
// itself. Nothing is compared with the model's content yet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/boxed.h"
#include "base/digest.h"
#include "base/shared_text.h"
#include "manifest/entry.h"

namespace onnxhub {

/// The facts that sources can state. docs/sources.md describes them.
enum class Fact {
    name,
    path,
    url,
    sha256,
    bytes,
    opset,
    onnx_version,
    ir_version,
    tags,
    license,
    author,
    task,
    description,
    parameters,
    test_data,
};

std::string_view name_of(Fact fact);  ///< as in settings: "onnx_version"
std::optional<Fact> parse_fact(std::string_view name);
std::span<const Fact> all_facts();

/// Where a fact was stated.
struct FactOrigin {
    Fact fact = Fact::name;
    /// Shared by all facts from one file. Never null. A path from the hub's root.
    std::shared_ptr<const std::string> file;
    int line = 0;  ///< 1-based; 0: the file as a whole
};

/// What the sources of a hub's settings state about a model, besides the fields of ModelRow.
struct StatedFacts {
    std::size_t source = 0;    ///< position of the [[source]] that describes the model first
    bool is_official = false;  ///< that source are the official tables: the name must not change
    /// Addresses of the model file, if its bytes are not in the repository. https, or any scheme
    /// that the settings wrote: the HTTP client decides what it connects to.
    std::vector<std::string> urls;
    std::optional<Sha256> sha;                ///< stated for a model with `urls`
    std::optional<std::uint64_t> size_bytes;  ///< the same
    std::optional<std::int64_t> ir_version;
    ModelFacts about;
    /// Texts that tell the model from others of the same name, in the order in which they are
    /// appended. Without empty texts.
    std::vector<std::string> distinguish;
    std::vector<FactOrigin> origins;  ///< one per stated fact

    /// Whether the two state the same values, in any source and at any place.
    bool says_the_same(const StatedFacts& other) const;
};

/// The cells of a row in a Markdown table by what they state: 1-based numbers; 0: in no cell.
struct RowCells {
    std::uint16_t name = 0;
    std::uint16_t path = 0;
    std::uint16_t archive = 0;
    std::uint16_t onnx_version = 0;
    std::uint16_t opset = 0;
};

/// One model of a hub.
struct ModelRow {
    SharedText source_file;           ///< file that describes the model, for diagnostics
    int line = 0;                     ///< 1-based line of the row or record; 0: the file as a whole
    std::string name;                 ///< without markup
    std::string model_path;           ///< from the hub's root, normalized
    Boxed<std::string> archive_path;  ///< archive with test data
    std::string onnx_version;         ///< as written: "1.9" stays "1.9"; "": not stated
    std::int64_t opset_version = 0;   ///< of the default domain; 0: not stated
    std::vector<std::string> tags;
    RowCells cells;  ///< of `line`
    /// Null for rows of the official tables in a hub without [[source]], and for discovered models.
    std::shared_ptr<const StatedFacts> stated;

    /// Whether the two rows have the same values, in any position.
    bool says_the_same(const ModelRow& other) const;
};

/// An invalid row of a model; the diagnostics have the reason.
struct BrokenRow {
    std::string source_file;
    int line = 0;
    std::string name;        ///< empty if unreadable
    std::string model_path;  ///< empty if unreadable

    bool operator==(const BrokenRow&) const = default;
};

/// Whether a table or another source states the opset. Otherwise only the model itself has it.
inline bool states_opset(const ModelRow& row) {
    return row.opset_version != 0;
}

}  // namespace onnxhub
