// SPDX-License-Identifier: Apache-2.0
#include "model/test_data_check.h"

#include <fmt/format.h>

#include <string_view>
#include <variant>

#include "manifest/element_type.h"
#include "manifest/port_text.h"

namespace onnxhub {
namespace {

constexpr std::size_t mismatch_limit = 20;
constexpr std::string_view tensor_prefix = "tensor(";

std::string text_of(const TestTensor& tensor) {
    std::string text = std::string(element_type_name(tensor.element_type)) + "[";
    for (std::size_t i = 0; i < tensor.dims.size(); ++i) {
        text += (i > 0 ? "," : "") + std::to_string(tensor.dims[i]);
    }
    return text + "]";
}

/// A number fits only the same number. Names and unknown dimensions fit any number. A port without
/// dimensions is a scalar or has an unknown shape; manifests do not distinguish the two.
bool fits(const TestTensor& tensor, const Port& port) {
    if (port.type != "tensor(" + std::string(element_type_name(tensor.element_type)) + ")") {
        return false;
    }
    if (port.shape.empty()) return true;
    if (port.shape.size() != tensor.dims.size()) return false;
    for (std::size_t i = 0; i < port.shape.size(); ++i) {
        const auto* number = std::get_if<std::int64_t>(&port.shape[i]);
        if (number && *number != tensor.dims[i]) return false;
    }
    return true;
}

class Comparison {
public:
    explicit Comparison(const IoPorts& ports) : ports_(ports) {}

    void compare(const std::string& folder, const TestDataSet& set) {
        compare(folder, "input", "takes", set.inputs, ports_.inputs);
        compare(folder, "output", "gives", set.outputs, ports_.outputs);
    }

    std::vector<std::string> take() { return std::move(mismatches_); }

private:
    void compare(const std::string& folder, std::string_view what, std::string_view verb,
                 const std::map<std::size_t, TestTensorResult>& tensors,
                 const std::vector<Port>& ports) {
        if (tensors.size() != ports.size()) {
            report(fmt::format("{} has {} {}s, the model {} {}", folder, tensors.size(), what, verb,
                               ports.size()));
        }
        std::size_t expected = 0;
        for (const auto& [number, tensor] : tensors) {
            const std::string file = fmt::format("{}/{}_{}.pb", folder, what, number);
            if (number != expected++) {
                report(fmt::format("{}/{}_{}.pb is missing, and {} is there", folder, what,
                                   expected - 1, file));
                return;
            }
            if (number < ports.size()) compare(file, verb, tensor, ports[number]);
        }
    }

    void compare(const std::string& file, std::string_view verb, const TestTensorResult& result,
                 const Port& port) {
        if (!port.type.starts_with(tensor_prefix))
            return;  // sequences and maps have other messages
        if (const auto* malformed = std::get_if<MalformedTensor>(&result)) {
            report(fmt::format("{} is not a tensor: {}", file, malformed->reason));
            return;
        }
        const auto& given = std::get<TestTensor>(result);
        if (fits(given, port)) return;
        report(fmt::format("{} is {}, the model {} {}", file, text_of(given), verb, to_text(port)));
    }

    void report(std::string mismatch) {
        if (mismatches_.size() < mismatch_limit) mismatches_.push_back(std::move(mismatch));
    }

    const IoPorts& ports_;
    std::vector<std::string> mismatches_;
};

}  // namespace

std::vector<std::string> compare_test_data(const TestDataArchive& archive, const IoPorts& ports) {
    Comparison comparison(ports);
    for (const auto& [folder, set] : archive.sets) comparison.compare(folder, set);
    return comparison.take();
}

}  // namespace onnxhub
