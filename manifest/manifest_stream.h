// SPDX-License-Identifier: Apache-2.0
// Reads a manifest entry by entry, so that memory does not grow with the number of models.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/byte_source.h"
#include "manifest/manifest.h"

namespace onnxhub {

/// A longer entry is a syntax error, to bound memory.
inline constexpr std::size_t streamed_entry_limit = std::size_t{64} << 20;  // bytes

/// A value of the manifest's array as it is written. Nothing says that it is valid JSON.
struct RawEntry {
    std::string_view text;     ///< valid until the next call of next()
    std::uint64_t offset = 0;  ///< of its first byte in the document
    int line = 1;              ///< 1-based, of its first byte
    int column = 1;            ///< 1-based, in bytes
};

class ManifestStream {
public:
    /// `source` must outlive the stream.
    explicit ManifestStream(const ByteSource& source) : source_(source) {}

    /// nullopt at the end, and after an error: see error(). Throws what the source does.
    std::optional<RawEntry> next();

    /// Set when the document is not an array, as far as this can be seen without reading the
    /// values.
    const std::optional<JsonSyntaxError>& error() const { return error_; }

private:
    enum class Expected { array, first_entry, entry, comma, nothing };

    int peek();
    bool load_more();
    void skip_blanks();
    void skip_byte_order_mark();
    bool begin_array();
    std::optional<RawEntry> take_entry();
    bool find_end(std::size_t& end);
    bool find_end_of_scalar(std::size_t& end);
    void advance(std::size_t count);
    std::nullopt_t fail(std::string message);

    const ByteSource& source_;
    std::string window_;              ///< a part of the document
    std::size_t at_ = 0;              ///< position in the window
    std::uint64_t window_begin_ = 0;  ///< offset of the window in the document
    bool is_at_end_ = false;          ///< the window has the document's last byte
    int line_ = 1;
    int column_ = 1;
    Expected expected_ = Expected::array;
    std::optional<JsonSyntaxError> error_;
};

/// The entry that these bytes are, or a syntax error in them, with lines counted in the document.
std::variant<ManifestEntry, JsonSyntaxError> parse_raw_entry(const RawEntry& raw);

}  // namespace onnxhub
