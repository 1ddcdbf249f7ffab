// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/path_ownership.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <variant>

#include "base/spelling.h"
#include "base/user_error.h"
#include "hosting/scaffold/model_files.h"
#include "manifest/hub_path.h"
#include "manifest/manifest.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t largest_manifest = std::uint64_t{512} << 20;  // bytes

/// Models that have the file as external data according to the manifest.
std::set<std::string> users_by_manifest(const Tree& hub, const std::string& path) {
    std::set<std::string> users;
    const std::string manifest(manifest_file_name);
    const auto stat = hub.stat(manifest);
    if (!stat || stat->kind != FileKind::regular) return users;
    const auto document =
        parse_manifest(read_whole(*hub.open(manifest), largest_manifest, manifest));
    if (!std::holds_alternative<ManifestDocument>(document)) return users;
    for (const ManifestEntry& entry : std::get<ManifestDocument>(document).entries) {
        if (!entry.entry) continue;
        for (const ExternalDataFile& file : entry.entry->external_data) {
            if (file.path == path) users.insert(entry.entry->model_path);
        }
    }
    return users;
}

bool graph_names(const Tree& hub, const std::string& model_path, const std::string& path) {
    const auto weights = weights_of_graph(hub, model_path);
    return weights && weights->contains(path);
}

[[noreturn]] void refuse(const std::string& path, const std::string& owner) {
    throw UserError(
        fmt::format("{}: already exists with different content and belongs to {}; choose another "
                    "--class, or give "
                    "the file another name",
                    path, owner));
}

std::string in_quotes(const ModelRow& row) {
    return "\"" + row.name + "\"";
}

std::vector<ModelRow> rows_at(const std::vector<ModelRow>& rows, const std::string& model_path) {
    std::vector<ModelRow> present;
    for (const ModelRow& row : rows) {
        if (row.model_path == model_path) {
            present.push_back(row);
        } else if (lower_case(row.model_path) == lower_case(model_path)) {
            throw UserError(fmt::format(
                "{}: is the same file as {} on Windows and macOS, which is already {}; give it "
                "another name",
                model_path, row.model_path, in_quotes(row)));
        }
    }
    return present;
}

}  // namespace

void check_path_is_own(const std::vector<ModelRow>& rows, const std::string& model_path,
                       bool has_other_bytes) {
    if (rows_at(rows, model_path).empty() && has_other_bytes) {
        refuse(model_path, "a model that no source describes");
    }
}

std::optional<ModelRow> row_to_replace(const std::vector<ModelRow>& rows, const PlaceClaim& claim) {
    const std::vector<ModelRow> present = rows_at(rows, claim.model_path);
    if (present.empty()) {
        if (!claim.has_other_bytes) return std::nullopt;
        refuse(claim.model_path, "a model that no table lists");
    }
    const ModelRow& first = present.front();
    if (first.source_file != claim.readme_path) {
        const std::string& readme = first.source_file;
        throw UserError(
            fmt::format("{}: is already listed in {}; add --class {}", claim.model_path, readme,
                        readme.find('/') == std::string::npos ? "." : parent_folder(readme)));
    }
    if (!claim.name) {
        if (present.size() == 1) return first;
        throw UserError(fmt::format("{}:{}: {} has several rows; choose one with --name",
                                    first.source_file.text(), first.line, claim.model_path));
    }
    const auto same = std::ranges::find(present, *claim.name, &ModelRow::name);
    if (same != present.end()) return *same;
    if (claim.has_other_bytes) refuse(claim.model_path, in_quotes(first));
    if (present.size() == 1) return first;  // the same file with a new name
    throw UserError(
        fmt::format("{}:{}: {} has several rows, none named \"{}\"; rename "
                    "one of them by hand",
                    first.source_file.text(), first.line, claim.model_path, *claim.name));
}

void check_name_is_free(const std::vector<ModelRow>& rows, const std::string& model_path,
                        const std::string& name, std::int64_t opset_version) {
    for (const ModelRow& row : rows) {
        if (row.model_path == model_path || row.opset_version != opset_version) continue;
        if (lower_case(row.name) != lower_case(name)) continue;
        throw UserError(fmt::format(
            "{}:{}: the hub already has {} with opset {}, {}; give this model another --name",
            row.source_file.text(), row.line, in_quotes(row), opset_version, row.model_path));
    }
}

void check_file_is_own(const Tree& hub, const std::vector<ModelRow>& rows,
                       const std::string& model_path, const std::string& path) {
    bool is_own = false;
    const std::set<std::string> users = users_by_manifest(hub, path);
    for (const ModelRow& row : rows) {
        if (row.model_path == path) refuse(path, in_quotes(row));
        const bool uses = row.archive_path == path || users.contains(row.model_path) ||
                          graph_names(hub, row.model_path, path);
        if (!uses) continue;
        if (row.model_path != model_path) refuse(path, in_quotes(row));
        is_own = true;
    }
    if (!is_own) refuse(path, "no known model");
}

}  // namespace onnxhub
