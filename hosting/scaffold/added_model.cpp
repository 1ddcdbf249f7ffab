// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/added_model.h"

#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "base/byte_source.h"
#include "base/user_error.h"
#include "hosting/scaffold/hub_text.h"
#include "model/onnx_skeleton.h"
#include "model/operator_check.h"
#include "repository/foreign_pointer.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Throws for an objection to the model, or with `force` warns of it.
void object(const AddRequest& request, const std::string& objection) {
    const std::string shown = request.model.string();
    if (!request.force) {
        throw UserError(shown + ": " + objection + "; repair the model, or add it with --force");
    }
    if (request.remarks) {
        request.remarks->report(
            {Severity::warning, "", shown, 0, objection, "added because of --force"});
    }
}

/// Whether a pointer may be in it.
bool is_small_file(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error) && fs::file_size(path, error) < lfs_pointer_size_limit;
}

void check_verdict(const AddRequest& request, const CheckVerdict& verdict) {
    switch (verdict.outcome) {
        case CheckOutcome::passed:
            return;
        case CheckOutcome::failed:
            return object(request, "fails ONNX's checker: " + verdict.message);
        case CheckOutcome::crashed:
            return object(
                request,
                "ONNX's checker could not judge it, because it crashed or took too long: " +
                    verdict.message);
        case CheckOutcome::too_new:
            if (!request.remarks) return;
            request.remarks->report({Severity::warning, "", request.model.string(), 0,
                                     "ONNX's checker could not judge it: " + verdict.message,
                                     "only the rules of ONNX's operators were checked"});
    }
}

void check_by_rules(const AddRequest& request, const ByteSource& source, ModelChecker& checker) {
    const auto skeleton = read_skeleton(source);
    if (const auto* error = std::get_if<SkeletonError>(&skeleton)) {
        throw UserError(request.model.string() + ": " + error->reason + "; name an ONNX model");
    }
    const OperatorReport report = check_operators(std::get<OnnxSkeleton>(skeleton));
    if (const OperatorFinding* error = report.first_error()) object(request, to_text(*error));
    check_verdict(request, checker.check(std::get<OnnxSkeleton>(skeleton).model));
}

}  // namespace

std::optional<LfsPointer> pointer_at(const fs::path& path) {
    if (!is_small_file(path)) return std::nullopt;
    const auto parsed = parse_lfs_pointer(read_hub_text(path));
    const auto* pointer = std::get_if<LfsPointer>(&parsed);
    return pointer ? std::optional(*pointer) : std::nullopt;
}

void refuse_pointer(const fs::path& path) {
    if (pointer_at(path)) {
        throw UserError(
            path.string() +
            ": is a Git LFS pointer, its content is not available locally; run `git lfs pull`");
    }
    if (!is_small_file(path)) return;
    if (const auto foreign = find_foreign_pointer(read_hub_text(path))) {
        throw UserError(path.string() + ": " + foreign->reason + "; " + foreign->hint);
    }
}

AddedModel read_added_model(const AddRequest& request, ModelChecker& checker,
                            ShapeInference* inference) {
    const fs::path& file = request.model;
    const std::string shown = file.string();
    if (!file.filename().string().ends_with(".onnx")) {
        throw UserError(shown + ": its name does not end with .onnx; rename it");
    }
    refuse_pointer(file);
    const auto source = open_file(file, shown);
    check_by_rules(request, *source, checker);
    auto graph = read_model_graph(*source, inference, {});
    if (const auto* error = std::get_if<SkeletonError>(&graph)) {
        throw UserError(shown + ": " + error->reason + "; name an ONNX model");
    }
    AddedModel added;
    added.graph = std::get<ModelGraph>(std::move(graph));
    const auto opset = main_opset(added.graph);
    if (!opset || opset->version < 1) {
        throw UserError(shown + ": imports no valid opset; repair the model");
    }
    added.opset = opset->version;
    added.oldest_release =
        oldest_release_for(added.graph.ir_version, opset->domain.empty() ? added.opset : 0)
            .value_or(newest_release());
    return added;
}

}  // namespace onnxhub
