// SPDX-License-Identifier: Apache-2.0
// Finds common ancestors in shallow clones. libgit2 before 1.7 fails at their missing parents.
#pragma once

#include <git2.h>

#include <optional>

namespace onnxhub {

/// The best common ancestor (the newest if there are several), with history starting where the
/// clone was cut. nullopt when there is none locally. Throws UserError when a commit within that
/// history is missing.
std::optional<git_oid> merge_base_in_shallow_clone(git_repository* repository, const git_oid& one,
                                                   const git_oid& other);

}  // namespace onnxhub
