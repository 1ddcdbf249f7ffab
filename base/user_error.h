// SPDX-License-Identifier: Apache-2.0
// The one exception that crosses modules: the work can't be done at all.
#pragma once

#include <stdexcept>
#include <string>

namespace onnxhub {

/// Thrown when no result is possible: no repository here, a full disk, an unreadable manifest.
/// `what()` reads "<file>[:<line>]: <what is wrong>; <what to do>". The command prints
/// "onnxhub: error: " and this text, and ends with exit status 2.
class UserError : public std::runtime_error {
public:
    explicit UserError(const std::string& what) : std::runtime_error(what) {}
};

/// The text of `error` without the leading "<file>: ", for diagnostics that name the file
/// themselves.
inline std::string reason_without_file(const UserError& error, const std::string& file) {
    const std::string text = error.what();
    return text.starts_with(file + ": ") ? text.substr(file.size() + 2) : text;
}

/// Thrown by long work when its user asked to stop (Ctrl-C). The command ends with status 130.
class Interrupted : public std::runtime_error {
public:
    Interrupted() : std::runtime_error("interrupted") {}
};

}  // namespace onnxhub
