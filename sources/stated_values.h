// SPDX-License-Identifier: Apache-2.0
// Facts of a row as values of their types. Private to this module.
#pragma once

#include <optional>
#include <string>

#include "sources/model_row.h"

namespace onnxhub {

/// The text of a fact in one form, so that equal values have equal texts: a release "1.9.0" is
/// "1.9". Nullopt when the text has not the form of the fact. Not for urls, tags and licenses.
std::optional<std::string> canonical_value(Fact fact, const std::string& text);

/// Sets a fact whose text has its form. Facts with several values have no effect.
void set_value(Fact fact, const std::string& text, ModelRow& row, StatedFacts& stated);

/// What a valid value looks like, for messages: "a number from 1 to 1000".
std::string form_of(Fact fact);

}  // namespace onnxhub
