// SPDX-License-Identifier: Apache-2.0
// SourceKind::records: documents with many models.
#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/parallel.h"
#include "base/user_error.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "sources/document_facts.h"
#include "sources/document_path.h"
#include "sources/model_templates.h"
#include "sources/record_walk.h"
#include "sources/source_documents.h"
#include "sources/source_reader.h"
#include "sources/source_url.h"

namespace onnxhub {
namespace {

/// More records of one document are refused, to bound memory.
constexpr std::size_t record_limit = 100'000;

DocumentPath path_of_records(const SourceSettings& source) {
    auto path = parse_document_path(source.records, Wildcards::allowed);
    if (const auto* bad = std::get_if<BadDocumentPath>(&path)) {
        throw UserError("\"" + source.records + "\": " + bad->message + "; correct the path");
    }
    return std::get<DocumentPath>(std::move(path));
}

/// One record, and what becomes of it.
class RecordReader {
public:
    RecordReader(const FactPaths& facts, const ModelTemplates& templates, const std::string& file,
                 const std::optional<RepositoryUrl>& own, SourceResult& result)
        : facts_(facts), templates_(templates), file_(file), own_(own), result_(result) {}

    void read(const DocumentValue& record, const std::string& key) {
        if (!record.is_mapping()) {
            refuse(record.line(), key, rule_id::record_incomplete,
                   fmt::format("the record \"{}\" is not a mapping", key),
                   "correct it, or `records` of the [[source]]");
            return;
        }
        DocumentFacts facts = facts_.read(record, file_, result_.diagnostics);
        DescribedModel model;
        model.source_file = file_;
        model.line = record.line();
        if (!set_place(facts, key, model)) return;
        model.facts = std::move(facts.values);
        model.tags = std::move(facts.tags);
        templates_.apply({{"key", key}}, model, result_.diagnostics);
        if (!model.name && !model.facts.contains(Fact::name) && !key.empty()) model.name = key;
        result_.models.push_back(std::move(model));
    }

private:
    /// Sets path and URLs; false when the record is reported.
    bool set_place(const DocumentFacts& facts, const std::string& key, DescribedModel& model) {
        for (const StatedValue& text : facts.urls) {
            if (auto path = own_path(own_, text.text)) {
                model.urls.clear();
                model.model_path = std::move(*path);
                return true;
            }
            auto parsed = parse_source_url(text.text);
            if (const auto* unusable = std::get_if<UnusableUrl>(&parsed)) {
                refuse(
                    text.line, key,
                    unusable->is_other_format ? rule_id::source_url_other_format
                                              : rule_id::source_url_unusable,
                    fmt::format("the URL \"{}\" of \"{}\" {}", text.text, key, unusable->message),
                    unusable->hint,
                    unusable->is_other_format ? Severity::warning : Severity::error);
                return false;
            }
            auto& url = std::get<SourceUrl>(parsed);
            if (model.urls.empty() && !set_path(url.file_name, text.line, key, model)) return false;
            model.urls.push_back(std::move(url.url));
        }
        if (facts.path) return set_path(facts.path->text, facts.path->line, key, model);
        if (!model.urls.empty()) return true;
        refuse(model.line, key, rule_id::record_incomplete,
               fmt::format("the record \"{}\" has neither a URL nor a path", key),
               "add one, or correct `facts` of the [[source]]");
        return false;
    }

    bool set_path(const std::string& text, int line, const std::string& key,
                  DescribedModel& model) {
        auto path = clean_hub_path(parent_folder(file_), text);
        if (auto* clean = std::get_if<std::string>(&path); clean && !clean->empty()) {
            model.model_path = std::move(*clean);
            return true;
        }
        const auto* unsafe = std::get_if<UnsafePath>(&path);
        refuse(line, key, rule_id::record_incomplete,
               fmt::format("the path \"{}\" of \"{}\" can't be used: it {}", text, key,
                           unsafe ? unsafe->reason : "is not a file"),
               "write a path relative to this file");
        return false;
    }

    void refuse(int line, const std::string& key, const char* rule, std::string message,
                std::string hint, Severity severity = Severity::error) {
        result_.broken.push_back({file_, line, key, ""});
        result_.diagnostics.report(
            {severity, rule, file_, line, std::move(message), std::move(hint)});
    }

    const FactPaths& facts_;
    const ModelTemplates& templates_;
    const std::string& file_;
    const std::optional<RepositoryUrl>& own_;
    SourceResult& result_;
};

/// Reads the documents of one source.
class RecordDocuments {
public:
    explicit RecordDocuments(const SourceRequest& request)
        : request_(request),
          path_(path_of_records(request.source)),
          is_any_value_(path_.back().kind == PathSegment::Kind::any_depth),
          facts_(request.source),
          templates_(request.source, {}) {}

    /// Thread-safe.
    SourceResult read(const std::string& file) const {
        SourceResult result;
        const auto document = read_document(request_.tree, file, nullptr, result.diagnostics);
        if (!document) {
            result.lost_files.push_back(file);
            return result;
        }
        RecordReader reader(facts_, templates_, file, request_.settings.repository, result);
        std::size_t count = 0;
        const bool is_complete = visit_records(
            *document, path_, [&](const DocumentValue& value, const std::string& key) {
                if (is_any_value_ && !is_record(value)) return true;
                if (++count > record_limit) return false;
                reader.read(value, key);
                return true;
            });
        if (!is_complete) {
            result = {};
            result.lost_files.push_back(file);
            result.diagnostics.report({Severity::error, rule_id::source_unreadable, file, 0,
                                       count > record_limit
                                           ? fmt::format("has over {} records", record_limit)
                                           : "has too many records by its aliases",
                                       "split it into smaller files"});
        }
        return result;
    }

private:
    /// "**" leads to all values.
    bool is_record(const DocumentValue& value) const {
        return value.is_mapping() &&
               (facts_.has(value, Fact::url) || facts_.has(value, Fact::path));
    }

    const SourceRequest& request_;
    DocumentPath path_;
    bool is_any_value_;
    FactPaths facts_;
    ModelTemplates templates_;
};

}  // namespace

SourceResult read_record_source(const SourceRequest& request) {
    SourceResult result;
    const RecordDocuments documents(request);
    const std::vector<std::string> files = files_of_source(request, result.diagnostics);
    std::vector<SourceResult> parts(files.size());
    for_each_index(parts.size(), request.jobs,
                   [&](std::size_t i) { parts[i] = documents.read(files[i]); });
    for (SourceResult& part : parts) append(std::move(part), result);
    return result;
}

}  // namespace onnxhub
