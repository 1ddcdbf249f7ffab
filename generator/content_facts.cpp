// SPDX-License-Identifier: Apache-2.0
#include "generator/content_facts.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/user_error.h"
#include "manifest/rule_ids.h"
#include "repository/annex_key.h"
#include "repository/foreign_pointer.h"

namespace onnxhub {
namespace {

/// Stays in the second-level cache between the copy by the kernel and SHA-256. With 512 KiB, the
/// kernel needs three times as long.
constexpr std::size_t hash_block = 64 * 1024;  // bytes

Diagnostic unreadable(const std::string& path, std::string message, std::string hint) {
    return {Severity::error,    rule_id::file_unreadable, path, 0,
            std::move(message), std::move(hint)};
}

/// Splits "<path>: <what is wrong>; <what to do>", since diagnostics have separate fields.
Diagnostic unreadable(const std::string& path, const UserError& error) {
    std::string message = error.what();
    if (message.starts_with(path + ": ")) message.erase(0, path.size() + 2);
    const std::size_t end = message.find("; ");
    std::string hint = end == message.npos ? "" : message.substr(end + 2);
    message.resize(std::min(end, message.size()));
    return unreadable(path, std::move(message), std::move(hint));
}

Diagnostic malformed(const std::string& path, const MalformedPointer& pointer) {
    return {Severity::error,
            rule_id::pointer_malformed,
            path,
            pointer.line,
            "broken Git LFS pointer: " + pointer.reason,
            "restore it with `git checkout <good commit> -- '" + path + "'`"};
}

PointerForm form_of(const LfsPointer& pointer) {
    if (pointer.has_crlf) return PointerForm::crlf;
    return pointer.is_canonical ? PointerForm::canonical : PointerForm::other;
}

using KnownFacts = std::variant<ContentFacts, HashNeeded, Diagnostic>;

KnownFacts facts_of_pointer(const Tree& tree, const std::string& path, const LfsPointer& pointer,
                            const FactOptions& options) {
    if (options.rehash) {
        const auto object = tree.open_lfs_object(pointer);
        if (object && hash_content(*object, options.observer) != pointer.oid) {
            return Diagnostic{
                Severity::error,
                "lfs-object-corrupt",
                path,
                0,
                "the SHA-256 of the object in the local LFS store differs from its name",
                "delete it and get it again with `git lfs fsck` and `git lfs fetch`"};
        }
    }
    return ContentFacts{pointer.oid, pointer.size_bytes, FactSource::pointer, form_of(pointer)};
}

KnownFacts facts_of_annex_key(const Tree& tree, const std::string& path, const AnnexKey& key,
                              const FactOptions& options) {
    if (options.rehash) {
        const auto object = tree.open_annex_object(key);
        if (object && hash_content(*object, options.observer) != key.sha) {
            return Diagnostic{
                Severity::error,
                "annex-object-corrupt",
                path,
                0,
                "the SHA-256 of the object in the local git-annex store differs from its key",
                "check it with `git annex fsck`, and get it again with `git annex get`"};
        }
    }
    return ContentFacts{key.sha, key.size_bytes, FactSource::annex};
}

KnownFacts facts_of_small_file(const Tree& tree, const std::string& path,
                               const FactOptions& options) {
    if (const auto pointer = tree.known_pointer(path)) {
        return facts_of_pointer(tree, path, *pointer, options);
    }
    const std::string content = read_whole(*tree.open(path), lfs_pointer_size_limit, path);
    const auto parsed = parse_lfs_pointer(content);
    if (const auto* broken = std::get_if<MalformedPointer>(&parsed))
        return malformed(path, *broken);
    if (const auto* pointer = std::get_if<LfsPointer>(&parsed)) {
        return facts_of_pointer(tree, path, *pointer, options);
    }
    if (const auto key = annex_key_of_pointer(content)) {
        return facts_of_annex_key(tree, path, *key, options);
    }
    if (auto foreign = find_foreign_pointer(content)) {
        return unreadable(path, std::move(foreign->reason), std::move(foreign->hint));
    }
    if (options.observer) options.observer->hashed(0);  // lets the observer stop
    return ContentFacts{sha256_of(content), content.size(), FactSource::hashed};
}

/// The key of git-annex that the pointer or link at `path` has.
std::optional<AnnexKey> annex_key_at(const Tree& tree, const std::string& path) {
    const auto stat = tree.stat(path);
    if (!stat) return std::nullopt;
    if (stat->kind == FileKind::symlink) return annex_key_of_link(tree.read_link(path));
    return annex_key_of_pointer(read_whole(*tree.open(path), lfs_pointer_size_limit, path));
}

KnownFacts known_facts(const Tree& tree, const std::string& path, const FactOptions& options) {
    const auto stat = tree.stat(path);
    if (!stat) return unreadable(path, "does not exist", "add it, or correct what names it");
    if (stat->kind == FileKind::symlink) {
        const auto key = annex_key_of_link(tree.read_link(path));
        if (key) return facts_of_annex_key(tree, path, *key, options);
    }
    if (stat->kind != FileKind::regular) {
        return unreadable(path, "is not a regular file", "replace it with one");
    }
    if (stat->size_bytes < lfs_pointer_size_limit) return facts_of_small_file(tree, path, options);
    if (!options.rehash) {
        if (const auto pointer = tree.unmodified_pointer(path)) {
            return ContentFacts{pointer->oid, pointer->size_bytes, FactSource::index};
        }
    }
    return HashNeeded{stat->size_bytes};
}

}  // namespace

bool is_annex_link(const Tree& tree, const std::string& path) {
    const auto stat = tree.stat(path);
    return stat && stat->kind == FileKind::symlink && !stat->is_ignored &&
           annex_key_of_link(tree.read_link(path)).has_value();
}

std::variant<ContentFacts, HashNeeded, Diagnostic> known_content_facts(const Tree& tree,
                                                                       const std::string& path,
                                                                       const FactOptions& options) {
    try {
        return known_facts(tree, path, options);
    } catch (const UserError& error) {
        return unreadable(path, error);
    }
}

std::variant<ContentFacts, Diagnostic> hash_file(const Tree& tree, const std::string& path,
                                                 HashObserver* observer) {
    try {
        const auto source = tree.open(path);
        const Sha256 digest = hash_content(*source, observer);
        return ContentFacts{digest, source->size_bytes(), FactSource::hashed};
    } catch (const UserError& error) {
        return unreadable(path, error);
    }
}

std::variant<ContentFacts, Diagnostic> read_content_facts(const Tree& tree, const std::string& path,
                                                          const FactOptions& options) {
    auto known = known_content_facts(tree, path, options);
    if (auto* facts = std::get_if<ContentFacts>(&known)) return *facts;
    if (auto* diagnostic = std::get_if<Diagnostic>(&known)) return std::move(*diagnostic);
    return hash_file(tree, path, options.observer);
}

Sha256 hash_content(const ByteSource& source, HashObserver* observer) {
    thread_local const auto block = std::make_unique<std::byte[]>(hash_block);
    Sha256Hasher hasher;
    const std::uint64_t size = source.size_bytes();
    for (std::uint64_t offset = 0; offset < size;) {
        const std::size_t wanted = std::min<std::uint64_t>(hash_block, size - offset);
        const std::size_t count = source.read(offset, {block.get(), wanted});
        if (count == 0) {
            throw UserError(
                "the file became shorter while it was read; try again when it is complete");
        }
        hasher.update({block.get(), count});
        offset += count;
        if (observer) observer->hashed(count);
    }
    // Another process may still be writing the file, and the digest of an incomplete file would be
    // wrong.
    if (source.read(size, {block.get(), 1}) != 0) {
        throw UserError("the file became longer while it was read; try again when it is complete");
    }
    return hasher.finish();
}

std::unique_ptr<ByteSource> open_content(const Tree& tree, const std::string& path,
                                         const ContentFacts& facts) {
    if (facts.source == FactSource::annex) {
        const auto key = annex_key_at(tree, path);
        return key ? tree.open_annex_object(*key) : nullptr;
    }
    if (facts.source != FactSource::pointer) return tree.open(path);
    LfsPointer pointer;
    pointer.oid = facts.sha;
    pointer.size_bytes = facts.size_bytes;
    return tree.open_lfs_object(pointer);
}

bool have_same_content(const Tree& one_tree, const std::string& one, const Tree& other_tree,
                       const std::string& other) {
    const auto one_blob = one_tree.blob_id(one);
    const auto other_blob = other_tree.blob_id(other);
    if (one_blob && other_blob) return *one_blob == *other_blob;
    const auto one_facts = read_content_facts(one_tree, one, {});
    const auto other_facts = read_content_facts(other_tree, other, {});
    const auto* one_content = std::get_if<ContentFacts>(&one_facts);
    const auto* other_content = std::get_if<ContentFacts>(&other_facts);
    return one_content && other_content && one_content->sha == other_content->sha;
}

}  // namespace onnxhub
