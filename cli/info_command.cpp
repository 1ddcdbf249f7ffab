// SPDX-License-Identifier: Apache-2.0
// `onnxhub info`: show one model of a hub.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/escaping.h"
#include "base/quantity.h"
#include "base/user_error.h"
#include "cli/command.h"
#include "cli/hub_options.h"
#include "cli/kept_inference.h"
#include "cli/model_report.h"
#include "cli/peek_options.h"
#include "cli/progress.h"
#include "cli/short_list.h"
#include "cli/terminal.h"
#include "hosting/client/model_query.h"
#include "manifest/port_text.h"
#include "model/model_graph.h"
#include "model/model_opsets.h"
#include "model/onnx_worker.h"
#include "model/shape_inference.h"
#include "remote/remote_model.h"

namespace onnxhub {
namespace {

struct InfoArguments {
    HubArguments hub;
    std::string model;
    VersionConstraint constraint = {{}, {}, {}};
    bool json = false;
    std::string format = "text";
    PeekArguments peek;
};

/// Text of one entry: lines with labels.
class Sheet {
public:
    explicit Sheet(std::optional<std::size_t> width) : width_(width) {}

    void line(std::string_view label, const std::string& text) {
        text_ += wrapped(fmt::format("  {:10} ", label), printable(text), width_);
    }

    void content(std::string_view label, const std::string& path, const StatedContent& content) {
        line(label, path);
        if (content.size_bytes) {
            line("", fmt::format("{} ({} bytes)", human_bytes(*content.size_bytes),
                                 *content.size_bytes));
        }
        if (content.sha) line("", "sha256 " + to_hex(*content.sha));
    }

    void facts(const ModelFacts& about) {
        line_if("task", about.task);
        line_if("about", about.description);
        line_if("author", about.author);
        line_if("license", about.license);
        if (about.parameters) line("parameters", with_thousands(*about.parameters));
    }

    void ports(std::string_view label, const std::vector<Port>& ports) {
        for (const Port& port : ports) {
            line(label, fmt::format("{}  {}", port.name, to_text(port)));
        }
    }

    const std::string& text() const { return text_; }

private:
    void line_if(std::string_view label, const std::optional<std::string>& text) {
        if (text) line(label, *text);
    }

    std::optional<std::size_t> width_;
    std::string text_;
};

/// Opsets of the other versions of a model, smallest first.
std::set<std::int64_t> other_opsets(const ManifestDocument& document, const Entry& entry) {
    std::set<std::int64_t> opsets;
    ModelFilter filter{{}, {}, {}, {}, {}};
    filter.model = entry.model;
    for (const ManifestEntry* version : list_models(document, filter)) {
        opsets.insert(version->entry->opset_version);
    }
    opsets.erase(entry.opset_version);
    return opsets;
}

std::string info_text(const Entry& entry, const std::set<std::int64_t>& others,
                      std::optional<std::size_t> width) {
    Sheet sheet(width);
    sheet.line("opset", fmt::format("{} (ONNX {})", entry.opset_version, entry.onnx_version));
    if (!others.empty()) {
        std::vector<std::string> opsets;
        for (const std::int64_t opset : others) opsets.push_back(std::to_string(opset));
        sheet.line("others", "opset " + joined_short(opsets));
    }
    sheet.line("tags", fmt::format("{}", fmt::join(entry.tags, ", ")));
    sheet.facts(entry.about);
    sheet.content("file", entry.model_path, entry.content);
    for (const ExternalDataFile& file : entry.external_data) {
        sheet.content("weights", file.path, {file.sha, file.size_bytes});
    }
    const auto all_bytes = stated_bytes(entry);
    if (all_bytes && !entry.external_data.empty()) {
        sheet.line("size", human_bytes(*all_bytes) + " with external data");
    }
    if (entry.archive_path) sheet.content("test data", *entry.archive_path, entry.archive);
    for (const std::string& url : entry.sources) sheet.line("source", url);
    if (entry.io_ports) {
        sheet.ports("input", entry.io_ports->inputs);
        sheet.ports("output", entry.io_ports->outputs);
    }
    if (entry.extra_ports) {
        for (const FeaturePort& port : *entry.extra_ports) {
            sheet.ports("feature", {Port{port.name, port.shape, "tensor(float)"}});
        }
    }
    return printable(entry.model) + "\n" + sheet.text();
}

/// What the servers of the hub say of the model's graph.
RemoteModel peek_model(const HubClient& client, const Entry& entry, const PeekRequest& request) {
    std::vector<ModelAddress> addresses;
    for (const HttpRequest& source : client.requests_for(entry)) {
        addresses.push_back(
            {source.url, source.headers, entry.content.sha, entry.content.size_bytes});
    }
    if (addresses.empty()) {
        throw UserError(client.name() +
                        ": is not on a server; use `onnxhub inspect --peek FILE` "
                        "in its folder");
    }
    return read_remote_model(addresses, request);
}

/// The graph as text or JSON.
std::string peeked_text(const RemoteModel& remote, bool as_json) {
    const auto inference = kept_shape_inference(std::make_shared<OnnxWorkers>());
    auto read = read_model_graph(*remote.content, inference.get(), {});
    if (const auto* error = std::get_if<SkeletonError>(&read)) {
        throw UserError(remote.url + ": " + error->reason);
    }
    const ModelReport report{
        remote.url, remote.content->size_bytes(), std::nullopt,
        std::get<ModelGraph>(std::move(read)),
        RemoteReading{remote.requests, remote.bytes, remote.is_bound, remote.stated_sha}};
    return as_json ? report_json(report, false) + "\n" : report_text(report, false);
}

std::string peeked_opsets(const RemoteModel& remote, bool as_json) {
    const auto read = read_model_opsets(*remote.content);
    if (const auto* error = std::get_if<SkeletonError>(&read)) {
        throw UserError(remote.url + ": " + error->reason);
    }
    const auto& opsets = std::get<ModelOpsets>(read);
    return as_json ? opsets_json(remote.url, opsets) + "\n" : opsets_text(remote.url, opsets);
}

ExitCode run_info(const InfoArguments& arguments, const Streams& streams) {
    HubClient client(client_options(arguments.hub, streams));
    const ManifestEntry& entry =
        find_model(client, arguments.model, arguments.constraint, arguments.hub);
    const bool as_json = arguments.json || arguments.format == "json";
    auto request = peek_request(arguments.peek);
    if (request && arguments.hub.is_offline) {
        throw UserError("command line: --peek reads from a server; leave out --offline");
    }
    if (as_json && !request) {
        write_json(streams, entry_text(entry.json()) + "\n");
        return ExitCode::done;
    }
    std::string text;
    if (!as_json) {
        text = info_text(*entry.entry,
                         other_opsets(client.manifest_of(entry.entry->model), *entry.entry),
                         terminal_width(streams));
    }
    if (request) {
        request->http.policy = client.http_options().policy;
        const RemoteModel remote = peek_model(client, *entry.entry, *request);
        if (!as_json) text += "\n";
        text += request->depth == PeekDepth::opset ? peeked_opsets(remote, as_json)
                                                   : peeked_text(remote, as_json);
        if (!remote.is_bound) note(streams, not_verified);
    }
    if (as_json) {
        write_json(streams, text);
    } else {
        write_lines(streams, text);
    }
    return ExitCode::done;
}

}  // namespace

void add_info_command(CLI::App& app, Command& chosen) {
    auto arguments = std::make_shared<InfoArguments>();
    CLI::App* command = app.add_subcommand("info", "Show one model of a hub");
    command->add_option("NAME", arguments->model, "Name of the model")->required();
    add_hub_options(*command, arguments->hub);
    add_version_options(*command, arguments->constraint);
    add_peek_options(*command, arguments->peek);
    command->add_flag("--json", arguments->json, "Print the entry of the manifest as JSON");
    command->add_option("--format", arguments->format, "Print as text or json (default: text)")
        ->type_name("text|json")
        ->check(CLI::IsMember({"text", "json"}));
    command->callback([arguments, &chosen] {
        chosen = [arguments](const Streams& streams) {
            choose_hub_here(arguments->hub, streams);
            return run_info(*arguments, streams);
        };
    });
}

}  // namespace onnxhub
