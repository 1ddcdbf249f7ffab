// SPDX-License-Identifier: Apache-2.0
#include "cli/shard_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>

#include "base/escaping.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

constexpr std::size_t named_shards = 5;  // messages only count further missing shards

std::string missing_text(const std::map<std::uint32_t, std::string>& file_of, std::uint32_t count) {
    std::string text;
    std::size_t missing = 0;
    for (std::uint32_t number = 1; number <= count; ++number) {
        if (file_of.contains(number)) continue;
        if (++missing > named_shards) continue;
        text += (text.empty() ? "" : ", ") + to_text(Shard{number, count});
    }
    if (missing > named_shards) text += fmt::format(" and {} more", missing - named_shards);
    return text;
}

}  // namespace

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

void require_all_shards(const std::vector<std::string>& files, const std::vector<Shard>& shards) {
    std::map<std::uint32_t, std::string> file_of;
    const std::uint32_t count = shards.front().count;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string name = printable(files[i]);
        if (shards[i].count != count) {
            throw UserError(
                fmt::format("{}: is shard {}, but {} is of {} shards; name all parts of one run",
                            name, to_text(shards[i]), printable(files.front()), count));
        }
        const auto [known, is_new] = file_of.try_emplace(shards[i].number, name);
        if (is_new) continue;
        throw UserError(fmt::format("{}: is shard {}, and so is {}; name each part once", name,
                                    to_text(shards[i]), known->second));
    }
    if (file_of.size() == count) return;
    throw UserError(
        fmt::format("{}: is one of {} shards, and these are missing: {}; name all parts of one run",
                    printable(files.front()), count, missing_text(file_of, count)));
}

}  // namespace onnxhub
