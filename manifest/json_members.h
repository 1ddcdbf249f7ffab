// SPDX-License-Identifier: Apache-2.0
// Strict reading of documents with a fixed structure. A missing or invalid member throws
// UnexpectedJson. For parsers of whole documents, which catch UnexpectedJson themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "manifest/json.h"

namespace onnxhub {

/// `what()` is one clause: "summary is missing".
class UnexpectedJson : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

const JsonValue& json_member(const JsonValue& object, const char* key);

std::string text_member(const JsonValue& object, const char* key);
std::string text_member_if_any(const JsonValue& object, const char* key);  ///< "" if missing

/// A whole number from 0 to `limit`.
std::int64_t number_member(const JsonValue& object, const char* key, std::int64_t limit);

bool bool_member(const JsonValue& object, const char* key);

/// An array of at most `limit` items.
const JsonArray& array_member(const JsonValue& object, const char* key, std::size_t limit);

}  // namespace onnxhub
