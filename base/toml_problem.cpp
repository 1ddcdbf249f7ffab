// SPDX-License-Identifier: Apache-2.0
#include "base/toml_problem.h"

namespace onnxhub {

std::string toml_problem(std::string_view description) {
    constexpr std::string_view begin = "Error while parsing ";
    constexpr std::string_view line_break = "'\\n'";
    const std::size_t colon = description.find(": ");
    if (!description.starts_with(begin) || colon == description.npos) {
        return std::string(description);
    }
    const std::string_view place = description.substr(begin.size(), colon - begin.size());
    std::string problem(description.substr(colon + 2));
    const std::size_t at = problem.find(line_break);
    if (at != problem.npos) problem.replace(at, line_break.size(), "a line break");
    return problem + " (" + std::string(place) + ")";
}

}  // namespace onnxhub
