// SPDX-License-Identifier: Apache-2.0
// SHA-256 and size of a file, from the cheapest reliable source.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <variant>

#include "base/digest.h"
#include "manifest/diagnostic.h"
#include "repository/tree.h"

namespace onnxhub {

/// Sources of facts, cheapest first.
enum class FactSource {
    pointer,  ///< the file is a Git LFS pointer with these values
    annex,    ///< the file is a pointer or link of git-annex, whose key has these values
    index,    ///< unmodified since git recorded it, and git has the pointer
    hashed,   ///< every byte was read
};

/// Notation of a Git LFS pointer.
enum class PointerForm { canonical, crlf, other };

struct ContentFacts {
    Sha256 sha;
    std::uint64_t size_bytes = 0;
    FactSource source = FactSource::hashed;
    PointerForm pointer_form = PointerForm::canonical;  ///< only for FactSource::pointer

    bool operator==(const ContentFacts&) const = default;
};

/// Called from worker threads while hashing; must return quickly. Throw Interrupted to stop.
class HashObserver {
public:
    virtual ~HashObserver() = default;
    virtual void hashed(std::uint64_t bytes) = 0;  ///< bytes since the last call
};

struct FactOptions {
    bool rehash = false;  ///< hash all available content, LFS objects too
    HashObserver* observer = nullptr;
};

/// The facts are only available by reading the file.
struct HashNeeded {
    std::uint64_t size_bytes = 0;
};

/// Whether the file at `path` itself is a symbolic link into git-annex's store that states SHA-256
/// and size. Such a link has facts, although it leads to no file of the hub.
bool is_annex_link(const Tree& tree, const std::string& path);

/// Facts of the file at `path` that are available without hashing: a regular file (after resolving
/// symbolic links) or a link as in is_annex_link(). An unreadable file, a broken pointer, or a
/// pointer of another tool is a diagnostic at `path`.
std::variant<ContentFacts, HashNeeded, Diagnostic> known_content_facts(const Tree& tree,
                                                                       const std::string& path,
                                                                       const FactOptions& options);

/// Facts of the regular file at `path`, by hashing it.
std::variant<ContentFacts, Diagnostic> hash_file(const Tree& tree, const std::string& path,
                                                 HashObserver* observer);

/// known_content_facts() and then, if needed, hash_file(): facts of the regular file at `path`
/// (after resolving symbolic links). An unreadable file or a broken pointer is a diagnostic at
/// `path`.
std::variant<ContentFacts, Diagnostic> read_content_facts(const Tree& tree, const std::string& path,
                                                          const FactOptions& options);

/// Hashes in one streaming pass with constant memory. Throws UserError when reading fails or the
/// source ends before its size.
Sha256 hash_content(const ByteSource& source, HashObserver* observer);

/// Opens the content that `facts` describe: the file itself, or the object in the local store of
/// Git LFS or git-annex when the file is a pointer; null when the content is not available locally.
std::unique_ptr<ByteSource> open_content(const Tree& tree, const std::string& path,
                                         const ContentFacts& facts);

/// Whether two regular files have the same bytes, by the cheapest reliable means. An unreadable
/// file differs from every file.
bool have_same_content(const Tree& one_tree, const std::string& one, const Tree& other_tree,
                       const std::string& other);

}  // namespace onnxhub
