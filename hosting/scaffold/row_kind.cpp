// SPDX-License-Identifier: Apache-2.0
#include "hosting/scaffold/row_kind.h"

#include <algorithm>

#include "base/glob.h"
#include "base/user_error.h"

namespace onnxhub {
namespace {

/// The [[source]] that describes the row first; null for official tables and discovered models.
const SourceSettings* source_of(const ModelRow& row, const Settings& settings) {
    const bool has_source = row.stated && row.stated->source < settings.sources.size();
    return has_source ? &settings.sources[row.stated->source] : nullptr;
}

}  // namespace

RowKind kind_of(const ModelRow& row, const Settings& settings) {
    if (row.source_file == row.model_path) return RowKind::file;
    const SourceSettings* source = source_of(row, settings);
    switch (source ? source->kind : SourceKind::tables) {
        case SourceKind::tables:
            return RowKind::table;
        case SourceKind::files:
            return RowKind::file;
        case SourceKind::sidecar:
        case SourceKind::links:
            return RowKind::document;
        case SourceKind::records:
            return RowKind::record;
    }
    return RowKind::record;
}

bool is_document(const std::string& file, const Settings& settings) {
    return std::ranges::any_of(settings.sources, [&](const SourceSettings& source) {
        if (source.kind != SourceKind::sidecar && source.kind != SourceKind::links) return false;
        return std::ranges::any_of(source.paths, [&](const std::string& glob) {
            return glob_matches_exactly(glob, file);
        });
    });
}

std::set<std::string> documents_of(const ModelRow& row, const Settings& settings) {
    std::set<std::string> documents;
    if (kind_of(row, settings) == RowKind::document) documents.insert(row.source_file);
    if (!row.stated) return documents;
    for (const FactOrigin& origin : row.stated->origins) {
        if (is_document(*origin.file, settings)) documents.insert(*origin.file);
    }
    return documents;
}

std::vector<std::string> name_columns_of(const ModelRow& row, const Settings& settings) {
    const SourceSettings* source = source_of(row, settings);
    if (!source || source->columns.empty()) return {"Model"};
    const auto columns = source->columns.find(std::string(name_of(Fact::name)));
    return columns == source->columns.end() ? std::vector<std::string>() : columns->second;
}

Diagnostics new_problems(const Diagnostics& before, const Diagnostics& after) {
    Diagnostics added;
    for (const Diagnostic& problem : after.all()) {
        const bool is_known = std::ranges::any_of(before.all(), [&](const Diagnostic& known) {
            return known.rule == problem.rule && known.file == problem.file &&
                   known.message == problem.message;
        });
        if (is_known || problem.severity == Severity::note) continue;
        if (problem.severity == Severity::error) {
            throw UserError(to_text(problem) + " (after this change, so nothing was changed)");
        }
        added.report(problem);
    }
    return added;
}

}  // namespace onnxhub
