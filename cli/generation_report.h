// SPDX-License-Identifier: Apache-2.0
// What a person is told of a new manifest, and where it goes: for the commands that make one.
#pragma once

#include <cstddef>
#include <string>

#include "cli/command.h"
#include "generator/generate.h"

namespace onnxhub {

/// "1 entry", "189 entries".
std::string entry_count(std::size_t count);

/// What is missing, moved and gone, and where facts came from.
void tell_result(const Streams& streams, const GenerateResult& result);

/// Whether rows have no entry for want of bytes.
bool has_unmade_entries(const GenerateResult& result);

/// Whether so many of `present_count` entries would go that a person should confirm it first, see
/// needs_confirmation(). Then says so.
bool refuses_removals(const Streams& streams, const ManifestUpdate& update,
                      std::size_t present_count);

/// Writes `text` to a file, or to standard output for "-", and says so: "FILE: `what` written". A
/// file that holds the text already is left alone. Throws UserError when that can't be.
void write_document(const Streams& streams, const std::string& output, const std::string& text,
                    const std::string& what);

}  // namespace onnxhub
