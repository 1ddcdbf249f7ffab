// SPDX-License-Identifier: Apache-2.0
// SHA-256 and size of a file from the cheapest honest source, read or not.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <variant>

#include "base/digest.h"
#include "manifest/diagnostic.h"
#include "repository/tree.h"

namespace onnxhub {

/// Where facts came from, cheapest first.
enum class FactSource {
    pointer,  ///< the file is a Git LFS pointer and names them
    index,    ///< unmodified since git recorded it, and git holds the pointer
    hashed,   ///< every byte was read
};

/// How a Git LFS pointer is written.
enum class PointerForm { canonical, crlf, other };

struct ContentFacts {
    Sha256 sha;
    std::uint64_t size_bytes = 0;
    FactSource source = FactSource::hashed;
    PointerForm pointer_form = PointerForm::canonical;  ///< of FactSource::pointer

    bool operator==(const ContentFacts&) const = default;
};

/// Called from worker threads while hashing; returning is prompt. Throw Interrupted to stop.
class HashObserver {
public:
    virtual ~HashObserver() = default;
    virtual void hashed(std::uint64_t bytes) = 0;  ///< since the last call
};

struct FactOptions {
    bool rehash = false;  ///< no shortcuts: hash whatever bytes are here, LFS objects too
    HashObserver* observer = nullptr;
};

/// No shortcut leads to the facts: the file has to be read.
struct HashNeeded {
    std::uint64_t size_bytes = 0;
};

/// Facts of the regular file at `path` (symbolic links resolved already) as far as they are known
/// without hashing it. A file that is a broken pointer or one of another tool, or can't be read, is
/// a diagnostic at `path`.
std::variant<ContentFacts, HashNeeded, Diagnostic> known_content_facts(const Tree& tree,
                                                                       const std::string& path,
                                                                       const FactOptions& options);

/// Facts of the regular file at `path` by reading all of it.
std::variant<ContentFacts, Diagnostic> hash_file(const Tree& tree, const std::string& path,
                                                 HashObserver* observer);

/// Both in a row. Facts of the regular file at `path` (symbolic links resolved already). A file
/// that is a broken pointer, or can't be read, is a diagnostic at `path`.
std::variant<ContentFacts, Diagnostic> read_content_facts(const Tree& tree, const std::string& path,
                                                          const FactOptions& options);

/// One streaming pass with constant memory. Throws UserError when reading fails or the
/// source ends before its size.
Sha256 hash_content(const ByteSource& source, HashObserver* observer);

/// The content that `facts` describe, for random access: the file itself, or the object in the
/// local LFS store when the file is a pointer; null when the bytes are not here.
std::unique_ptr<ByteSource> open_content(const Tree& tree, const std::string& path,
                                         const ContentFacts& facts);

/// Whether two regular files hold the same bytes, by the cheapest honest means; what can't be read
/// is the same as nothing.
bool have_same_content(const Tree& one_tree, const std::string& one, const Tree& other_tree,
                       const std::string& other);

}  // namespace onnxhub
