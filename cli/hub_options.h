// SPDX-License-Identifier: Apache-2.0
// Options of the commands that read a hub, and the client options made from them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "hosting/client/hub_client.h"
#include "hosting/client/model_query.h"

namespace onnxhub {

struct HubArguments {
    std::optional<std::string> hub;    ///< absent: the official one
    bool is_chosen_here = false;       ///< choose_hub_here() chose it
    std::optional<std::string> cache;  ///< absent: the folder shared with the Python client
    bool is_offline = false;
};

void add_hub_options(CLI::App& command, HubArguments& arguments);

/// Replaces a hub that the user did not name by the one that contains the current directory, if
/// there is one with a manifest, and says so.
void choose_hub_here(HubArguments& arguments, const Streams& streams);

/// --opset, --max-opset, --max-ir, --first
void add_version_options(CLI::App& command, VersionConstraint& constraint);

/// Options of commands that download files.
struct DownloadArguments {
    std::vector<std::string> mirrors;
    std::vector<std::string> first_sources;
    bool trust = false;
    bool asks = false;  ///< even if the hub is trusted
    std::vector<std::string> model_keys;
};

void add_download_options(CLI::App& command, DownloadArguments& arguments);

/// Options for a client that downloads no files.
ClientOptions client_options(const HubArguments& arguments, const Streams& streams);

/// Options for a client that downloads files. Without --trust, it asks once on the terminal.
ClientOptions client_options(const HubArguments& arguments, const DownloadArguments& download,
                             const Streams& streams);

/// The cache folder, for commands that need no hub.
std::filesystem::path cache_folder_of(const std::optional<std::string>& cache);

/// "`onnxhub list --hub ./hub`": the command that lists the models of this hub.
std::string list_command_of(const HubArguments& arguments);

/// The text of a local hub's manifest, as the user's pin of the hub accepts it. `location` is what
/// `hub` was made from.
std::string read_manifest_of_hub(const LocalHub& hub, const std::string& location,
                                 const Streams& streams);

/// Finds the entry that the user named in the hub of `arguments`: "MNIST", or "MNIST@8" for its
/// opset 8. Throws UserError with similar names when there is none. The entry belongs to the
/// client.
const ManifestEntry& find_model(HubClient& client, const std::string& model,
                                const VersionConstraint& constraint, const HubArguments& arguments);

/// Writes a command's result unchanged. Only for documents that need no escaping, or whose exact
/// bytes matter. Throws UserError on failure.
void write_result(const Streams& streams, const std::string& text);

/// Writes a result in lines for people. Names in it may come from an untrusted hub, so each line
/// goes through escaped_line(), and none begins with "::", which a workflow's runner would obey.
void write_lines(const Streams& streams, const std::string& text);

/// Writes paths, one per line. Programs open them, so only runner commands are escaped.
void write_paths(const Streams& streams, const std::vector<std::string>& paths);

/// Writes JSON. Escapes "##[" in strings, so that the document means the same.
void write_json(const Streams& streams, const std::string& text);

}  // namespace onnxhub
