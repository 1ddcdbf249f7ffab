// SPDX-License-Identifier: Apache-2.0
// The rules as a list for terminals and programs, and as the page docs/rules.md.
#pragma once

#include <string>

namespace onnxhub {

std::string rules_text();      ///< one line per rule: id, severity, description
std::string rules_json();      ///< an array of objects, documented in docs/reports.md
std::string rules_markdown();  ///< docs/rules.md

}  // namespace onnxhub
