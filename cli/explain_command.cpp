// SPDX-License-Identifier: Apache-2.0
// `onnxhub explain`: explain a rule of `validate`.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/user_error.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/terminal.h"
#include "validator/rule_catalog.h"
#include "validator/rule_page.h"

namespace onnxhub {
namespace {

struct ExplainArguments {
    std::string rule;
    bool json = false;
};

ExitCode run_explain(const ExplainArguments& arguments, const Streams& streams) {
    const RuleInfo* rule = find_rule(arguments.rule);
    if (!rule) {
        const std::string family = family_text(arguments.rule);
        if (!family.empty() && !arguments.json) {
            write_lines(streams, family);
            return ExitCode::done;
        }
        throw UserError("command line: there is no rule \"" + arguments.rule + "\"; " +
                        advice_on_unknown_rule(arguments.rule));
    }
    if (arguments.json) {
        write_json(streams, rule_json(*rule));
        return ExitCode::done;
    }
    const RuleExplanation explanation = explain(*rule);
    const auto width = terminal_width(streams);
    std::string text = std::string(rule->id) + " (" + explanation.kind + ")\n\n" +
                       wrapped("", std::string(rule->what), width);
    for (const auto& [label, words] : explanation.parts) {
        text += "\n" + label + ":\n" + wrapped("  ", words, width);
    }
    write_lines(streams, text);
    return ExitCode::done;
}

}  // namespace

void add_explain_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<ExplainArguments>();
    CLI::App* command =
        app.add_subcommand("explain", "Explain a rule: what it means and how to fix a finding");
    command
        ->add_option(
            "RULE", arguments->rule,
            "The id of the rule, such as model-sha-differs; or a family of rules, to list them")
        ->option_text("RULE")
        ->required();
    command->add_flag("--json", arguments->json, "Print JSON");
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) { return run_explain(*arguments, streams); };
    });
}

}  // namespace onnxhub
