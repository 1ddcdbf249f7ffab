// SPDX-License-Identifier: Apache-2.0
// `onnxhub diff`: show what changed inside each model between two revisions.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/atomic_file.h"
#include "base/user_error.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/interruption.h"
#include "cli/progress.h"
#include "diff/diff_report.h"
#include "model/onnx_worker.h"
#include "model/shape_inference.h"
#include "repository/change_base.h"
#include "repository/hub_folder.h"

namespace onnxhub {
namespace {

struct DiffArguments {
    std::string range = "HEAD";
    std::string folder = ".";
    std::string output = "-";
    DiffFormat format = DiffFormat::text;
    std::optional<unsigned> jobs;
    bool deepen = false;
};

/// "BASE", "BASE..HEAD" or "BASE...HEAD", with the meaning they have for `git diff`.
struct Range {
    std::string base;
    std::optional<std::string> head;  ///< absent: the working tree
    bool from_merge_base = false;
};

Range parse_range(const std::string& text) {
    const std::size_t dots = text.find("..");
    if (dots == text.npos) return {text, std::nullopt, false};
    const bool has_three = text.compare(dots, 3, "...") == 0;
    const auto or_head = [](std::string name) { return name.empty() ? "HEAD" : std::move(name); };
    return {or_head(text.substr(0, dots)), or_head(text.substr(dots + (has_three ? 3 : 2))),
            has_three};
}

/// open_hub() reports these errors too, but suggests options that `diff` does not have.
void check_repository(const DiffArguments& arguments, const Range& range) {
    std::error_code error;
    if (!std::filesystem::is_directory(arguments.folder, error)) return;  // open_hub() reports it
    const auto repository = GitRepository::find(arguments.folder);
    if (!repository) {
        throw UserError(arguments.folder +
                        ": is not in a git repository, so there is nothing to compare; name "
                        "the directory of a clone");
    }
    if (!range.head && repository->is_bare()) {
        throw UserError(arguments.folder +
                        ": is a bare repository, which has no working tree; name two "
                        "revisions, such as HEAD~1..HEAD");
    }
}

CommitId base_commit(const DiffArguments& arguments, const Range& range, const HubFolder& hub,
                     HubPrinter& printer) {
    if (!range.from_merge_base && !arguments.deepen) {
        return hub.repository->resolve_commit(range.base);
    }
    const CommitId head = hub.commit ? *hub.commit : hub.repository->resolve_commit("HEAD");
    const ChangeBase base =
        find_change_base({hub.folder, range.base, head, arguments.deepen, git_messages(printer)});
    if (!base.commit) throw UserError(base.note);
    return *base.commit;
}

/// One side of the comparison; owns what HubSide refers to.
struct Side {
    std::unique_ptr<Tree> tree;
    Settings settings;
    std::optional<ManifestDocument> manifest;
};

/// The manifest is optional, so an unreadable one is not an error.
Side open_side(std::unique_ptr<Tree> tree, Diagnostics& diagnostics) {
    Side side;
    side.tree = std::move(tree);
    side.settings = read_settings(*side.tree, std::nullopt, diagnostics);
    try {
        const auto text =
            read_hub_file(*side.tree, std::string(manifest_file_name), json_size_limit);
        if (!text) return side;
        auto manifest = parse_manifest(*text);
        if (auto* document = std::get_if<ManifestDocument>(&manifest)) {
            side.manifest = std::move(*document);
        }
    } catch (const UserError&) {  // a partial clone, a link out of the hub
    }
    return side;
}

HubSide view_of(const Side& side) {
    return {*side.tree, side.settings, side.manifest ? &*side.manifest : nullptr};
}

ExitCode run_diff(const DiffArguments& arguments, const Streams& streams) {
    catch_interruptions();
    const Range range = parse_range(arguments.range);
    check_repository(arguments, range);
    HubPrinter printer(streams);
    HubFolder hub = open_hub(arguments.folder, range.head);
    Diagnostics diagnostics;
    const CommitId base = base_commit(arguments, range, hub, printer);
    const Side before = open_side(hub.repository->tree_of(base, hub.subfolder), diagnostics);
    const Side after = open_side(std::move(hub.tree), diagnostics);
    const auto inference = isolated_shape_inference(std::make_shared<OnnxWorkers>());
    DiffReport report;
    report.before = range.base;
    report.after = range.head.value_or("the working tree");
    report.diff =
        compare_models(view_of(before), view_of(after),
                       {inference.get(), &printer.progress(), arguments.jobs.value_or(0)});
    printer.progress().finish();
    print(streams, diagnostics);
    const std::string text = render(report, arguments.format);
    if (arguments.output == "-") {
        write_result(streams, text);
    } else {
        write_file_atomically(arguments.output, text);
    }
    return ExitCode::done;
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
    command->add_option("--folder", arguments->folder, "Top directory of the hub (default: .)")
        ->type_name("DIR");
    command
        ->add_option_function<std::string>(
            "--format",
            [arguments](const std::string& name) { arguments->format = parse_diff_format(name); },
            "Print in this format (default: text)")
        ->type_name("text|markdown|json");
    command
        ->add_option("--output", arguments->output,
                     "Write the result to this file; '-' is standard output (default: -)")
        ->type_name("FILE");
    command
        ->add_option("-j,--jobs", arguments->jobs,
                     "Use N threads, 1 to 1024 (default: one per core)")
        ->type_name("N")
        ->check(CLI::Range(1u, 1024u));
    command->add_flag("--deepen", arguments->deepen,
                      "Fetch the history that the merge base needs in a shallow clone");
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) { return run_diff(*arguments, streams); };
    });
}

}  // namespace onnxhub
