// SPDX-License-Identifier: Apache-2.0
// Escapes untrusted text of a repository for documents, terminals and logs. The result never
// contains markup, terminal escapes or commands to the runner of a workflow.
#pragma once

#include <string>
#include <string_view>

namespace onnxhub {

/// `text` with control characters (line breaks and terminal escapes among them) and bytes that are
/// not UTF-8 written as \xNN, fit for one line of a terminal or a log.
std::string printable(const std::string& text);

/// Like printable(), but cuts long texts, since a hostile file can cause a message of any length.
std::string shown(const std::string& text);

/// Escapes one line of text for GitHub flavoured Markdown, also in table cells. GitHub does not
/// turn mentions, issues and addresses in it into links.
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
