// SPDX-License-Identifier: Apache-2.0
#include "sources/source_documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "base/glob.h"
#include "manifest/rule_ids.h"
#include "sources/document_parser.h"
#include "sources/text_file.h"

namespace onnxhub {
namespace {

DocumentResult parse_file(const Tree& tree, const std::string& file,
                          const std::vector<DocumentPath>* wanted) {
    const auto format = document_format_of(file);
    if (!format) {
        return DocumentError{0, "is not named .yaml, .yml, .json or .toml",
                             "rename it, or correct the globs of the [[source]]"};
    }
    auto text = read_text_file(tree, file, document_size_limit);
    if (auto* unusable = std::get_if<UnusableText>(&text)) {
        return DocumentError{0, std::move(unusable->message), std::move(unusable->hint)};
    }
    return parse_document(std::get<std::string>(text), *format, wanted);
}

}  // namespace

std::vector<std::string> files_of_source(const SourceRequest& request, Diagnostics& diagnostics) {
    std::vector<bool> is_chosen(request.files.size(), false);
    for (const std::string& text : request.source.paths) {
        const Glob glob(text);
        bool has_match = false;
        for (std::size_t i = 0; i < request.files.size(); ++i) {
            if (!glob.matches(request.files[i])) continue;
            is_chosen[i] = true;
            has_match = true;
        }
        if (has_match) continue;
        diagnostics.report({Severity::warning, rule_id::source_matches_nothing,
                            request.settings.file, request.source.line,
                            fmt::format("\"{}\" of this [[source]] matches no file", text),
                            "correct or remove it"});
    }
    std::vector<std::string> chosen;
    for (std::size_t i = 0; i < request.files.size(); ++i) {
        if (is_chosen[i]) chosen.push_back(request.files[i]);
    }
    return chosen;
}

std::optional<Document> read_document(const Tree& tree, const std::string& file,
                                      const std::vector<DocumentPath>* wanted,
                                      Diagnostics& diagnostics) {
    DocumentResult result = parse_file(tree, file, wanted);
    if (auto* document = std::get_if<Document>(&result)) return std::move(*document);
    auto& error = std::get<DocumentError>(result);
    diagnostics.report({Severity::error, rule_id::source_unreadable, file, error.line,
                        std::move(error.message), std::move(error.hint)});
    return std::nullopt;
}

}  // namespace onnxhub
