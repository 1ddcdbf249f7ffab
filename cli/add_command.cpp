// SPDX-License-Identifier: Apache-2.0
// `onnxhub add`: a model into the hub of a folder.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "base/escaping.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/interruption.h"
#include "cli/option_text.h"
#include "hosting/scaffold/hub_add.h"
#include "hosting/scaffold/readme_edit.h"
#include "hosting/scaffold/regenerate.h"
#include "manifest/diagnostic.h"
#include "model/onnx_worker.h"

namespace onnxhub {
namespace {

struct AddArguments {
    std::string model;
    std::string hub = ".";
    std::optional<std::string> folder;
    std::optional<std::string> tags;
    std::optional<std::string> name;
    std::optional<std::string> onnx_version;
    std::optional<std::string> test_data;
    std::string description;
    std::vector<std::string> accuracy;
};

std::vector<std::string> parse_tags(const std::string& text) {
    std::vector<std::string> tags;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        tags.push_back(std::string(trimmed(text.substr(begin, end - begin), " \t")));
        if (tags.back().empty() || tags.back().find('/') != std::string::npos) {
            throw CLI::ValidationError("--tags",
                                       "\"" + text + "\" is no list such as vision,classification");
        }
        begin = end + 1;
    }
    return tags;
}

std::map<std::string, std::string> parse_columns(const std::vector<std::string>& cells) {
    std::map<std::string, std::string> columns;
    for (const std::string& cell : cells) {
        const std::string column = std::string(trimmed(cell.substr(0, cell.find('=')), " \t"));
        if (column.empty() || cell.find('=') == cell.npos || !is_one_line(cell)) {
            throw CLI::ValidationError(
                "--accuracy",
                "\"" + printable(cell) + "\" is no COLUMN=TEXT, such as \"Top-1 accuracy=75.2\"");
        }
        if (is_column_of_models(column)) {
            throw CLI::ValidationError(
                "--accuracy", "the column \"" + column + "\" is filled in by what the model is");
        }
        columns[column] = std::string(trimmed(cell.substr(cell.find('=') + 1), " \t"));
    }
    return columns;
}

/// Releases that are not known here yet are fine.
bool is_release(const std::string& version) {
    static const std::regex numbers("[0-9]{1,4}\\.[0-9]{1,4}(\\.[0-9]{1,4})?");
    return std::regex_match(version, numbers);
}

void check_add_options(const AddArguments& arguments) {
    if (arguments.name) require_one_line("--name", *arguments.name);
    if (!arguments.description.empty()) require_one_line("--description", arguments.description);
    if (arguments.folder && arguments.folder->empty()) {
        throw CLI::ValidationError("--class", "is empty; \".\" is the hub's top folder");
    }
    if (arguments.onnx_version && !is_release(*arguments.onnx_version)) {
        throw CLI::ValidationError("--onnx-version", "\"" + printable(*arguments.onnx_version) +
                                                         "\" is no release such as 1.14 or 1.4.1");
    }
}

AddRequest add_request(const AddArguments& arguments) {
    check_add_options(arguments);
    AddRequest request;
    request.model = arguments.model;
    request.folder = arguments.folder;
    if (request.folder == ".") request.folder = "";
    if (arguments.tags) request.tags = parse_tags(*arguments.tags);
    if (arguments.name) request.name = std::string(trimmed(*arguments.name, " \t"));
    request.onnx_version = arguments.onnx_version;
    if (arguments.test_data) request.test_data = *arguments.test_data;
    request.description = arguments.description;
    request.columns = parse_columns(arguments.accuracy);
    return request;
}

ExitCode run_add(const std::string& hub, const AddRequest& request, const Streams& streams) {
    catch_interruptions();
    const auto workers = std::make_shared<OnnxWorkers>();
    const auto checker = isolated_model_checker(workers);
    const auto inference = isolated_shape_inference(workers);
    HubPrinter printer(streams);
    const HubLock lock = lock_hub(hub, printer);
    FileTransaction change(hub, check_interruption, &lock);
    const std::string model_path = add_model(request, *checker, inference.get(), change);
    printer.run([&](Diagnostics& diagnostics) {
        regenerate_entry(change, model_path, inference.get(), &printer.progress(), diagnostics);
    });
    check_interruption();
    change.keep();
    std::string text;
    for (const std::string& path : change.written()) text += printable(path) + "\n";
    write_lines(streams, text);
    note(streams, change.written().empty()
                      ? printable(model_path) + ": nothing to change"
                      : printable(model_path) + ": added; look at it with `git diff`, then commit");
    return ExitCode::done;
}

}  // namespace

void add_add_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<AddArguments>();
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
           "model's tags; \".\" is the hub's top (default: that of --tags, or the hub's only one)");
    option("--tags", arguments->tags, "TAG,…",
           "The model's tags, which choose the folder: vision,classification is "
           "vision/classification");
    option("--name", arguments->name, "TEXT",
           "Name of the model (default: that of its row, or the file's)");
    option("--onnx-version", arguments->onnx_version, "VERSION",
           "ONNX release (default: that of its row, or the oldest that has the model's IR version "
           "and opset)");
    option("--test-data", arguments->test_data, "DIR",
           "Folder with test_data_set_0, …, packed beside the model");
    option("--description", arguments->description, "TEXT", "Of a model class that is new");
    option("--accuracy", arguments->accuracy, "COLUMN=TEXT",
           "A cell of the row in another column of the table, which a table that is new gets. May "
           "be repeated")
        ->allow_extra_args(false);
    command->callback([arguments, &chosen] {
        chosen = [hub = arguments->hub, request = add_request(*arguments)](const Streams& streams) {
            return run_add(hub, request, streams);
        };
    });
}

}  // namespace onnxhub
