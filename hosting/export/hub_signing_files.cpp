// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/hub_signing_files.h"

#include <fmt/format.h>

#include <utility>

#include "base/decimal.h"
#include "base/utc_time.h"
#include "repository/hub_folder.h"
#include "trust/hub_roots.h"
#include "trust/hub_statement.h"
#include "trust/refusal.h"

namespace onnxhub {
namespace {

const std::string statement_of_copy(hub_statement_name);

std::vector<std::string> ids_of(const KeyRole& role) {
    std::vector<std::string> ids;
    for (const PublicKey& key : role.keys) ids.push_back(key.id());
    return ids;
}

NamedFile named_file(const std::string& text) {
    return {sha256_of(text), text.size()};
}

HubSigningFiles left_out(const std::string& reason) {
    HubSigningFiles none;
    none.problem = fmt::format("the copy is not signed, because {}", reason);
    return none;
}

}  // namespace

HubSigningFiles signing_files_of(const Tree& tree, std::string_view manifest) {
    const auto text = read_hub_file(tree, statement_of_copy, statement_size_limit);
    if (!text) return {};
    const HubRoots roots = read_hub_roots([&](std::uint64_t number) {
        return read_hub_file(tree, root_path(number), root_size_limit);
    });
    try {
        const HubRoot& root = roots.newest();
        const HubStatement statement = open_statement(*text, root);
        if (statement.manifest != sha256_of(manifest)) {
            return left_out(
                "its manifest is not the one that was signed; sign the hub again with "
                "`onnxhub sign`, and copy all of its models");
        }
        HubSigningFiles result;
        result.files.emplace(statement_of_copy, named_file(*text));
        for (const HostedRoot& hosted : roots.followed) {
            result.files.emplace(root_path(hosted.root.number), named_file(hosted.text));
        }
        result.facts = SignedFacts{root.hub,
                                   statement.version,
                                   utc_date_text(statement.expires),
                                   statement.manifest,
                                   root.number,
                                   ids_of(root.roots),
                                   ids_of(root.releases)};
        return result;
    } catch (const Refused& error) {
        return left_out(error.what());
    }
}

bool is_signing_file(const std::string& path) {
    if (path == statement_of_copy) return true;
    const std::string prefix = std::string(root_folder) + "/root-";
    constexpr std::string_view suffix = ".json";
    if (!path.starts_with(prefix) || !path.ends_with(suffix)) return false;
    if (path.size() <= prefix.size() + suffix.size()) return false;
    const auto number = parse_decimal<std::uint64_t>(
        std::string_view(path).substr(prefix.size(), path.size() - prefix.size() - suffix.size()));
    return number && *number >= 1 && *number <= root_number_limit && path == root_path(*number);
}

}  // namespace onnxhub
