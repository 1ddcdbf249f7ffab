// SPDX-License-Identifier: Apache-2.0
#include "model/operator_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "model/skeleton_view.h"

namespace onnxhub {
namespace {

constexpr std::size_t finding_name_limit = 80;  // bytes

}  // namespace

std::string shown_name(std::string_view name) {
    std::string text = "\"";
    for (std::size_t i = 0; i < name.size();) {
        if (i >= finding_name_limit) {
            text += "…";
            break;
        }
        char32_t character = 0;
        const std::size_t length = decode_utf8(name.substr(i), character);
        const bool is_shown = length > 0 && character >= 0x20 && character != 0x7f;
        text += is_shown ? name.substr(i, length) : std::string_view("\xef\xbf\xbd");
        i += std::max<std::size_t>(length, 1);
    }
    return text + "\"";
}

std::string to_text(const OperatorFinding& finding) {
    return finding.node.empty() ? finding.message : finding.node + " " + finding.message;
}

bool is_error(const OperatorFinding& finding) {
    return finding.problem != OperatorProblem::removed_operator;
}

const OperatorFinding* OperatorReport::first_error() const {
    const auto found = std::ranges::find_if(findings, is_error);
    return found == findings.end() ? nullptr : &*found;
}

OperatorFinding* OperatorFindings::start(Key key) {
    const auto known = indexes_.find(key);
    if (known != indexes_.end()) {
        report_.findings[known->second].count += 1;
        return nullptr;
    }
    if (report_.findings.size() >= operator_finding_limit) {
        report_.further_findings += 1;
        return nullptr;
    }
    const OperatorProblem problem = std::get<OperatorProblem>(key);
    indexes_.emplace(std::move(key), report_.findings.size());
    report_.findings.push_back({problem, {}, {}, 1});
    return &report_.findings.back();
}

void OperatorFindings::add(OperatorProblem problem, const NodeView& node, const NodePlace& place,
                           std::string_view subject, std::string message) {
    OperatorFinding* finding =
        start({problem, std::string(node.domain), std::string(node.op_type), std::string(subject)});
    if (!finding) return;
    std::string op = shown_name(node.op_type);
    op = op.substr(1, op.size() - 2);
    finding->node = node.name.empty()
                        ? fmt::format("node {} ({}){}", place.number, op, place.within)
                        : fmt::format("node {} ({} {}){}", place.number, op, shown_name(node.name),
                                      place.within);
    finding->message = std::move(message);
}

void OperatorFindings::add(OperatorProblem problem, std::string_view subject, std::string message) {
    if (OperatorFinding* finding = start({problem, "", "", std::string(subject)})) {
        finding->message = std::move(message);
    }
}

}  // namespace onnxhub
