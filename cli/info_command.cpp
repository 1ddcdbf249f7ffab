// SPDX-License-Identifier: Apache-2.0
// `onnxhub info`: one model of a hub.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <utility>
#include <variant>

#include "cli/hub_models.h"
#include "cli/job.h"
#include "cli/progress.h"
#include "hosting/client/model_query.h"
#include "manifest/environment_error.h"
#include "manifest/port_text.h"

namespace onnxhub {
namespace {

struct Arguments {
    HubArguments hub;
    std::string model;
    VersionWish wish = {{}, {}, {}};
    bool json = false;
};

std::string line(std::string_view label, const std::string& text) {
    return fmt::format("  {:10} {}\n", label, printable(text));
}

std::string content_lines(std::string_view label, const std::string& path,
                          const StatedContent& content) {
    std::string text = line(label, path);
    if (content.size_bytes) {
        text += line("", fmt::format("{} ({} bytes)", human_bytes(*content.size_bytes),
                                     *content.size_bytes));
    }
    if (content.sha) text += line("", "sha256 " + to_hex(*content.sha));
    return text;
}

std::string port_lines(std::string_view label, const std::vector<Port>& ports) {
    std::string text;
    for (const Port& port : ports) {
        text += line(label, fmt::format("{}  {}", port.name, to_text(port)));
    }
    return text;
}

std::string text_of(const Entry& entry) {
    std::string text = printable(entry.model) + "\n";
    text += line("opset", fmt::format("{} (ONNX {})", entry.opset_version, entry.onnx_version));
    text += line("tags", fmt::format("{}", fmt::join(entry.tags, ", ")));
    text += content_lines("file", entry.model_path, entry.content);
    for (const ExternalDataFile& file : entry.external_data) {
        text += content_lines("weights", file.path, {file.sha, file.size_bytes});
    }
    if (entry.archive_path) text += content_lines("test data", *entry.archive_path, entry.archive);
    if (entry.io_ports) {
        text += port_lines("input", entry.io_ports->inputs);
        text += port_lines("output", entry.io_ports->outputs);
    }
    if (entry.extra_ports) {
        for (const FeaturePort& port : *entry.extra_ports) {
            text += line("feature",
                         port.name + "  " + to_text(Port{port.name, port.shape, "tensor(float)"}));
        }
    }
    return text;
}

ExitCode run(const Arguments& arguments, const Streams& streams) {
    const OpenHub hub = open_hub_models(arguments.hub, streams);
    const ManifestDocument& document = hub.document;
    const auto found = get_model_info(document, arguments.model, arguments.wish);
    if (const auto* missing = std::get_if<ModelNotFound>(&found)) {
        throw EnvironmentError(printable(missing->message + "; " + missing->hint));
    }
    const ManifestEntry& entry = *std::get<const ManifestEntry*>(found);
    streams.out << (arguments.json ? entry_text(entry.json) + "\n" : text_of(*entry.entry));
    streams.out.flush();
    if (!streams.out) throw EnvironmentError("standard output: can't be written");
    return ExitCode::done;
}

}  // namespace

void add_info_command(CLI::App& app, Job& job) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("info", "Shows one model of a hub");
    command->add_option("NAME", arguments->model, "The model's name")->required();
    add_hub_options(*command, arguments->hub);
    command->add_option("--opset", arguments->wish.opset, "This opset (default: the largest)")
        ->type_name("N");
    command
        ->add_option("--max-opset", arguments->wish.max_opset,
                     "The largest opset up to this one, for older runtimes")
        ->type_name("N");
    command
        ->add_option("--max-ir", arguments->wish.max_ir,
                     "Only versions up to this IR version, for older runtimes")
        ->type_name("N");
    command->add_flag("--json", arguments->json, "Print the manifest's entry");
    command->callback([arguments, &job] {
        job = [arguments](const Streams& streams) { return run(*arguments, streams); };
    });
}

}  // namespace onnxhub
