// SPDX-License-Identifier: Apache-2.0
#include "cli/shard_options.h"

#include <CLI/CLI.hpp>

namespace onnxhub {
CLI::Option* add_shard_option(CLI::App& command, std::optional<Shard>& shard) {
    return command
        .add_option_function<std::string>(
            "--shard",
            [&shard](const std::string& text) {
                shard = parse_shard(text);
                if (shard) return;
                throw CLI::ValidationError(
                    "--shard", "\"" + text + "\" is not I/N, such as 3/7, the third of seven");
            },
            "Process the I-th of N shares of the hub's models; `onnxhub merge` joins the results")
        ->type_name("I/N");
}

CLI::Option* add_max_disk_option(CLI::App& command, std::optional<std::uint64_t>& bytes) {
    return command
        .add_option("--max-disk", bytes, "Fetch no more than this at a time: 50GiB, 500MB")
        ->type_name("SIZE")
        ->transform(CLI::AsSizeValue(false));
}

}  // namespace onnxhub
