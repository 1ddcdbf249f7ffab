// SPDX-License-Identifier: Apache-2.0
// Prints what changed in a new manifest, and writes it.
#pragma once

#include <cstddef>
#include <string>

#include "cli/command.h"
#include "generator/generate.h"

namespace onnxhub {

/// "1 entry", "189 entries".
std::string entry_count(std::size_t count);

/// Prints missing models, moved and removed entries, and where facts came from.
void print_result(const Streams& streams, const GenerateResult& result);

/// Whether rows have no entry because their content is missing.
bool has_unmade_entries(const GenerateResult& result);

/// Whether so many of `present_count` entries would be removed that the user has to confirm it (see
/// needs_confirmation()). Then reports the error.
bool refuses_removals(const Streams& streams, const ManifestUpdate& update,
                      std::size_t present_count);

/// Prints how many entries a written manifest adds, changes, removes and keeps, with their names:
/// ten at most, all with --verbose. Leaves out names that print_result() prints, and prints nothing
/// when the entries are the same.
void print_entry_changes(const Streams& streams, const ManifestDocument& before,
                         const ManifestUpdate& update);

/// Warns when the statement of a signed hub in the directory `hub` is not about `manifest`, or
/// about the manifest that is there now.
void warn_of_old_statement(const std::string& hub, const std::string& manifest,
                           const Streams& streams);
void warn_of_old_statement(const std::string& hub, const Streams& streams);

/// Writes `text` to a file, or to standard output for "-", and prints "FILE: `what` written". Does
/// not touch a file that has this content already. Throws UserError on failure.
void write_document(const Streams& streams, const std::string& output, const std::string& text,
                    const std::string& what);

}  // namespace onnxhub
