// SPDX-License-Identifier: Apache-2.0
// `onnxhub diff`: show what changed inside each model between two revisions.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "base/atomic_file.h"
#include "cli/command.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/interruption.h"
#include "cli/kept_inference.h"
#include "cli/option_text.h"
#include "cli/peek_options.h"
#include "cli/progress.h"
#include "diff/revision_diff.h"
#include "model/onnx_worker.h"
#include "model/shape_inference.h"

namespace onnxhub {
namespace {

struct DiffArguments {
    std::string range = "HEAD";
    std::optional<std::string> head;
    bool has_exit_code = false;
    std::string folder;
    std::string output = "-";
    DiffFormat format = DiffFormat::text;
    std::optional<unsigned> jobs;
    bool deepen = false;
    PeekArguments peek;
};

/// "A B" is "A..B".
RevisionRange range_of(const DiffArguments& arguments) {
    RevisionRange range = parse_revision_range(arguments.range);
    if (!arguments.head) return range;
    if (range.head) {
        throw CLI::ValidationError("BASE and HEAD are given twice; write " + arguments.range +
                                   " or two revisions");
    }
    range.head = *arguments.head;
    return range;
}

ExitCode run_diff(const DiffArguments& arguments, const Streams& streams) {
    catch_interruptions();
    HubPrinter printer(streams);
    RevisionDiffRequest request{arguments.folder, range_of(arguments), arguments.deepen,
                                git_messages(printer)};
    request.peek = peek_request(arguments.peek);
    request.observer = &printer;
    request.peeked = [&](const PeekSummary& summary) {
        note(streams, "graphs read from servers: " + peek_text(summary));
    };
    const auto inference = kept_shape_inference(std::make_shared<OnnxWorkers>());
    Diagnostics diagnostics;
    const DiffReport report = compare_revisions(
        request, {inference.get(), &printer.progress(), arguments.jobs.value_or(0)}, diagnostics);
    printer.progress().finish();
    print(streams, diagnostics);
    const std::string text = render(report, arguments.format);
    if (arguments.output == "-") {
        write_result(streams, text);
    } else {
        write_file_atomically(arguments.output, text);
    }
    const bool is_different = std::ranges::any_of(report.diff.models, [](const ModelChange& model) {
        return model.kind != ModelChange::Kind::identical;
    });
    return arguments.has_exit_code && is_different ? ExitCode::findings : ExitCode::done;
}

DiffFormat parse_diff_format(const std::string& name) {
    if (name == "text") return DiffFormat::text;
    if (name == "markdown") return DiffFormat::markdown;
    if (name == "json") return DiffFormat::json;
    throw CLI::ValidationError("--format", "\"" + name + "\" is not one of text, markdown, json");
}

}  // namespace

void add_diff_command(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<DiffArguments>();
    CLI::App* command =
        app.add_subcommand("diff", "Show what changed inside each model between two revisions");
    command
        ->add_option(
            "BASE", arguments->range,
            "Compare BASE with the working tree, two revisions (BASE..HEAD), or HEAD with the "
            "merge base of both (BASE...HEAD) (default: HEAD)")
        ->option_text("[BASE[..HEAD]]");
    command
        ->add_option("HEAD", arguments->head, "Compare with this revision: BASE HEAD is BASE..HEAD")
        ->option_text("[HEAD]");
    command->add_option("--folder", arguments->folder, hub_folder_help)->type_name("DIR");
    CLI::Option* format = command
                              ->add_option_function<std::string>(
                                  "--format",
                                  [arguments](const std::string& name) {
                                      arguments->format = parse_diff_format(name);
                                  },
                                  "Print in this format (default: text)")
                              ->type_name("text|markdown|json");
    add_json_flag(*command, format, [arguments] { arguments->format = DiffFormat::json; });
    command
        ->add_option("-o,--output", arguments->output,
                     "Write the result to this file; '-' is standard output (default: -)")
        ->type_name("FILE");
    command
        ->add_option("-j,--jobs", arguments->jobs,
                     "Use N threads, 1 to 1024 (default: one per core)")
        ->type_name("N")
        ->check(CLI::Range(1u, 1024u));
    add_peek_options(*command, arguments->peek);
    command->add_flag("--deepen", arguments->deepen,
                      "Fetch the history that the merge base needs in a shallow clone");
    command->add_flag("--exit-code", arguments->has_exit_code,
                      "Exit with status 1 if models differ");
    command->callback([arguments, &chosen] {
        range_of(*arguments);  // throws
        chosen = [arguments](const Streams& streams) {
            choose_hub_folder(arguments->folder, streams);
            return run_diff(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
