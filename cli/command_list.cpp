// SPDX-License-Identifier: Apache-2.0
#include "cli/command_list.h"

#include <CLI/CLI.hpp>
#include <string>

#include "cli/command.h"
#include "cli/help_text.h"

namespace onnxhub {
namespace {

constexpr NamedCommand named_commands[] = {
    {"generate", &add_generate_command},
    {"inspect", &add_inspect_command},
    {"validate", &add_validate_command},
    {"sources", &add_sources_command},
    {"diff", &add_diff_command},
    {"list", &add_list_command},
    {"info", &add_info_command},
    {"load", &add_load_command},
    {"load-composite", &add_load_composite_command},
    {"lock", &add_lock_command},
    {"cache", &add_cache_command},
    {"init", &add_init_command},
    {"add", &add_add_command},
    {"remove", &add_remove_command},
    {"rename", &add_rename_command},
    {"serve", &add_serve_command},
    {"export", &add_export_command},
    {"bundle", &add_bundle_command},
    {"key", &add_key_command},
    {"sign", &add_sign_command},
    {"trust", &add_trust_command},
    {"verify", &add_verify_command},
    {"merge", &add_merge_command},
    {"merge-driver", &add_merge_driver_command},
    {"completion", &add_completion_command},
    {"explain", &add_explain_command},
    {"help", &add_help_command},
    {"search", &add_search_command},
};

}  // namespace

std::span<const NamedCommand> all_commands() {
    return named_commands;
}

void add_global_options(CLI::App& app, GlobalOptions& options) {
    using Color = GlobalOptions::Color;
    app.formatter_fn([](const CLI::App* command, const std::string&, CLI::AppFormatMode) {
        return help_text(*command, help_width());
    });
    app.set_help_flag("-h,--help", "Print help");
    app.set_version_flag("--version", program_version, "Print the version");
    app.add_flag("-q,--quiet", options.quiet, "Print only errors");
    app.add_flag("-v,--verbose", options.verbose,
                 "Also print notes and complete lists; with --version, the commit and libraries");
    app.add_flag("--no-progress", options.no_progress, "Show no progress line on a terminal");
    app.add_option_function<std::string>(
           "--color",
           [&options](const std::string& name) {
               if (name != "auto" && name != "always" && name != "never") {
                   throw CLI::ValidationError("--color",
                                              "\"" + name + "\" is not one of auto, always, never");
               }
               options.color = name == "always"  ? Color::always
                               : name == "never" ? Color::never
                                                 : Color::automatic;
           },
           "Color messages (default: auto)")
        ->type_name("auto|always|never");
    app.add_option_function<std::string>(
           "--message-format",
           [&options](const std::string& name) {
               if (name != "text" && name != "json") {
                   throw CLI::ValidationError("--message-format",
                                              "\"" + name + "\" is not one of text, json");
               }
               options.json_messages = name == "json";
           },
           "Print messages on standard error as text or JSON Lines (default: text)")
        ->type_name("text|json");
    app.fallthrough();
    app.require_subcommand(1);
}

CommandDescription describe_program() {
    CLI::App app(program_summary, "onnxhub");
    GlobalOptions options;
    Command chosen;
    add_global_options(app, options);
    for (const NamedCommand& command : all_commands()) command.add(app, chosen);
    return describe(app);
}

}  // namespace onnxhub
