// SPDX-License-Identifier: Apache-2.0
// The options of every command that reads from a hub, and the client they make.
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
    std::optional<std::string> cache;  ///< absent: the folder shared with the Python client
    bool is_offline = false;
};

void add_hub_options(CLI::App& command, HubArguments& arguments);

/// --opset, --max-opset, --max-ir
void add_version_options(CLI::App& command, VersionConstraint& constraint);

/// Options of commands that get files.
struct DownloadArguments {
    std::vector<std::string> mirrors;
    bool trust = false;
};

void add_download_options(CLI::App& command, DownloadArguments& arguments);

/// For a client that loads no files.
ClientOptions client_options(const HubArguments& arguments, const Streams& streams);

/// For one that does: whoever has not said --trust is asked on the terminal, once.
ClientOptions client_options(const HubArguments& arguments, const DownloadArguments& download,
                             const Streams& streams);

/// The folder of the cache, for commands that need no hub.
std::filesystem::path cache_folder_of(const std::optional<std::string>& cache);

/// The entry a user means. Throws UserError with what there is instead.
const ManifestEntry& find_model(const ManifestDocument& document, const std::string& model,
                                const VersionConstraint& constraint);

/// Writes a command's result byte for byte: a document that is inert by itself, or one whose bytes
/// matter. Throws UserError when it can't be written.
void write_result(const Streams& streams, const std::string& text);

/// Writes a result in lines for people. Names in it may come from a hub: each line is
/// escaped_line(), and none begins with "::", which a workflow's runner would obey.
void write_lines(const Streams& streams, const std::string& text);

/// Writes paths, one a line. Programs open them, so only runner commands are broken up.
void write_paths(const Streams& streams, const std::vector<std::string>& paths);

/// Writes a document in JSON, whose texts may hold "##[": the same document without it.
void write_json(const Streams& streams, const std::string& text);

}  // namespace onnxhub
