// SPDX-License-Identifier: Apache-2.0
// Common ancestors in shallow clones: libgit2 before 1.7 stumbles over the parents which they lack.
#pragma once

#include <git2.h>

#include <optional>

namespace onnxhub {

/// The best common ancestor (of several the newest), taking the history to begin where the clone
/// was cut. Nothing when there is none here. Throws UserError when a commit is missing that
/// should be here.
std::optional<git_oid> merge_base_in_shallow_clone(git_repository* repository, const git_oid& one,
                                                   const git_oid& other);

}  // namespace onnxhub
