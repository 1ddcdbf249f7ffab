// SPDX-License-Identifier: Apache-2.0
// What git says, passed on to a person: servers have a say in it, so it comes as inert text.
#pragma once

#include "cli/command.h"
#include "repository/git_command.h"

namespace onnxhub {

/// To `err`, a line each: "onnxhub: git: …". Progress is drawn on a terminal only.
GitMessages git_messages(const Streams& streams);

}  // namespace onnxhub
