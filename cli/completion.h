// SPDX-License-Identifier: Apache-2.0
// What can follow the words of an unfinished command line. Pure: names of models, tags, refs and
// rules come from an interface.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_description.h"

namespace onnxhub {

/// Names that the command line doesn't define. Hubs and repositories choose most of them, so they
/// may hold any bytes.
class CompletionNames {
public:
    virtual ~CompletionNames() = default;
    /// Of this hub; absent: the default one.
    virtual std::vector<std::string> models(const std::optional<std::string>& hub) = 0;
    virtual std::vector<std::string> tags(const std::optional<std::string>& hub) = 0;
    virtual std::vector<std::string> hubs() = 0;   ///< of the user's configuration
    virtual std::vector<std::string> refs() = 0;   ///< of the repository around the current folder
    virtual std::vector<std::string> rules() = 0;  ///< with their families
};

struct Candidate {
    std::string word;  ///< replaces the whole last word, "--format=json" too
    std::string help;  ///< one line; may be empty
};

struct Completion {
    /// Whether paths fit too, which the shell knows.
    enum class Paths { none, files, folders } paths = Paths::none;
    std::vector<Candidate> candidates;
};

/// `words` follow the program's name; the last one is unfinished and may be empty. Only candidates
/// that begin with it are returned. A name with control characters or invalid UTF-8 is left out,
/// because no shell could show it, and so is one that begins with "-", which would be an option.
Completion complete(const CommandDescription& program, const std::vector<std::string>& words,
                    CompletionNames& names);

/// For the shells' scripts: "none", "files" or "folders", then a line "WORD<TAB>HELP" for each
/// candidate.
std::string to_text(const Completion& completion);

}  // namespace onnxhub
