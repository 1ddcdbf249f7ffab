// SPDX-License-Identifier: Apache-2.0
#include "validator/operator_rules.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "manifest/rule_ids.h"

namespace onnxhub {
namespace {

constexpr RuleInfo operator_unknown{
    .id = rule_id::operator_unknown,
    .severity = Severity::error,
    .family = "operators",
    .what = "A node uses an operator that its domain does not have.",
    .why = "No runtime can run the model.",
    .example = "`Conf` instead of `Conv`",
    .fix = "Correct the program that exports the model.",
};

constexpr RuleInfo operator_too_new{
    .id = rule_id::operator_too_new,
    .severity = Severity::error,
    .family = "operators",
    .what = "A node uses an operator that was added after the opset that the model imports.",
    .why = "Runtimes look the operator up in that opset and do not find it.",
    .example = "`LayerNormalization`, which exists since opset 17, in a model of opset 13",
    .fix = "Export the model with a newer opset.",
};

constexpr RuleInfo operator_removed{
    .id = rule_id::operator_removed,
    .severity = Severity::warning,
    .family = "operators",
    .what = "A node uses an operator that the model's opset no longer has.",
    .why = "Newer runtimes may refuse the model.",
    .example = "`Upsample` in a model of opset 10",
    .fix = "Export the model again: `Resize` replaces `Upsample`.",
};

constexpr RuleInfo operator_input_count{
    .id = rule_id::operator_input_count,
    .severity = Severity::error,
    .family = "operators",
    .what = "A node has fewer or more inputs than its operator takes.",
    .why = "Runtimes refuse the model.",
    .example = "`Add` with three inputs",
    .fix = "Correct the program that exports the model.",
};

constexpr RuleInfo operator_input_missing{
    .id = rule_id::operator_input_missing,
    .severity = Severity::error,
    .family = "operators",
    .what = "A required input of a node is empty.",
    .why = "Runtimes refuse the model.",
    .example = "`Gemm` without its second input",
    .fix = "Correct the program that exports the model.",
};

constexpr RuleInfo operator_output_count{
    .id = rule_id::operator_output_count,
    .severity = Severity::error,
    .family = "operators",
    .what = "A node has fewer or more outputs than its operator gives.",
    .why = "Runtimes refuse the model.",
    .example = "`Relu` with two outputs",
    .fix = "Correct the program that exports the model.",
};

constexpr RuleInfo operator_attribute_unknown{
    .id = rule_id::operator_attribute_unknown,
    .severity = Severity::error,
    .family = "operators",
    .what = "A node has an attribute that its operator does not have at this opset.",
    .why = "Runtimes refuse the model.",
    .example = "`axes` of `Squeeze` in a model of opset 13, where it is an input",
    .fix = "Export the model again with the opset it is written for.",
};

constexpr RuleInfo operator_attribute_type{
    .id = rule_id::operator_attribute_type,
    .severity = Severity::error,
    .family = "operators",
    .what = "An attribute of a node has another type than its operator states.",
    .why = "Runtimes refuse the model.",
    .example = "`axis` as a float",
    .fix = "Correct the program that exports the model.",
};

constexpr RuleInfo operator_attribute_missing{
    .id = rule_id::operator_attribute_missing,
    .severity = Severity::error,
    .family = "operators",
    .what = "A node lacks an attribute that its operator requires.",
    .why = "Runtimes refuse the model.",
    .example = "`Concat` without `axis`",
    .fix = "Correct the program that exports the model.",
};

constexpr RuleInfo operator_value_type{
    .id = rule_id::operator_value_type,
    .severity = Severity::error,
    .family = "operators",
    .what =
        "A value has a type that the operator does not take, or another one than the graph states.",
    .why = "Runtimes refuse the model.",
    .example = "`Relu` of strings",
    .fix = "Insert a `Cast`, or correct the stated type.",
};

constexpr RuleInfo graph_name_undefined{
    .id = rule_id::graph_name_undefined,
    .severity = Severity::error,
    .family = "operators",
    .what = "A node or an output of a graph uses a value that nothing produces.",
    .why = "Runtimes refuse the model.",
    .example = "A node was removed, but not the nodes after it.",
    .fix = "Correct the program that exports the model.",
};

constexpr RuleInfo graph_name_used_early{
    .id = rule_id::graph_name_used_early,
    .severity = Severity::error,
    .family = "operators",
    .what = "A node uses a value that a later node produces, or its own output.",
    .why = "ONNX requires that nodes are sorted, and runtimes refuse cycles.",
    .example = "Nodes in the order of their names",
    .fix = "Sort the nodes.",
};

constexpr RuleInfo graph_name_repeated{
    .id = rule_id::graph_name_repeated,
    .severity = Severity::error,
    .family = "operators",
    .what = "Two values of a graph have the same name.",
    .why = "Runtimes refuse the model.",
    .example = "Two nodes with the output `y`",
    .fix = "Give each value its own name.",
};

constexpr RuleInfo graph_tensor_size{
    .id = rule_id::graph_tensor_size,
    .severity = Severity::error,
    .family = "operators",
    .what = "The data of a tensor does not fit its dimensions and element type.",
    .why = "Runtimes refuse the model.",
    .example = "16 bytes for 8 numbers of 4 bytes each",
    .fix = "Export the model again. The file may be damaged.",
};

constexpr RuleInfo opset_not_imported{
    .id = rule_id::opset_not_imported,
    .severity = Severity::error,
    .family = "operators",
    .what = "A model uses a domain whose opset it does not import.",
    .why = "Runtimes do not know which version of the operators to use.",
    .example = "A node of `ai.onnx.ml` in a model that only imports `ai.onnx`",
    .fix = "Add the import to the model.",
};

constexpr RuleInfo operator_domain_unknown{
    .id = rule_id::operator_domain_unknown,
    .severity = Severity::note,
    .family = "operators",
    .what = "A model uses operators of a domain whose operators are not known here.",
    .why = "Only some runtimes have them.",
    .example = "`com.microsoft`",
    .fix = "No action is needed. `domains` under `[validate]` in `onnxhub.toml` accepts a domain.",
};

constexpr RuleInfo opset_unchecked{
    .id = rule_id::opset_unchecked,
    .severity = Severity::note,
    .family = "operators",
    .what = "A model imports an opset that is newer than the known ones.",
    .why = "Its operators are not checked.",
    .example = "Opset 40",
    .fix = "Update `onnxhub`.",
};

constexpr std::array operator_rule_list{
    operator_unknown,           operator_too_new,        operator_removed,
    operator_input_count,       operator_input_missing,  operator_output_count,
    operator_attribute_unknown, operator_attribute_type, operator_attribute_missing,
    operator_value_type,        graph_name_undefined,    graph_name_used_early,
    graph_name_repeated,        graph_tensor_size,       opset_not_imported,
    operator_domain_unknown,    opset_unchecked,
};

const RuleInfo& rule_of(OperatorProblem problem) {
    switch (problem) {
        case OperatorProblem::unknown_operator:
            return operator_unknown;
        case OperatorProblem::newer_operator:
            return operator_too_new;
        case OperatorProblem::removed_operator:
            return operator_removed;
        case OperatorProblem::input_count:
            return operator_input_count;
        case OperatorProblem::input_missing:
            return operator_input_missing;
        case OperatorProblem::output_count:
            return operator_output_count;
        case OperatorProblem::unknown_attribute:
            return operator_attribute_unknown;
        case OperatorProblem::attribute_type:
            return operator_attribute_type;
        case OperatorProblem::attribute_missing:
            return operator_attribute_missing;
        case OperatorProblem::value_type:
            return operator_value_type;
        case OperatorProblem::undefined_name:
            return graph_name_undefined;
        case OperatorProblem::name_used_early:
            return graph_name_used_early;
        case OperatorProblem::repeated_name:
            return graph_name_repeated;
        case OperatorProblem::tensor_size:
            return graph_tensor_size;
        case OperatorProblem::opset_not_imported:
            return opset_not_imported;
    }
    return operator_unknown;
}

std::string hint_of(OperatorProblem problem) {
    return problem == OperatorProblem::removed_operator
               ? "export the model with the operator that replaces it"
               : "correct the program that exports the model";
}

}  // namespace

std::span<const RuleInfo> operator_rules() {
    return operator_rule_list;
}

void report_operators(const std::string& path, const OperatorReport& report,
                      const std::vector<std::string>& accepted_domains, FindingList& findings) {
    const Subject subject{path, ""};
    for (const OperatorFinding& finding : report.findings) {
        std::string message = to_text(finding);
        if (finding.count > 1) message += fmt::format(" (and {} more)", finding.count - 1);
        if (report.further_findings > 0 && &finding == &report.findings.back()) {
            message += fmt::format("; {} further problems are not listed", report.further_findings);
        }
        findings.report(rule_of(finding.problem), {path, 0}, std::move(message),
                        hint_of(finding.problem), subject);
    }
    for (const auto& [domain, operators] : report.unknown_domains) {
        if (std::ranges::find(accepted_domains, domain) != accepted_domains.end()) continue;
        findings.report(operator_domain_unknown, {path, 0},
                        fmt::format("uses the domain \"{}\", whose operators are not known: {}",
                                    domain, fmt::join(operators, ", ")),
                        "accept it with `domains` under [validate] in onnxhub.toml", subject);
    }
    for (const auto& [domain, opset] : report.newer_opsets) {
        findings.report(opset_unchecked, {path, 0},
                        fmt::format("imports opset {} of {}, which is newer than the known ones, "
                                    "so its operators are not checked",
                                    opset, domain.empty() ? "ai.onnx" : domain),
                        "update onnxhub", subject);
    }
}

}  // namespace onnxhub
