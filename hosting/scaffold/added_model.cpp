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

void refuse_broken(const std::string& shown, const OperatorReport& report) {
    const OperatorFinding* error = report.first_error();
    if (error) throw UserError(shown + ": " + to_text(*error) + "; repair the model");
}

/// Whether a pointer may be in it.
bool is_small_file(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error) && fs::file_size(path, error) < lfs_pointer_size_limit;
}

void check_by_rules(const ByteSource& source, const std::string& shown, ModelChecker& checker) {
    const auto skeleton = read_skeleton(source);
    if (const auto* error = std::get_if<SkeletonError>(&skeleton)) {
        throw UserError(shown + ": " + error->reason + "; name an ONNX model");
    }
    refuse_broken(shown, check_operators(std::get<OnnxSkeleton>(skeleton)));
    const CheckVerdict verdict = checker.check(std::get<OnnxSkeleton>(skeleton).model);
    if (verdict.outcome == CheckOutcome::failed || verdict.outcome == CheckOutcome::crashed) {
        throw UserError(shown + ": fails ONNX's checker: " + verdict.message +
                        "; repair the model");
    }
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

AddedModel read_added_model(const fs::path& file, ModelChecker& checker,
                            ShapeInference* inference) {
    const std::string shown = file.string();
    if (!file.filename().string().ends_with(".onnx")) {
        throw UserError(shown + ": its name does not end with .onnx; rename it");
    }
    refuse_pointer(file);
    const auto source = open_file(file, shown);
    check_by_rules(*source, shown, checker);
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
