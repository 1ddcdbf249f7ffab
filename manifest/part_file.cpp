// SPDX-License-Identifier: Apache-2.0
#include "manifest/part_file.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <utility>
#include <variant>

#include "base/byte_source.h"
#include "base/escaping.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

[[noreturn]] void refuse_at(const std::string& place, const std::string& reason) {
    throw UserError(
        fmt::format("{}: {}; name a file that `onnxhub` wrote with --format json or --shard", place,
                    printable(reason)));
}

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

PartFile read_part_file(const std::string& name) {
    auto parsed = parse_json(read_file(name, json_size_limit));
    if (const auto* error = std::get_if<JsonSyntaxError>(&parsed)) {
        refuse_at(fmt::format("{}:{}", printable(name), error->line), error->message);
    }
    return {name, std::get<JsonDocument>(std::move(parsed)).root};
}

void refuse_part_file(const std::string& name, const std::string& reason) {
    refuse_at(printable(name), reason);
}

void require_all_shards(const std::vector<PartFile>& files, const std::vector<Shard>& shards) {
    std::map<std::uint32_t, std::string> file_of;
    const std::uint32_t count = shards.front().count;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string name = printable(files[i].name);
        if (shards[i].count != count) {
            throw UserError(
                fmt::format("{}: is shard {}, but {} is of {} shards; name all parts of one run",
                            name, to_text(shards[i]), printable(files.front().name), count));
        }
        const auto [known, is_new] = file_of.try_emplace(shards[i].number, name);
        if (is_new) continue;
        throw UserError(fmt::format("{}: is shard {}, and so is {}; name each part once", name,
                                    to_text(shards[i]), known->second));
    }
    if (file_of.size() == count) return;
    throw UserError(
        fmt::format("{}: is one of {} shards, and these are missing: {}; name all parts of one run",
                    printable(files.front().name), count, missing_text(file_of, count)));
}

}  // namespace onnxhub
