// SPDX-License-Identifier: Apache-2.0
#include "validator/run_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/glob.h"
#include "base/new_file.h"
#include "base/parallel.h"
#include "base/private_folder.h"
#include "base/processor.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "model/model_run.h"
#include "validator/run_text.h"
#include "validator/verdict_cache.h"

namespace onnxhub {
namespace {

constexpr RuleInfo run_output_differs{
    .id = rule_id::run_output_differs,
    .severity = Severity::error,
    .family = "run",
    .what =
        "`validate --run`: with the test data in the model's archive, ONNX Runtime gives another "
        "output than the expected one.",
    .why = "Users who check their runtime with the test data get an error.",
    .example = "The model was trained again, but its archive has the old outputs.",
    .fix =
        "Make the test data with the present model. If the difference is small and known, set "
        "`[[validate.tolerance]]`.",
};

constexpr RuleInfo run_failed{
    .id = rule_id::run_failed,
    .severity = Severity::error,
    .family = "run",
    .what =
        "`validate --run`: ONNX Runtime refuses the model, or reports an error when it runs it "
        "with the test data in its archive.",
    .why = "Users cannot run the model.",
    .example = "The shapes of two weights do not fit each other.",
    .fix = "Correct the program that exports the model, or the test data.",
};

constexpr RuleInfo run_crashed{
    .id = rule_id::run_crashed,
    .severity = Severity::error,
    .family = "run",
    .what =
        "`validate --run`: ONNX Runtime crashed on the model, or needed more than 120 s or 16 GiB "
        "of address space.",
    .why = "The model may also crash or stop the programs of its users.",
    .example = "A loop in the model that never ends",
    .fix =
        "Remove the model. If it is valid, report the crash to ONNX Runtime, or ignore this rule "
        "for the model.",
};

constexpr std::array run_rule_list{run_output_differs, run_failed, run_crashed};

/// Each process has one thread that computes, and needs the memory of its model.
constexpr unsigned most_processes = 4;

/// A model and its archive.
struct RunTask {
    std::string model_path;
    std::string archive_path;

    auto operator<=>(const RunTask&) const = default;
};

std::vector<RunTask> tasks_of(const ManifestDocument* document) {
    std::vector<RunTask> tasks;
    if (!document) return tasks;
    for (const ManifestEntry& entry : document->entries) {
        if (!entry.entry || !entry.entry->archive_path) continue;
        tasks.push_back({entry.entry->model_path, *entry.entry->archive_path});
    }
    return tasks;
}

/// Paths of the model's weights in the hub; nothing when one is unsafe or has no file.
std::optional<std::vector<std::string>> weight_paths(const HubState& hub, const ModelGraph& graph,
                                                     const std::string& model_path) {
    std::vector<std::string> paths;
    for (const std::string& location : graph.external_locations) {
        auto path = clean_hub_path(parent_folder(model_path), location);
        auto* clean = std::get_if<std::string>(&path);
        if (!clean || !hub.described.contents.facts(*clean)) return std::nullopt;
        paths.push_back(std::move(*clean));
    }
    return paths;
}

/// Which models a change touches.
class TouchedModels {
public:
    TouchedModels(const HubState& hub, const BaseHub& base)
        : hub_(hub), base_(base), tasks_(sorted_tasks_of(base.manifest)) {}

    bool has(const RunTask& task, const std::string& listing_file) const {
        return !is_in_base(task, listing_file) || base_.has_changed(task.model_path) ||
               base_.has_changed(task.archive_path) || has_changed_weights(task.model_path);
    }

private:
    static std::vector<RunTask> sorted_tasks_of(const ManifestDocument* document) {
        std::vector<RunTask> tasks = tasks_of(document);
        std::ranges::sort(tasks);
        return tasks;
    }

    bool is_in_base(const RunTask& task, const std::string& listing_file) const {
        return std::ranges::binary_search(tasks_, task) ||
               (!listing_file.empty() && !base_.has_changed(listing_file));
    }

    bool has_changed_weights(const std::string& model_path) const {
        const auto graph = hub_.described.graphs.find(model_path);
        if (graph == hub_.described.graphs.end() || !graph->second) return false;
        const auto paths = weight_paths(hub_, *graph->second, model_path);
        return paths && std::ranges::any_of(*paths, base_.has_changed);
    }

    const HubState& hub_;
    const BaseHub& base_;
    std::vector<RunTask> tasks_;  ///< of the base's manifest, sorted
};

std::vector<RunTask> tasks_to_run(const HubState& hub, const BaseHub* base) {
    std::optional<TouchedModels> touched;
    if (base) touched.emplace(hub, *base);
    std::vector<RunTask> tasks;
    std::set<RunTask> seen;
    const auto add = [&](const RunTask& task, const std::string& listing_file) {
        if (!hub.part.has_model(task.model_path) || !safe_path(task.model_path) ||
            !safe_path(task.archive_path)) {
            return;
        }
        if (!hub.described.contents.facts(task.model_path) ||
            !hub.described.contents.facts(task.archive_path)) {
            return;
        }
        if (!seen.insert(task).second) return;
        if (!touched || touched->has(task, listing_file)) tasks.push_back(task);
    };
    for (const ModelDescription& model : hub.described.models) {
        const ModelRow& row = *model.row;
        if (row.archive_path) add({row.model_path, *row.archive_path}, row.source_file);
    }
    for (const RunTask& task : tasks_of(hub.document())) add(task, "");
    return tasks;
}

Tolerance tolerance_of(const Settings& settings, const std::string& path) {
    Tolerance tolerance;
    for (const RunTolerance& set : settings.tolerances) {
        if (!glob_matches(set.path, path)) continue;
        tolerance.relative = set.relative.value_or(tolerance.relative);
        tolerance.absolute = set.absolute.value_or(tolerance.absolute);
    }
    return tolerance;
}

/// Copies a model and its external files to the same paths of a private folder.
class CopiedModel {
public:
    CopiedModel(const ContentTable& contents, const std::vector<std::string>& paths) {
        for (const std::string& path : paths) {
            const auto source = contents.open(path);
            if (!source) throw UserError(path + ": " + not_downloaded);
            NewFile file(folder_.path(), path);
            std::vector<std::byte> block(1024 * 1024);
            for (std::uint64_t offset = 0; offset < source->size_bytes();) {
                const std::size_t count = source->read(offset, block);
                if (count == 0) break;
                file.write(std::span(block).first(count));
                offset += count;
            }
            file.rename_onto_destination();
        }
    }

    std::string path_of(const std::string& path) const { return (folder_.path() / path).string(); }

private:
    PrivateFolder folder_;
};

class ModelTask {
public:
    ModelTask(const HubState& hub, const RunOptions& options, const VerdictCache& cache,
              const RunTask& task, FindingList& findings)
        : hub_(hub),
          tool_(options.tool),
          settings_(options.settings),
          cache_(cache),
          task_(task),
          findings_(findings) {}

    void run() {
        const auto& contents = hub_.described.contents;
        const auto graph = hub_.described.graphs.find(task_.model_path);
        const auto archive = contents.open(task_.archive_path);
        if (graph == hub_.described.graphs.end() || !archive) {
            findings_.skip(run_output_differs, not_downloaded);
            return;
        }
        if (!graph->second) return;  // another rule reports the file
        graph_ = graph->second.get();
        const TestDataContents data =
            read_test_data([&](std::uint64_t offset,
                               std::span<std::byte> into) { return archive->read(offset, into); },
                           {}, run_data_limit);
        const bool is_whole = std::ranges::all_of(data.problems, [](const auto& problem) {
            return problem.kind == ArchiveProblem::Kind::unsafe;
        });
        if (!is_whole || data.sets.empty()) return;  // the rules for archives report it
        const auto external = weight_paths(hub_, *graph_, task_.model_path);
        if (!external) return;  // another rule reports the paths
        const Sha256 key = key_of(data, *external);
        auto verdict = cache_.find(key);
        const bool is_cached = verdict.has_value();
        if (!verdict) {
            verdict = run_now(data, *external);
            if (!verdict) {
                findings_.skip(run_output_differs, not_downloaded);
                return;
            }
            cache_.keep(key, *verdict);
        }
        report(*verdict, is_cached);
    }

private:
    Sha256 key_of(const TestDataContents& data, const std::vector<std::string>& external) const {
        const Tolerance tolerance = tolerance_of(settings_, task_.model_path);
        FieldHasher hasher;
        hasher.add("verdict 1");
        hasher.add(tool_.runtime.package());
        hasher.add(tool_.runtime.version());
        hasher.add(processor_features());
        hasher.add(to_hex(hub_.described.contents.facts(task_.model_path)->sha));
        for (const std::string& path : external) {
            hasher.add(to_hex(hub_.described.contents.facts(path)->sha));
        }
        hasher.add(to_hex(data.digest));
        hasher.add(fmt::format("{} {}", tolerance.relative, tolerance.absolute));
        return hasher.finish();
    }

    /// Nothing when a file is not available locally.
    std::optional<RunVerdict> run_now(const TestDataContents& data,
                                      const std::vector<std::string>& external) const {
        const auto& contents = hub_.described.contents;
        ModelToRun model{nullptr, "", graph_->ports, data,
                         tolerance_of(settings_, task_.model_path)};
        if (external.empty()) {
            const auto source = contents.open(task_.model_path);
            if (!source) return std::nullopt;
            model.model = source.get();
            return run_model(tool_.runtime, model, tool_.limits, tool_.check_interruption);
        }
        std::vector<std::string> paths = external;
        paths.push_back(task_.model_path);
        for (const std::string& path : paths) {
            if (!contents.open(path)) return std::nullopt;
        }
        const CopiedModel copy(contents, paths);
        model.file = copy.path_of(task_.model_path);
        return run_model(tool_.runtime, model, tool_.limits, tool_.check_interruption);
    }

    void report(const RunVerdict& verdict, bool is_cached) {
        ModelRunResult result{task_.model_path, std::string(run_unsuccessful),
                              verdict.message,  verdict.largest_difference,
                              verdict.seconds,  is_cached};
        const std::string runtime = runtime_text();
        const auto report_as = [&](const RuleInfo& rule, const std::string& what,
                                   const char* hint) {
            findings_.report(rule, {task_.model_path, 0}, what + verdict.message, hint,
                             {task_.model_path, task_.archive_path});
        };
        switch (verdict.outcome) {
            case RunOutcome::passed:
                result.outcome = run_passed;
                break;
            case RunOutcome::inconclusive:
                result.outcome = run_undecided;
                findings_.skip(run_output_differs, "inconclusive, " + runtime +
                                                       " cannot run the model or its test data");
                break;
            case RunOutcome::differs:
                report_as(run_output_differs, runtime + " gives another result: ",
                          "make the test data with this model, or set [[validate.tolerance]]");
                break;
            case RunOutcome::failed:
                report_as(run_failed, runtime + " ", "correct the program that exports the model");
                break;
            case RunOutcome::crashed:
                report_as(run_crashed, runtime + " crashed or reached a limit: ",
                          "remove the model, or report the crash to ONNX Runtime");
                break;
        }
        findings_.add_runs({runtime, {std::move(result)}});
    }

    std::string runtime_text() const {
        return tool_.runtime.package() + " " + tool_.runtime.version();
    }

    const HubState& hub_;
    const RunTool& tool_;
    const Settings& settings_;
    const VerdictCache& cache_;
    const RunTask& task_;
    FindingList& findings_;
    const ModelGraph* graph_ = nullptr;
};

}  // namespace

std::span<const RuleInfo> run_rules() {
    return run_rule_list;
}

void check_runs(const HubState& hub, const RunOptions& options, FindingList& findings) {
    const RunTool& tool = options.tool;
    const std::vector<RunTask> tasks = tasks_to_run(hub, options.base);
    const VerdictCache cache(tool.verdicts);
    findings.add_runs({fmt::format("{} {}", tool.runtime.package(), tool.runtime.version()), {}});
    check_each(tasks.size(), std::min(job_count(options.jobs), most_processes), findings,
               [&](std::size_t i, FindingList& found) {
                   ModelTask(hub, options, cache, tasks[i], found).run();
               });
}

}  // namespace onnxhub
