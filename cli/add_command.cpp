// SPDX-License-Identifier: Apache-2.0
// `onnxhub add`: a model into the hub of a folder.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/hub_options.h"
#include "cli/job.h"
#include "cli/renewal.h"
#include "cli/worker_program.h"
#include "hosting/scaffold/hub_add.h"
#include "manifest/diagnostic.h"
#include "manifest/environment_error.h"
#include "manifest/manifest.h"

namespace onnxhub {
namespace {

struct Arguments {
    std::string model;
    std::string hub = ".";
    std::string folder;
    std::optional<std::string> name;
    std::optional<std::string> onnx_version;
    std::optional<std::string> test_data;
    std::string description;
    std::vector<std::string> accuracy;
};

AddRequest request_of(const Arguments& arguments) {
    AddRequest request;
    request.hub = arguments.hub;
    request.model = arguments.model;
    request.folder = arguments.folder;
    request.name = arguments.name;
    request.onnx_version = arguments.onnx_version;
    if (arguments.test_data) request.test_data = *arguments.test_data;
    request.description = arguments.description;
    for (const std::string& cell : arguments.accuracy) {
        const std::size_t equals = cell.find('=');
        if (equals == cell.npos || equals == 0) {
            throw EnvironmentError("command line: --accuracy \"" + cell +
                                   "\" is no COLUMN=TEXT, such as \"Top-1 accuracy=75.2\"");
        }
        request.columns[cell.substr(0, equals)] = cell.substr(equals + 1);
    }
    return request;
}

ExitCode run(const Arguments& arguments, const Streams& streams) {
    const auto workers = this_program_as_workers();
    const auto checker = isolated_model_checker(workers);
    const auto inference = isolated_shape_inference(workers);
    AddReport report = add_model(request_of(arguments), *checker, inference.get());
    if (renew_entry(arguments.hub, report.model_path, inference.get(), streams)) {
        report.written.emplace_back(manifest_file_name);
    }
    std::string text;
    for (const std::string& path : report.written) text += printable(path) + "\n";
    write_result(streams, text);
    note(streams, report.written.empty() ? printable(report.model_path) + ": nothing to change"
                                         : printable(report.model_path) +
                                               ": added; look at it with `git diff`, then commit");
    return ExitCode::done;
}

}  // namespace

void add_add_command(CLI::App& app, Job& job) {
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand(
        "add", "Puts a model into a hub: file, table row, archive, manifest entry");
    command->add_option("MODEL", arguments->model, "The .onnx file")->required();
    const auto option = [command](const char* name, auto& value, const char* type,
                                  const char* help) {
        return command->add_option(name, value, help)->type_name(type);
    };
    option("--hub-dir", arguments->hub, "DIR", "The hub's top folder (default: .)");
    option("--class", arguments->folder, "FOLDER",
           "Folder of the model class, such as vision/classification/mnist; its segments are the "
           "model's tags (default: the hub's only one)");
    option("--name", arguments->name, "TEXT", "Name of the model (default: the file's)");
    option("--onnx-version", arguments->onnx_version, "VERSION",
           "ONNX release (default: the oldest that has the model's IR version and opset)");
    option("--test-data", arguments->test_data, "DIR",
           "Folder with test_data_set_0, …, packed beside the model");
    option("--description", arguments->description, "TEXT", "Of a model class that is new");
    option("--accuracy", arguments->accuracy, "COLUMN=TEXT",
           "A cell of the row in another column of the table. May be repeated")
        ->allow_extra_args(false);
    command->callback([arguments, &job] {
        job = [arguments](const Streams& streams) { return run(*arguments, streams); };
    });
}

}  // namespace onnxhub
