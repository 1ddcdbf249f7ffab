// SPDX-License-Identifier: Apache-2.0
#include "validator/model_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

#include "base/parallel.h"
#include "base/user_error.h"
#include "manifest/rule_ids.h"
#include "model/onnx_skeleton.h"
#include "validator/model_check.h"
#include "validator/operator_rules.h"

namespace onnxhub {
namespace {

// Reported while models are read, also by `generate`.

constexpr RuleInfo model_unreadable{
    .id = rule_id::model_unreadable,
    .severity = Severity::error,
    .family = "graph",
    .what =
        "A model file is not an ONNX model. It is empty, truncated, a web page, or not a "
        "ModelProto.",
    .why = "No runtime can load it.",
    .example = "The file is an incomplete download.",
    .fix = "Replace the file with the model.",
};

constexpr RuleInfo model_no_opset{
    .id = rule_id::model_no_opset,
    .severity = Severity::error,
    .family = "graph",
    .what = "A model that is not in a table imports no opset, or one below 1.",
    .why = "Its entry would have no `opset_version`.",
    .example = "The model has no `opset_import`.",
    .fix = "Exclude the model in `onnxhub.toml`, list it in a table, or export it with an opset.",
};

constexpr RuleInfo model_other_domain{
    .id = rule_id::model_other_domain,
    .severity = Severity::note,
    .family = "graph",
    .what = "A model that is not in a table imports no opset of the default domain.",
    .why =
        "The `opset_version` of its entry is that of the first domain that the model imports. "
        "`metadata.opsets` lists all of them.",
    .example = "The model uses only operators of `ai.onnx.ml`.",
    .fix = "No action is needed.",
};

constexpr RuleInfo model_too_new{
    .id = rule_id::model_too_new,
    .severity = Severity::note,
    .family = "graph",
    .what = "A model that is not in a table has an IR version or opset of an unknown ONNX release.",
    .why = "The `onnx_version` of its entry is the newest release that `onnxhub` knows.",
    .example = "The model was exported shortly before a release.",
    .fix = "Update `onnxhub`, or list the model in a table with its ONNX version.",
};

constexpr RuleInfo inference_crashed{
    .id = rule_id::inference_crashed,
    .severity = Severity::warning,
    .family = "graph",
    .what = "ONNX shape inference crashed on a model, or needed more than 60 s or 4 GiB.",
    .why = "Only the declared ports are known, and they have fewer dimensions.",
    .example = "The model exploits a bug in libonnx.",
    .fix = "Export the model again. If the model is valid, report the crash to the ONNX project.",
};

constexpr RuleInfo port_name_not_utf8{
    .id = rule_id::port_name_not_utf8,
    .severity = Severity::warning,
    .family = "graph",
    .what = "A name in a graph is not UTF-8.",
    .why = "Runtimes cannot use the name. If a port has such a name, the entry gets no `io_ports`.",
    .example = "The name is cut in the middle of a character.",
    .fix = "Export the model again with valid names.",
};

constexpr RuleInfo model_contradictory{
    .id = rule_id::model_contradictory,
    .severity = Severity::warning,
    .family = "graph",
    .what =
        "A model contradicts itself. For example, an input has no type, an element "
        "type does not exist in ONNX, the graph is empty, or a protobuf group ends with the tag of "
        "another group.",
    .why = "Runtimes reject the model. Its ports cannot be used, so the entry gets no `io_ports`.",
    .example = "`elem_type: 99`",
    .fix = "Correct the program that exports the model.",
};

constexpr RuleInfo graph_too_deep{
    .id = rule_id::graph_too_deep,
    .severity = Severity::warning,
    .family = "graph",
    .what = "Subgraphs are nested deeper than protobuf allows.",
    .why = "No runtime can load the model.",
    .example = "A hundred nested `If` nodes",
    .fix = "Flatten the model.",
};

constexpr RuleInfo checker_failed{
    .id = rule_id::checker_failed,
    .severity = Severity::error,
    .family = "graph",
    .what = "ONNX's own checker rejects the model.",
    .why = "Runtimes reject such models, or interpret them differently.",
    .example = "A node uses an input that no other node produces.",
    .fix = "Correct the program that exports the model.",
};

constexpr RuleInfo checker_crashed{
    .id = rule_id::checker_crashed,
    .severity = Severity::error,
    .family = "graph",
    .what = "ONNX's checker crashed on the model, or needed more than 60 s or 4 GiB.",
    .why = "The model is broken or hostile, and may also crash the programs of its users.",
    .example = "The model exploits a bug in libonnx.",
    .fix =
        "Remove the model. If the model is valid, report the crash to the ONNX project and ignore "
        "this rule for the model.",
};

constexpr std::array model_rule_list{
    model_unreadable,   model_no_opset,      model_other_domain, model_too_new,  inference_crashed,
    port_name_not_utf8, model_contradictory, graph_too_deep,     checker_failed, checker_crashed,
};

ModelCheck check_file(const HubState& hub, const std::string& path, ModelChecker* checker) {
    ModelCheck unchecked;
    try {
        if (const auto source = hub.described.contents.open_graph(path)) {
            return check_model(*source, checker);
        }
        unchecked.verdict = {CheckOutcome::too_new, not_downloaded};
    } catch (const WorkerUnavailable&) {
        throw;  // the model is not the cause
    } catch (const UserError&) {
        unchecked.verdict = {CheckOutcome::too_new, "the files cannot be read"};
    }
    return unchecked;
}

void report_verdict(const std::string& path, const CheckVerdict& verdict, FindingList& findings) {
    switch (verdict.outcome) {
        case CheckOutcome::passed:
            return;
        case CheckOutcome::too_new:
            findings.skip(checker_failed, verdict.message);
            return;
        case CheckOutcome::failed:
            findings.report(checker_failed, {path, 0},
                            "ONNX's checker rejects the model: " + verdict.message,
                            "correct the program that exports the model", {path, ""});
            return;
        case CheckOutcome::crashed:
            findings.report(checker_crashed, {path, 0},
                            "ONNX's checker crashed: " + verdict.message,
                            "remove the model, or report the crash to ONNX", {path, ""});
            return;
    }
}

void check_files_of_models(const HubState& hub, ModelChecker* checker, unsigned jobs,
                           FindingList& findings) {
    std::vector<std::string> paths;
    for (const auto& [path, graph] : hub.described.graphs) {
        if (graph && hub.part.has_model(path)) paths.push_back(path);
    }
    std::sort(paths.begin(), paths.end());
    if (!checker) findings.skip(checker_failed, "the checker is not available", paths.size());
    std::vector<ModelCheck> checks(paths.size());
    for_each_index(paths.size(), jobs,
                   [&](std::size_t i) { checks[i] = check_file(hub, paths[i], checker); });
    for (std::size_t i = 0; i < paths.size(); ++i) {
        report_operators(paths[i], checks[i].operators, hub.settings.accepted_domains, findings);
        report_verdict(paths[i], checks[i].verdict, findings);
    }
}

void count_models_not_downloaded(const HubState& hub, FindingList& findings) {
    std::set<std::string_view> paths;
    for (const ModelDescription& model : hub.described.models) {
        if (!hub.part.has_model(model.row->model_path)) continue;
        if (model.facts && !hub.described.graphs.contains(model.row->model_path)) {
            paths.insert(model.row->model_path);
        }
    }
    findings.skip(checker_failed, not_downloaded, paths.size());
}

}  // namespace

std::span<const RuleInfo> model_rules() {
    return model_rule_list;
}

void check_models(const HubState& hub, ModelChecker* checker, unsigned jobs,
                  FindingList& findings) {
    check_files_of_models(hub, checker, jobs, findings);
    count_models_not_downloaded(hub, findings);
}

ValidationReport report_on_model(const std::string& file, const ByteSource& content,
                                 ModelChecker* checker) {
    FindingList findings;
    const ModelCheck check = check_model(content, checker);
    if (check.unreadable) {
        findings.report(
            model_unreadable, {file, 0},
            fmt::format("{} (at byte {})", check.unreadable->reason, check.unreadable->offset),
            "name a valid ONNX model");
    }
    report_operators(file, check.operators, {}, findings);
    report_verdict(file, check.verdict, findings);
    ValidationReport report;
    report.unchecked = findings.unchecked();
    report.findings = findings.take_findings();
    report.files_checked = 1;
    return report;
}

}  // namespace onnxhub
