// SPDX-License-Identifier: Apache-2.0
// `onnxhub merge-driver`: merge manifests for git, see gitattributes(5), "Defining a custom merge
// driver".
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "base/byte_source.h"
#include "base/escaping.h"
#include "base/user_error.h"
#include "cli/command.h"
#include "manifest/diagnostic.h"
#include "manifest/manifest_merge.h"
#include "manifest/manifest_reader.h"
#include "manifest/rule_ids.h"
#include "repository/hub_folder.h"
#include "repository/merge_driver.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

struct MergeDriverArguments {
    std::vector<std::string> files;
    bool installs = false;
};

/// Entries are merged by their keys, so each must be an object.
void check_entries(const ManifestDocument& document, const std::string& shown_name) {
    for (const ManifestEntry& entry : document.entries) {
        const JsonValue json = entry.json();
        if (json.object()) continue;
        throw UserError(
            fmt::format("{}:{}: an entry is {}, not an object; repair the "
                        "manifest, or run `onnxhub generate`",
                        shown_name, entry.line, json_type(json)));
    }
}

/// git passes an empty file when the merge base has no manifest.
ManifestDocument read_version(const std::string& file, const std::string& shown_name) {
    const std::string text = read_file(file, json_size_limit);
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) return {};
    ManifestDocument document = read_manifest(text, shown_name);
    check_entries(document, shown_name);
    return document;
}

ExitCode merge(const MergeDriverArguments& arguments, const Streams& streams) {
    const std::string& ours = arguments.files[1];
    const std::string path =
        arguments.files.size() > 3 ? arguments.files[3] : std::string(manifest_file_name);
    const ManifestDocument base = read_version(arguments.files[0], path + " (merge base)");
    const ManifestDocument ours_document = read_version(ours, path + " (ours)");
    const ManifestDocument theirs = read_version(arguments.files[2], path + " (theirs)");
    const MergedManifest merged = merge_manifests(base, ours_document, theirs);
    write_file_atomically(ours, merged.text);
    Diagnostics conflicts;
    for (const EntryConflict& conflict : merged.conflicts) {
        conflicts.report({Severity::error, rule_id::merge_conflict, path, 0,
                          to_text(conflict.entry) + ": " + conflict.reason,
                          "keep one side between the markers and remove the marker lines, or take "
                          "one side of the file with `git checkout --theirs -- " +
                              path + "` and run `onnxhub generate`; then `git add` it"});
    }
    print(streams, conflicts);
    return merged.conflicts.empty() ? ExitCode::done : ExitCode::findings;
}

std::string text_of(const MergeDriverSetup& setup) {
    if (!setup.new_attribute_in.empty()) {
        return fmt::format(
            "git merges manifests with `onnxhub merge-driver` now, only in this clone: no "
            ".gitattributes names the driver, so {} does; commit the line \"{} merge=onnxhub\" in "
            ".gitattributes for all clones",
            printable(setup.new_attribute_in.string()), manifest_file_name);
    }
    return setup.is_new_driver ? "git merges manifests with `onnxhub merge-driver` now"
                               : "a merge driver for manifests is set up already";
}

ExitCode install(const MergeDriverArguments& arguments, const Streams& streams) {
    const fs::path folder = arguments.files.empty() ? "." : arguments.files.front();
    const MergeDriverSetup setup = install_merge_driver(folder);
    note(streams, printable(folder.string()) + ": " + text_of(setup));
    return ExitCode::done;
}

}  // namespace

void add_merge_driver_command(CLI::App& app, Command& chosen) {
    const auto arguments = std::make_shared<MergeDriverArguments>();
    CLI::App* command = app.add_subcommand(
        "merge-driver", "Merge manifests entry by entry; git runs it as %O %A %B %P");
    command
        ->add_option("FILES", arguments->files,
                     "Merge BASE, OURS and THEIRS and write the result to OURS; messages name PATH")
        ->option_text("BASE OURS THEIRS [PATH]");
    command->add_flag(
        "--install", arguments->installs,
        "Set up the driver in the repository of this directory (or the one named), once per clone");
    command->callback([arguments, &chosen] {
        if (arguments->installs ? arguments->files.size() > 1
                                : arguments->files.size() < 3 || arguments->files.size() > 4) {
            throw CLI::ValidationError("merge-driver",
                                       arguments->installs
                                           ? "--install takes one directory at most"
                                           : "needs three files: merge base, ours, theirs");
        }
        chosen = [arguments](const Streams& streams) {
            return arguments->installs ? install(*arguments, streams) : merge(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
