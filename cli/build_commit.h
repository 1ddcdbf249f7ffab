// SPDX-License-Identifier: Apache-2.0
// The commit that the program was built from. Only the program itself is linked with it, so that a
// new commit links nothing else again.
#pragma once

namespace onnxhub {

/// 40 hex digits, followed by "-modified" when files had uncommitted changes; "unknown" when the
/// sources were not in git.
extern const char* const build_commit;

}  // namespace onnxhub
