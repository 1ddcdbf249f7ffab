// SPDX-License-Identifier: Apache-2.0
// Text of a repository, which may hold anything, as text of a document: never as its markup, a
// terminal escape or a command to the runner of a workflow.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// `text` with control characters (line breaks and terminal escapes among them) and bytes that are
/// not UTF-8 written as \xNN, fit for one line of a terminal or a log.
std::string printable(const std::string& text);

/// printable(), and long texts are cut: a hostile file can make a message of any length.
std::string shown(const std::string& text);

/// One line of text as GitHub flavoured Markdown that shows just that: in table cells too, and
/// without the links GitHub makes of mentions, issues and addresses.
std::string markdown_text(const std::string& text);

/// A code span: its fence is longer than any run of backticks in it. Not for table cells, where a
/// pipe would end it.
std::string markdown_code(const std::string& text);

/// A document printed in a workflow's log must not give the runner commands: beside lines that
/// begin with "::" it obeys "##[command]" anywhere in a line (ActionCommand.TryParse in
/// https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs). Writes
/// `number_sign` for the second '#' of each "##[".
std::string without_runner_commands(std::string_view text, std::string_view number_sign);

}  // namespace onnxhub
