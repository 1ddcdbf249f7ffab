// SPDX-License-Identifier: Apache-2.0
// Explains syntax errors in JSON documents.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "manifest/json.h"

namespace onnxhub {

/// How far a parser came before the token that it could not accept.
struct JsonState {
    enum class Last {
        nothing,       ///< no token yet
        root,          ///< the value of the whole document
        array_begin,   ///< '['
        item,          ///< a value in an array
        object_begin,  ///< '{'
        key,           ///< the key of a member
        member,        ///< the value of a member
    };
    Last last = Last::nothing;  ///< the last token that was accepted, except ',' and ':'
    std::size_t end = 0;        ///< the offset after it, unless it is a number
    std::optional<std::size_t> number_begin = std::nullopt;  ///< its offset if it is a number
};

/// The message for an error that this module does not find. Tests check that there is none.
inline constexpr const char* unexplained_json_error = "the document is not JSON from here on";

/// The first error after the tokens that `state` describes. `position` is where the parser stopped
/// (1-based), for errors that it knows better.
JsonSyntaxError explain_json_error(std::string_view text, const JsonState& state,
                                   std::size_t position);

/// The error with line and column of `offset`.
JsonSyntaxError json_error_at(std::string_view text, std::size_t offset, std::string message);

}  // namespace onnxhub
