// SPDX-License-Identifier: Apache-2.0
#include "generator/part_files.h"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <variant>

#include "base/escaping.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

ManifestPart part_in(const PartFile& file) {
    if (!is_manifest_part(file.document)) {
        refuse_part_file(file.name, "is not a part of a manifest");
    }
    auto parsed = parse_manifest_part(file.document);
    if (const auto* reason = std::get_if<std::string>(&parsed)) {
        refuse_part_file(file.name, *reason);
    }
    ManifestPart& part = std::get<ManifestPart>(parsed);
    if (!part.is_complete) {
        throw UserError(printable(file.name) +
                        ": is the --resume file of an unfinished run; name the part that it "
                        "writes at its end");
    }
    return std::move(part);
}

}  // namespace

MergedParts merge_part_files(const std::vector<PartFile>& files, Diagnostics& diagnostics) {
    std::vector<ManifestPart> parts;
    std::vector<Shard> shards;
    for (const PartFile& file : files) {
        parts.push_back(part_in(file));
        shards.push_back(parts.back().shard);
        if (parts.back().inputs == parts.front().inputs) continue;
        throw UserError(
            fmt::format("{}: belongs to another state of the hub than {}; run "
                        "all shards on the same commit",
                        printable(file.name), printable(files.front().name)));
    }
    require_all_shards(files, shards);
    return merge_parts(std::move(parts), diagnostics);
}

}  // namespace onnxhub
