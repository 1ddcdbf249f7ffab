// SPDX-License-Identifier: Apache-2.0
// `onnxhub diff`: show what changed inside each model between two revisions.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "base/atomic_file.h"
#include "base/escaping.h"
#include "base/user_error.h"
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
#include "repository/git_repository.h"

namespace onnxhub {
namespace {

struct DiffArguments {
    std::optional<std::string> range;
    std::optional<std::string> head;
    std::optional<std::string> last;  ///< the directory after two revisions
    bool has_exit_code = false;
    std::string folder;
    std::string output = "-";
    DiffFormat format = DiffFormat::text;
    std::optional<unsigned> jobs;
    bool deepen = false;
    PeekArguments peek;
};

/// Whether the argument is a directory, and cannot be a revision: no name of git begins with '/' or
/// "./" or ends with '/', and "../x" is not a range.
bool is_directory_argument(const std::string& text) {
    return text == "." || text.starts_with('/') || text.starts_with("./") ||
           text.starts_with("../") || (text.ends_with('/') && !text.starts_with(".."));
}

/// Moves the last positional argument to the folder if it is a directory.
void take_folder(DiffArguments& arguments) {
    std::optional<std::string>* const positional[] = {&arguments.last, &arguments.head,
                                                      &arguments.range};
    for (std::optional<std::string>* argument : positional) {
        if (!*argument) continue;
        if (is_directory_argument(**argument)) {
            if (!arguments.folder.empty()) {
                throw CLI::ValidationError("the directory is given twice; leave out --folder");
            }
            arguments.folder = **argument;
            argument->reset();
        }
        break;
    }
    if (arguments.last) {
        throw CLI::ValidationError("\"" + *arguments.last + "\" is not a directory such as ./" +
                                   *arguments.last +
                                   "; name at most two revisions and the hub's directory");
    }
}

/// A directory that is meant as a revision would give an error without a hint.
void refuse_plain_directory(const DiffArguments& arguments) {
    std::error_code error;
    if (!arguments.range || arguments.head) return;
    if (!std::filesystem::is_directory(*arguments.range, error)) return;
    const auto repository = GitRepository::find(arguments.folder);
    if (!repository) return;
    try {
        repository->resolve_commit(*arguments.range);
    } catch (const UserError&) {
        throw UserError(printable(*arguments.range) + ": is not a revision; write ./" +
                        printable(*arguments.range) + " for the directory");
    }
}

/// "A B" is "A..B".
RevisionRange range_of(const DiffArguments& arguments) {
    RevisionRange range = parse_revision_range(arguments.range.value_or("HEAD"));
    if (!arguments.head) return range;
    if (range.head) {
        throw CLI::ValidationError("BASE and HEAD are given twice; write " + *arguments.range +
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
    command
        ->add_option("DIR", arguments->last,
                     "Top directory of the hub, written like a path: ./hub, ../hub, /srv/hub, hub/ "
                     "(default: the hub that contains the current directory)")
        ->option_text("[DIR]");
    command->add_option("--folder", arguments->folder, "The same as DIR, in any form")
        ->type_name("DIR");
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
        take_folder(*arguments);
        range_of(*arguments);  // throws
        chosen = [arguments](const Streams& streams) {
            choose_hub_folder(arguments->folder, streams);
            refuse_plain_directory(*arguments);
            return run_diff(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
