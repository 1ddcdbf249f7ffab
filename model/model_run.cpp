// SPDX-License-Identifier: Apache-2.0
#include "model/model_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "model/test_value_json.h"

namespace onnxhub {
namespace {

constexpr std::size_t message_limit = 400;  // bytes

/// In messages of ONNX Runtime: it, or its package, does not have what the model needs. The model
/// may be right.
constexpr std::string_view unsupported_texts[] = {
    "NOT_IMPLEMENTED",
    "not implemented",
    "Not implemented",
    "NotImplemented",
    "Could not find an implementation for",
    "Failed to find kernel for",
    "is not a registered function/op",
    "No Op registered for",
    "Unsupported data type",
    "Unsupported model IR version",
    "is under development and support for this is limited",
    "only *guarantees* support for models stamped with official released onnx opset versions",
    "Failed to construct locale",
    "not supported in this build",
};

constexpr std::string_view memory_texts[] = {
    "bad_alloc",
    "bad allocation",
    "Failed to allocate memory",
    "Array buffer allocation failed",
    "MemoryError",
    "Unable to allocate",
};

bool has_any(std::string_view message, const auto& texts) {
    return std::ranges::any_of(
        texts, [&](std::string_view text) { return message.find(text) != message.npos; });
}

/// Without the place in the runtime's sources, which is "/folder/file.h:46 void f(int) ".
std::string_view without_source_place(std::string_view message) {
    const std::size_t begin = message.find("/onnxruntime_src/");
    const std::size_t parameters = message.find('(', std::min(begin, message.size()));
    if (parameters == message.npos) return message;
    int depth = 0;
    for (std::size_t i = parameters; i < message.size(); ++i) {
        if (message[i] == '(') ++depth;
        if (message[i] == ')' && --depth == 0) {
            message.remove_prefix(i + 1);
            while (message.starts_with(' ')) message.remove_prefix(1);
            return message;
        }
    }
    return message;
}

/// One line of valid UTF-8, cut if it is long.
std::string clause(std::string_view message) {
    message = without_source_place(message);
    std::string text(message.substr(0, message.find('\n')));
    if (text.size() > message_limit) text.resize(message_limit);
    while (!text.empty() && first_line_not_utf8(text) != 0) text.pop_back();
    while (text.ends_with(' ') || text.ends_with('.')) text.pop_back();
    return text;
}

struct DataSet {
    std::string name;
    JsonObject inputs;
    std::map<std::string, TestValue> outputs;
};

/// Files by number, as values by the names of ports.
std::map<std::string, TestValue> values_of(const std::string& folder, const char* what,
                                           const std::map<std::size_t, std::string>& files,
                                           const std::vector<Port>& ports) {
    std::map<std::string, TestValue> values;
    for (const auto& [number, bytes] : files) {
        const std::string file = fmt::format("{}/{}_{}.pb", folder, what, number);
        if (number >= ports.size()) {
            throw UnusableValue(fmt::format("{} is for no port of the model", file));
        }
        try {
            NamedValue value = read_test_value(bytes, ports[number].type);
            const bool is_port = std::ranges::find(ports, value.name, &Port::name) != ports.end();
            const std::string& name = is_port ? value.name : ports[number].name;
            if (!values.emplace(name, std::move(value.value)).second) {
                throw UnusableValue(fmt::format("is a second value of {}", name));
            }
        } catch (const UnusableValue& error) {
            throw UnusableValue(fmt::format("{} {}", file, error.what()));
        }
    }
    return values;
}

std::vector<DataSet> sets_of(const ModelToRun& model) {
    std::vector<DataSet> sets;
    for (const auto& [folder, files] : model.data.sets) {
        DataSet set{folder, {}, {}};
        for (const auto& [name, value] :
             values_of(folder, "input", files.inputs, model.ports.inputs)) {
            set.inputs.push_back({name, to_json(value)});
        }
        set.outputs = values_of(folder, "output", files.outputs, model.ports.outputs);
        if (set.inputs.size() != model.ports.inputs.size()) {
            throw UnusableValue(fmt::format("{} has {} inputs, and the model has {}", folder,
                                            set.inputs.size(), model.ports.inputs.size()));
        }
        if (set.outputs.empty()) {
            throw UnusableValue(fmt::format("{} has no expected outputs", folder));
        }
        sets.push_back(std::move(set));
    }
    if (sets.empty()) throw UnusableValue("there is no test data");
    return sets;
}

JsonObject request_of(const ModelToRun& model, std::vector<DataSet>& sets) {
    JsonArray inputs;
    for (DataSet& set : sets) inputs.push_back(json_object(std::move(set.inputs)));
    JsonObject request{{"sets", json_array(std::move(inputs))}};
    if (!model.model) request.push_back({"model", json_string(model.file)});
    return request;
}

RunVerdict verdict_on_error(const JsonValue& line) {
    const JsonValue* error = line.find("error");
    const JsonValue* unsupported = line.find("unsupported");
    const JsonValue* stage = line.find("stage");
    const std::string message = error && error->string() ? *error->string() : "";
    RunVerdict verdict;
    verdict.message = clause(message);
    if ((unsupported && unsupported->data == json_bool(true).data) ||
        has_any(message, unsupported_texts)) {
        return verdict;
    }
    if (has_any(message, memory_texts)) {
        verdict.outcome = RunOutcome::crashed;
        verdict.message = "it ran out of memory: " + verdict.message;
        return verdict;
    }
    const bool was_loaded = stage && stage->string() && *stage->string() == "run";
    verdict.outcome = RunOutcome::failed;
    verdict.message = (was_loaded ? "cannot run it: " : "refuses it: ") + verdict.message;
    return verdict;
}

/// Compares the answer for one data set; adds to the largest difference.
void compare_set(const DataSet& set, const JsonValue& line, const Tolerance& tolerance,
                 RunVerdict& verdict) {
    const JsonValue* outputs = line.find("outputs");
    for (const auto& [name, expected] : set.outputs) {
        const JsonValue* output = outputs && outputs->object() ? outputs->find(name) : nullptr;
        if (!output) {
            throw UnusableValue(fmt::format("the runtime gives no output {}", name));
        }
        const ValueComparison comparison =
            compare_values(expected, value_from_json(*output), tolerance);
        verdict.largest_difference =
            std::max(verdict.largest_difference, comparison.largest_difference);
        if (!comparison.difference || verdict.outcome == RunOutcome::differs) continue;
        verdict.outcome = RunOutcome::differs;
        verdict.message = clause(
            fmt::format("with {}, the output {} {}", set.name, name, *comparison.difference));
    }
}

RunVerdict verdict_on(const RuntimeAnswer& answer, const std::vector<DataSet>& sets,
                      const Tolerance& tolerance) {
    RunVerdict verdict;
    verdict.outcome = RunOutcome::passed;
    for (std::size_t i = 0; i < sets.size(); ++i) {
        if (i + 1 >= answer.lines.size()) {  // the first line is the version
            if (answer.is_too_large) throw UnusableValue("its outputs are too large to compare");
            verdict.outcome = RunOutcome::crashed;
            verdict.message = clause(answer.failure.value_or("it gave no answer"));
            return verdict;
        }
        const JsonValue& line = answer.lines[i + 1];
        if (line.find("error")) return verdict_on_error(line);
        compare_set(sets[i], line, tolerance, verdict);
    }
    return verdict;
}

}  // namespace

RunVerdict run_model(const ModelRuntime& runtime, const ModelToRun& model, const RunLimits& limits,
                     const std::function<void()>& check_interruption) {
    RunVerdict verdict;
    double seconds = 0;
    try {
        if (model.data.is_too_large) throw UnusableValue("its test data is too large to run");
        std::vector<DataSet> sets = sets_of(model);
        const RuntimeAnswer answer =
            runtime.ask(request_of(model, sets), model.model, limits, check_interruption);
        seconds = answer.seconds;
        verdict = verdict_on(answer, sets, model.tolerance);
    } catch (const UnusableValue& error) {
        verdict = {RunOutcome::inconclusive, clause(error.what()), 0, 0};
    }
    verdict.seconds = seconds;
    return verdict;
}

}  // namespace onnxhub
