// SPDX-License-Identifier: Apache-2.0
// `onnxhub add`: add a model to a hub.
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
#include "cli/generation_report.h"
#include "cli/hub_folder_option.h"
#include "cli/hub_options.h"
#include "cli/hub_printer.h"
#include "cli/interruption.h"
#include "cli/kept_inference.h"
#include "cli/key_options.h"
#include "cli/option_text.h"
#include "hosting/scaffold/hub_add.h"
#include "hosting/scaffold/hub_signatures.h"
#include "hosting/scaffold/readme_edit.h"
#include "hosting/scaffold/regenerate.h"
#include "manifest/diagnostic.h"
#include "model/onnx_worker.h"

namespace onnxhub {
namespace {

struct AddArguments {
    std::string model;
    std::string hub;
    std::optional<std::string> folder;
    std::optional<std::string> tags;
    std::optional<std::string> name;
    std::optional<std::string> onnx_version;
    std::optional<std::string> test_data;
    std::string description;
    std::vector<std::string> accuracy;
    bool force = false;
    bool signs = false;
    SignerArguments signer;
};

std::vector<std::string> parse_tags(const std::string& text) {
    std::vector<std::string> tags;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        tags.emplace_back(trimmed(text.substr(begin, end - begin), " \t"));
        if (tags.back().empty() || tags.back().find('/') != std::string::npos) {
            throw CLI::ValidationError(
                "--tags", "\"" + text + "\" is not a list such as vision,classification");
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
                "\"" + printable(cell) + "\" is not COLUMN=TEXT, such as \"Top-1 accuracy=75.2\"");
        }
        if (is_column_of_models(column)) {
            throw CLI::ValidationError("--accuracy",
                                       "`add` fills in the column \"" + column + "\" itself");
        }
        columns[column] = std::string(trimmed(cell.substr(cell.find('=') + 1), " \t"));
    }
    return columns;
}

/// Also accepts releases newer than this program.
bool is_release(const std::string& version) {
    static const std::regex numbers("[0-9]{1,4}\\.[0-9]{1,4}(\\.[0-9]{1,4})?");
    return std::regex_match(version, numbers);
}

void check_add_options(const AddArguments& arguments) {
    if (arguments.name) require_one_line("--name", *arguments.name);
    if (!arguments.description.empty()) require_one_line("--description", arguments.description);
    if (arguments.folder && arguments.folder->empty()) {
        throw CLI::ValidationError("--class", "is empty; use \".\" for the hub's top directory");
    }
    if (arguments.onnx_version && !is_release(*arguments.onnx_version)) {
        throw CLI::ValidationError("--onnx-version",
                                   "\"" + printable(*arguments.onnx_version) +
                                       "\" is not a release such as 1.14 or 1.4.1");
    }
}

AddRequest add_request(const AddArguments& arguments) {
    if (arguments.hub.ends_with(".onnx")) {
        throw CLI::ValidationError("\"" + printable(arguments.hub) +
                                   "\" is a second model, and `add` takes one; run it once for "
                                   "each model");
    }
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
    request.force = arguments.force;
    return request;
}

/// Writes the model's signature beside it.
void sign_added_model(const std::string& model_path, const ModelSigner& signer,
                      ContentObserver* content, FileTransaction& change, Diagnostics& diagnostics) {
    change.watch(signature_of_model(model_path));
    const HubSignatures signatures =
        sign_hub_models(open_hub(change.hub(), {}), {{model_path}}, signer, content, diagnostics);
    if (signatures.failed > 0) {
        throw UserError(model_path +
                        ": can't be signed, so nothing was written; fix the problems reported "
                        "above");
    }
    for (const HubSignature& made : signatures.made) change.stage_text(made.path, made.text);
    change.apply();
}

/// `signer` may be null.
ExitCode run_add(const std::string& hub, AddRequest request, const ModelSigner* signer,
                 const Streams& streams) {
    catch_interruptions();
    const auto workers = std::make_shared<OnnxWorkers>();
    const auto checker = isolated_model_checker(workers);
    const auto inference = kept_shape_inference(workers);
    HubPrinter printer(streams);
    const HubLock lock = lock_hub(hub, printer);
    FileTransaction change(hub, check_interruption, &lock);
    std::string model_path;
    Diagnostics remarks;
    request.remarks = &remarks;
    try {
        model_path = add_model(request, *checker, inference.get(), change);
        print(streams, remarks);
    } catch (const NotDescribed& error) {
        print_error(streams, error);
        return ExitCode::findings;
    }
    printer.run([&](Diagnostics& diagnostics) {
        regenerate_entry(change, model_path, inference.get(), &printer.progress(), diagnostics);
        if (signer) {
            sign_added_model(model_path, *signer, &printer.progress(), change, diagnostics);
        }
    });
    check_interruption();
    change.keep();
    std::string text;
    for (const std::string& path : change.written()) text += printable(path) + "\n";
    write_lines(streams, text);
    warn_of_old_statement(hub, streams);
    note(streams, change.written().empty()
                      ? printable(model_path) + ": nothing to change"
                      : printable(model_path) +
                            ": added; review it with `git status` and `git diff`, then commit");
    return ExitCode::done;
}

}  // namespace

void add_add_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<AddArguments>();
    CLI::App* command = app.add_subcommand(
        "add", "Add a model to a hub: file, table row, archive and manifest entry");
    command->add_option("MODEL", arguments->model, "Path of the .onnx file")->required();
    const auto option = [command](const char* name, auto& value, const char* type,
                                  const char* help) {
        return command->add_option(name, value, help)->type_name(type);
    };
    CLI::Option* folder =
        command->add_option("DIR", arguments->hub, hub_folder_help)->option_text("[DIR]");
    option("--hub-dir", arguments->hub, "DIR", "")->group("")->excludes(folder);
    option("--class", arguments->folder, "FOLDER",
           "Put the model into this directory, such as vision/classification/mnist; the segments "
           "become its tags; \".\" is the hub's top directory (default: that of --tags, or the "
           "hub's only one)");
    option("--tags", arguments->tags, "TAG,…",
           "Set the model's tags, which also choose the directory: vision,classification is "
           "vision/classification");
    option("--name", arguments->name, "TEXT",
           "Set the model's name (default: from its row, or from the file name)");
    option(
        "--onnx-version", arguments->onnx_version, "VERSION",
        "Set the ONNX release (default: from its row, or the oldest that supports the model's IR "
        "version and opset)");
    option("--test-data", arguments->test_data, "DIR",
           "Pack test_data_set_0, … of this directory into the archive beside the model");
    option("--description", arguments->description, "TEXT", "Describe a new model class");
    option("--accuracy", arguments->accuracy, "COLUMN=TEXT",
           "Fill in another column of the row; a new table gets the column. May be repeated")
        ->allow_extra_args(false);
    command->add_flag("--force", arguments->force,
                      "Add a model that breaks a rule of ONNX's operators or that ONNX's checker "
                      "rejects; print the reason as a warning");
    CLI::Option* sign = command->add_flag(
        "--sign", arguments->signs, "Write the model's signature beside it, see `onnxhub sign`");
    option("--key", arguments->signer.key, "FILE",
           "With --sign, use this private key in PEM (default: the text in ONNXHUB_SIGNING_KEY)")
        ->needs(sign);
    option("--certificate-chain", arguments->signer.certificates, "FILE",
           "With --sign, put these certificates into the signature. May be repeated")
        ->allow_extra_args(false)
        ->needs(sign);
    command->callback([arguments, &chosen] {
        chosen = [arguments, request = add_request(*arguments)](const Streams& streams) {
            choose_hub_folder(arguments->hub, streams);
            std::optional<ModelSigner> signer;
            if (arguments->signs) signer = read_signer(arguments->signer, streams);
            return run_add(arguments->hub, request, signer ? &*signer : nullptr, streams);
        };
    });
}

}  // namespace onnxhub
