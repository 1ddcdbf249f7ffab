// SPDX-License-Identifier: Apache-2.0
// Compares files with the list in a model's signature.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "trust/model_statement.h"

namespace onnxhub {

/// The folder that a signature is about. Methods are thread-safe.
class SignedContent {
public:
    virtual ~SignedContent() = default;

    /// Everything in the folder that is not a folder, by relative path; the paths may be any bytes.
    virtual std::vector<std::string> files() const = 0;

    struct Digest {
        Sha256 sha;
        std::uint64_t size_bytes = 0;  ///< of the whole file
    };
    /// Why there is no digest: "is a symbolic link". Empty: the file does not exist.
    struct NoDigest {
        std::string reason;
    };
    using Result = std::variant<Digest, NoDigest>;

    /// Of a whole file.
    virtual Result digest(const std::string& path) const = 0;
    /// Of the bytes from `begin` to before `end`, or to the end of a shorter file.
    virtual Result digest_of_part(const std::string& path, std::uint64_t begin,
                                  std::uint64_t end) const = 0;
};

struct FileDifference {
    enum class Kind {
        changed,       ///< other content than signed
        missing,       ///< signed, but not there
        not_signed,    ///< there, but not signed
        not_readable,  ///< signed, and there, but not a file whose content can be checked
    };
    Kind kind = Kind::changed;
    std::string path;
    std::string detail = {};  ///< with not_readable: why

    bool operator==(const FileDifference&) const = default;
};

struct ComparisonOptions {
    std::vector<std::string> ignored_paths = {};  ///< in addition to those of the statement
    bool ignores_unsigned_files = false;
    unsigned jobs = 0;  ///< threads; 0: one per core
};

/// Files at the top of a folder that no signature covers.
const std::vector<std::string>& always_ignored_paths();

/// Whether `path` is one of `ignored`, or in one of them. An ignored path that is empty, absolute
/// or leaves the folder covers nothing.
bool is_ignored_path(const std::string& path, const std::vector<std::string>& ignored);

/// What differs between the statement and the files, sorted by path. Empty: nothing. Signed files
/// are compared even if a path to ignore covers them.
std::vector<FileDifference> compare_files(const ModelStatement& statement,
                                          const SignedContent& content,
                                          const ComparisonOptions& options);

/// "changed: a/b.onnx", "not signed: c.txt".
std::string to_text(const FileDifference& difference);

}  // namespace onnxhub
