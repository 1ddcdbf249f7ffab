// SPDX-License-Identifier: Apache-2.0
#include "cli/hub_edit_report.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <set>

#include "base/escaping.h"
#include "cli/generation_report.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/interruption.h"
#include "cli/short_list.h"
#include "repository/hub_folder.h"
#include "repository/hub_lock.h"

namespace onnxhub {
namespace {

std::string changed_files(const EditedTree& edit, const Tree& before) {
    std::string text;
    std::set<std::string> moved;
    for (const auto& [to, from] : edit.added_paths()) {
        const bool is_moved = edit.removed().contains(from);
        if (is_moved) moved.insert(from);
        text += fmt::format("{:9} {} -> {}\n", is_moved ? "renamed" : "copied", printable(from),
                            printable(to));
    }
    for (const std::string& path : edit.removed()) {
        if (!moved.contains(path)) text += fmt::format("{:9} {}\n", "removed", printable(path));
    }
    for (const auto& [path, content] : edit.texts()) {
        const bool is_new = !before.stat(path);
        text += fmt::format("{:9} {}\n", is_new ? "new" : "modified", printable(path));
    }
    return text;
}

}  // namespace

void add_hub_edit_options(CLI::App& command, HubEditArguments& arguments, const char* force_help) {
    command.add_option("--folder", arguments.hub, hub_folder_help)->type_name("DIR");
    command.add_flag("--force", arguments.force, force_help);
    command.add_flag("--dry-run", arguments.is_dry_run,
                     "Print which files would change; change nothing");
}

ExitCode run_hub_edit(const HubEditArguments& arguments,
                      const std::function<HubEdit(FileTransaction& change, EditedTree& edit,
                                                  Diagnostics& diagnostics)>& plan,
                      const std::function<std::string(const HubEdit& edit)>& done,
                      const Streams& streams) {
    catch_interruptions();
    HubPrinter printer(streams);
    std::optional<HubLock> lock;
    if (!arguments.is_dry_run) lock.emplace(lock_hub(arguments.hub, printer));
    FileTransaction change(arguments.hub, check_interruption, lock ? &*lock : nullptr);
    const HubFolder before = open_hub(arguments.hub, {});
    EditedTree edit(*before.tree);
    HubEdit result;
    printer.run([&](Diagnostics& diagnostics) { result = plan(change, edit, diagnostics); });
    printer.progress().finish();
    const std::string files = changed_files(edit, *before.tree);
    print_short_list(streams, result.kept, [](const KeptFile& kept) {
        return fmt::format("kept: {}: {}", printable(kept.path), printable(kept.reason));
    });
    print(streams, result.problems);
    if (!edit.is_changed()) {
        note(streams, "nothing to change");
        return ExitCode::done;
    }
    if (!arguments.is_dry_run) {
        edit.stage(change);
        change.apply();
        check_interruption();
        change.keep();
    }
    write_lines(streams, files);
    if (!arguments.is_dry_run) warn_of_old_statement(arguments.hub, streams);
    note(streams, arguments.is_dry_run ? "dry run: nothing was changed" : done(result));
    return ExitCode::done;
}

}  // namespace onnxhub
