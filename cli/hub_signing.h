// SPDX-License-Identifier: Apache-2.0
// The parts of `sign` and `verify` that are about whole hubs: roots and statements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"

namespace CLI {
class App;
}

namespace onnxhub {

/// Options of `sign` for signed hubs.
struct HubSigningArguments {
    std::string location;
    std::vector<std::string> keys;  ///< files; empty: ONNXHUB_SIGNING_KEY
    bool is_first = false;          ///< --init
    bool is_root = false;           ///< --root
    bool is_cosigning = false;      ///< --cosign
    std::optional<std::string> hub_name;
    std::vector<std::string> added_root_keys;
    std::vector<std::string> removed_root_keys;  ///< files or ids
    std::vector<std::string> added_release_keys;
    std::vector<std::string> removed_release_keys;
    std::optional<std::size_t> threshold;
    std::optional<std::size_t> release_threshold;
    std::optional<std::int64_t> lifetime_seconds;
    std::optional<std::string> branch;
    bool has_no_branch = false;
    std::uint64_t least_version = 1;
    bool has_index = false;
    std::optional<std::string> output;
};

/// Signs the hub, or makes or cosigns a root, and writes the one file that changes.
ExitCode sign_whole_hub(const HubSigningArguments& arguments, const Streams& streams);

/// Options of `verify` for signed hubs.
struct HubVerificationArguments {
    std::string location;  ///< a folder, a repository with :ref, or a URL
    std::optional<std::string> key;
    std::optional<std::string> root;
    bool checks_content = false;
    unsigned jobs = 0;
};

ExitCode verify_whole_hub(const HubVerificationArguments& arguments, const Streams& streams);

/// "90d" or "12h" in seconds: from one hour to 3,650 days. Throws CLI::ValidationError.
std::int64_t parse_lifetime(const std::string& text);

}  // namespace onnxhub
