// SPDX-License-Identifier: Apache-2.0
// How good models are, as the tables of their README state it.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace onnxhub {

/// A column of a table, such as "Top-1 accuracy (%)", and its cell for a model.
struct ModelMetric {
    std::string name;
    std::string value;

    bool operator==(const ModelMetric&) const = default;
};

/// By path of the model, relative to the README: the first column whose header names accuracy, an
/// error, or another measure of quality. Rows without a link to a model, and empty cells, are
/// skipped. Texts have at most 60 bytes; a longer header is no measure.
std::map<std::string, ModelMetric> model_metrics(std::string_view markdown);

}  // namespace onnxhub
