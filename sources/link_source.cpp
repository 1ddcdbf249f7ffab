// SPDX-License-Identifier: Apache-2.0
// SourceKind::links: files that hold the URL of one model.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/ascii.h"
#include "base/glob.h"
#include "manifest/hub_path.h"
#include "manifest/rule_ids.h"
#include "sources/model_templates.h"
#include "sources/source_reader.h"
#include "sources/source_url.h"
#include "sources/text_file.h"

namespace onnxhub {
namespace {

constexpr std::uint64_t link_file_limit = 8 * 1024;  // bytes

bool is_link_file(const SourceSettings& source, const std::string& path) {
    return std::ranges::any_of(
        source.paths, [&](const std::string& glob) { return glob_matches_exactly(glob, path); });
}

/// Reads the link files of one source.
class LinkFileReader {
public:
    explicit LinkFileReader(const SourceRequest& request)
        : request_(request), templates_(request.source, {}) {}

    void read(const std::string& file) {
        const auto text = read_text_file(request_.tree, file, link_file_limit);
        if (const auto* unusable = std::get_if<UnusableText>(&text)) {
            lose(file, Severity::error, rule_id::source_url_unusable, unusable->message,
                 unusable->hint);
            return;
        }
        const std::string_view url = trimmed(std::get<std::string>(text));
        if (auto path = own_path(request_.settings.repository, url)) {
            return add(file, std::move(*path), url, {});
        }
        auto parsed = parse_source_url(url);
        if (const auto* unusable = std::get_if<UnusableUrl>(&parsed)) {
            const std::string message = fmt::format("its URL {}", unusable->message);
            if (unusable->is_other_format) {
                lose(file, Severity::warning, rule_id::source_url_other_format, message,
                     unusable->hint);
            } else {
                lose(file, Severity::error, rule_id::source_url_unusable, message, unusable->hint);
            }
            return;
        }
        auto& elsewhere = std::get<SourceUrl>(parsed);
        const std::string folder(parent_folder(file));
        add(file, folder.empty() ? elsewhere.file_name : folder + "/" + elsewhere.file_name, url,
            {std::move(elsewhere.url)});
    }

    SourceResult take() { return std::move(result_); }

private:
    void add(const std::string& file, std::string model_path, std::string_view link,
             std::vector<std::string> urls) {
        DescribedModel model;
        model.source_file = file;
        model.line = 1;
        model.model_path = std::move(model_path);
        model.urls = std::move(urls);
        templates_.apply({{"link", std::string(link)}}, model, result_.diagnostics);
        result_.models.push_back(std::move(model));
    }

    void lose(const std::string& file, Severity severity, const char* rule,
              const std::string& message, const std::string& hint) {
        result_.diagnostics.report({severity, rule, file, 1, message, hint});
        result_.lost_files.push_back(file);
    }

    const SourceRequest& request_;
    const ModelTemplates templates_;
    SourceResult result_;
};

}  // namespace

SourceResult read_link_source(const SourceRequest& request) {
    LinkFileReader reader(request);
    for (const std::string& file : request.files) {
        if (is_link_file(request.source, file)) reader.read(file);
    }
    return reader.take();
}

}  // namespace onnxhub
