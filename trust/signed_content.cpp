// SPDX-License-Identifier: Apache-2.0
#include "trust/signed_content.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/parallel.h"
#include "manifest/hub_path.h"

namespace onnxhub {
namespace {

using Kind = FileDifference::Kind;

/// Ignored paths, ready to look up.
class IgnoredPaths {
public:
    void add(const std::vector<std::string>& paths) {
        for (const std::string& path : paths) {
            const auto clean = clean_hub_path("", path);
            const auto* usable = std::get_if<std::string>(&clean);
            if (usable && !usable->empty()) {
                paths_.insert(*usable);
            } else if (path == ".git") {
                paths_.insert(path);  // no path of a hub, but a usual one to leave out
            }
        }
    }

    bool covers(std::string_view path) const {
        for (; !path.empty(); path = parent_folder(path)) {
            if (paths_.contains(std::string(path))) return true;
        }
        return false;
    }

private:
    std::unordered_set<std::string> paths_;
};

std::optional<FileDifference> compare_resource(const SignedResource& resource, bool has_parts,
                                               std::uint64_t signed_size,
                                               const SignedContent& content) {
    const auto found = has_parts
                           ? content.digest_of_part(resource.path, resource.begin, resource.end)
                           : content.digest(resource.path);
    if (const auto* none = std::get_if<SignedContent::NoDigest>(&found)) {
        if (none->reason.empty()) return FileDifference{Kind::missing, resource.path};
        return FileDifference{Kind::not_readable, resource.path, none->reason};
    }
    const auto& digest = std::get<SignedContent::Digest>(found);
    const bool is_same =
        digest.sha == resource.digest && (!has_parts || digest.size_bytes == signed_size);
    return is_same ? std::nullopt : std::optional(FileDifference{Kind::changed, resource.path});
}

}  // namespace

const std::vector<std::string>& always_ignored_paths() {
    static const std::vector<std::string> paths{".git", ".gitattributes", ".github", ".gitignore"};
    return paths;
}

bool is_ignored_path(const std::string& path, const std::vector<std::string>& ignored) {
    IgnoredPaths paths;
    paths.add(ignored);
    return paths.covers(path);
}

std::vector<FileDifference> compare_files(const ModelStatement& statement,
                                          const SignedContent& content,
                                          const ComparisonOptions& options) {
    const bool has_parts = statement.shard_size.has_value();
    std::unordered_map<std::string_view, std::uint64_t> sizes;
    for (const SignedResource& resource : statement.resources) {
        std::uint64_t& size = sizes[resource.path];
        size = std::max(size, resource.end);
    }
    std::vector<std::optional<FileDifference>> found(statement.resources.size());
    for_each_index(found.size(), options.jobs, [&](std::size_t i) {
        const SignedResource& resource = statement.resources[i];
        found[i] = compare_resource(resource, has_parts, sizes.at(resource.path), content);
    });
    std::vector<FileDifference> differences;
    for (auto& difference : found) {
        if (difference) differences.push_back(std::move(*difference));
    }
    if (!options.ignores_unsigned_files) {
        IgnoredPaths ignored;
        ignored.add(always_ignored_paths());
        ignored.add(statement.ignored_paths);
        ignored.add(options.ignored_paths);
        for (std::string& path : content.files()) {
            if (sizes.contains(path) || ignored.covers(path)) continue;
            differences.push_back({Kind::not_signed, std::move(path)});
        }
    }
    std::ranges::sort(differences, [](const FileDifference& a, const FileDifference& b) {
        return std::tie(a.path, a.kind) < std::tie(b.path, b.kind);
    });
    // A file has one difference, however many of its parts have one.
    differences.erase(std::unique(differences.begin(), differences.end(),
                                  [](const FileDifference& a, const FileDifference& b) {
                                      return a.path == b.path && a.kind == b.kind;
                                  }),
                      differences.end());
    return differences;
}

std::string to_text(const FileDifference& difference) {
    switch (difference.kind) {
        case Kind::changed:
            return "changed: " + difference.path;
        case Kind::missing:
            return "missing: " + difference.path;
        case Kind::not_signed:
            return "not signed: " + difference.path;
        case Kind::not_readable:
            break;
    }
    return "not checked: " + difference.path + ": " + difference.detail;
}

}  // namespace onnxhub
