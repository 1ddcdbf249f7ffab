// SPDX-License-Identifier: Apache-2.0
#include "validator/baseline_file.h"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <utility>
#include <variant>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/user_error.h"
#include "manifest/manifest_reader.h"
#include "validator/baseline.h"

namespace onnxhub {
namespace {

Baseline baseline_of(const std::string& text, const std::string& file) {
    auto parsed = parse_baseline(text, file);
    if (const auto* problem = std::get_if<Diagnostic>(&parsed)) {
        throw UserError(to_text(*problem));
    }
    return std::get<Baseline>(std::move(parsed));
}

}  // namespace

void apply_baseline(const std::string& file, const std::optional<std::string>& text,
                    bool checked_everything, ValidationReport& report) {
    const Baseline baseline = baseline_of(text ? *text : read_file(file, json_size_limit), file);
    BaselineOutcome outcome = apply_baseline(baseline, std::move(report.findings));
    report.findings = std::move(outcome.fresh);
    if (outcome.known_count > 0) {
        report.notices.push_back(fmt::format("{} known finding{} suppressed by {}",
                                             outcome.known_count,
                                             outcome.known_count == 1 ? "" : "s", file));
    }
    if (!checked_everything) return;
    for (std::string& fixed : outcome.fixed) {
        report.notices.push_back("fixed since the baseline: " + std::move(fixed));
    }
}

void save_baseline(const std::string& file, const ValidationReport& report) {
    std::optional<Baseline> previous;
    std::error_code error;
    if (std::filesystem::exists(file, error))
        previous = baseline_of(read_file(file, json_size_limit), file);
    write_file_atomically(file, baseline_text(report.findings, previous ? &*previous : nullptr));
}

}  // namespace onnxhub
