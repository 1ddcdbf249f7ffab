// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/signed_folder.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "base/parallel.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "repository/git_repository.h"

namespace onnxhub {
namespace {

namespace fs = std::filesystem;

/// Why the file itself cannot be read; nothing: it can, or does not exist.
std::optional<std::string> unreadable_kind(const Tree& tree, const fs::path& folder,
                                           const std::string& path) {
    const auto stat = tree.stat(path);
    if (stat) {
        if (stat->kind == FileKind::symlink) return "is a symbolic link";
        if (stat->kind != FileKind::regular) return "is not a regular file";
        return std::nullopt;
    }
    std::error_code error;
    const bool is_behind_link = fs::exists(fs::symlink_status(folder / path, error));
    return is_behind_link ? std::optional<std::string>("is behind a symbolic link") : std::nullopt;
}

bool is_from_pointer(const ContentFacts& facts) {
    return facts.source == FactSource::pointer || facts.source == FactSource::annex;
}

/// SHA-256 of a part of a file.
Sha256 hash_part(const ByteSource& source, std::uint64_t begin, std::uint64_t end,
                 HashObserver* observer) {
    Sha256Hasher hasher;
    std::vector<std::byte> block(512 * 1024);
    for (std::uint64_t at = begin; at < end;) {
        const auto wanted = std::span(block).first(std::min<std::uint64_t>(end - at, block.size()));
        const std::size_t count = source.read(at, wanted);
        if (count == 0) break;
        hasher.update(wanted.first(count));
        if (observer) observer->hashed(count);
        at += count;
    }
    return hasher.finish();
}

std::vector<std::string> ignored_with(const SignedFolder& folder, const fs::path& signature,
                                      const std::vector<std::string>& more) {
    std::vector<std::string> ignored = more;
    if (const auto inside = folder.path_inside(signature)) ignored.push_back(*inside);
    return ignored;
}

/// Paths as statements list them; the others cannot be signed.
void require_signable(const std::string& path) {
    const auto checked = check_hub_path(path);
    const auto* unsafe = std::get_if<UnsafePath>(&checked);
    if (!unsafe) return;
    throw UserError(path + ": can't be signed, its path " + unsafe->reason +
                    "; rename it, or leave it out with --ignore-paths");
}

}  // namespace

SignedFolder::SignedFolder(const fs::path& folder, HashObserver* observer)
    : folder_(folder), observer_(observer) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        throw UserError(folder.string() + ": is not a directory; name the model's directory");
    }
    tree_ = folder_tree(folder);
    has_pointers_ = GitRepository::find(folder) != nullptr;
}

std::vector<std::string> SignedFolder::files() const {
    std::vector<std::string> found;
    std::error_code error;
    fs::recursive_directory_iterator at(folder_, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        const fs::file_status status = at->symlink_status(error);
        if (error || fs::is_directory(status)) continue;
        found.push_back(at->path().lexically_relative(folder_).string());
    }
    if (error) {
        throw UserError(folder_.string() + ": can't be read (" + error.message() +
                        "); make all its directories readable");
    }
    std::ranges::sort(found);
    return found;
}

SignedContent::Result SignedFolder::digest(const std::string& path) const {
    if (const auto reason = unreadable_kind(*tree_, folder_, path)) return NoDigest{*reason};
    if (!tree_->stat(path)) return NoDigest{};
    const auto facts = has_pointers_ ? read_content_facts(*tree_, path, {false, observer_})
                                     : hash_file(*tree_, path, observer_);
    if (const auto* problem = std::get_if<Diagnostic>(&facts)) return NoDigest{problem->message};
    const auto& found = std::get<ContentFacts>(facts);
    if (is_from_pointer(found)) ++pointers_;
    return Digest{found.sha, found.size_bytes};
}

SignedContent::Result SignedFolder::digest_of_part(const std::string& path, std::uint64_t begin,
                                                   std::uint64_t end) const {
    if (const auto reason = unreadable_kind(*tree_, folder_, path)) return NoDigest{*reason};
    if (!tree_->stat(path)) return NoDigest{};
    try {
        const auto source = tree_->open(path);
        return Digest{hash_part(*source, begin, end, observer_), source->size_bytes()};
    } catch (const UserError& error) {
        return NoDigest{reason_without_file(error, path)};
    }
}

std::string SignedFolder::name() const {
    std::error_code error;
    const fs::path whole = fs::canonical(folder_, error);
    return (error ? folder_ : whole).filename().string();
}

std::optional<std::string> SignedFolder::path_inside(const fs::path& file) const {
    std::error_code error;
    const fs::path folder =
        fs::weakly_canonical(file.parent_path().empty() ? "." : file.parent_path(), error);
    const fs::path inside =
        (folder / file.filename()).lexically_relative(fs::weakly_canonical(folder_, error));
    if (inside.empty() || *inside.begin() == "..") return std::nullopt;
    return inside.generic_string();
}

std::vector<std::string> paths_in(const SignedFolder& folder,
                                  const std::vector<std::string>& named) {
    std::vector<std::string> paths;
    for (const std::string& path : named) {
        const fs::path clean = fs::path(path).lexically_normal();
        const bool has_name = clean.has_filename();
        paths.push_back(folder.path_inside(has_name ? clean : clean.parent_path()).value_or(path));
    }
    return paths;
}

std::string sign_folder(const SignedFolder& folder, const fs::path& signature,
                        const FolderSigning& options, const ModelSigner& signer) {
    ModelStatement statement{folder.name(), {}, {}, always_ignored_paths()};
    for (std::string& path : ignored_with(folder, signature, options.ignored_paths)) {
        statement.ignored_paths.push_back(std::move(path));
    }
    for (std::string& path : folder.files()) {
        if (is_ignored_path(path, statement.ignored_paths)) continue;
        require_signable(path);
        statement.resources.push_back({std::move(path), {}, 0, 0});
    }
    if (statement.resources.empty()) {
        throw UserError(folder.name() + ": has no files to sign; name the model's directory");
    }
    if (statement.resources.size() > resource_limit) {
        throw UserError(folder.name() + ": has more files than a signature may list (" +
                        std::to_string(resource_limit) + "); leave some out with --ignore-paths");
    }
    for_each_index(statement.resources.size(), options.jobs, [&](std::size_t i) {
        SignedResource& resource = statement.resources[i];
        const auto found = folder.digest(resource.path);
        if (const auto* none = std::get_if<SignedContent::NoDigest>(&found)) {
            throw UserError(resource.path + ": can't be signed, it " +
                            (none->reason.empty() ? "was removed" : none->reason) +
                            "; replace it with a file, or leave it out with --ignore-paths");
        }
        resource.digest = std::get<SignedContent::Digest>(found).sha;
    });
    return sign_model(statement, signer);
}

std::vector<FileDifference> compare_folder(const ModelStatement& statement,
                                           const SignedFolder& folder, const fs::path& signature,
                                           const FolderSigning& options) {
    return compare_files(statement, folder,
                         {ignored_with(folder, signature, options.ignored_paths),
                          options.ignores_unsigned_files, options.jobs});
}

}  // namespace onnxhub
