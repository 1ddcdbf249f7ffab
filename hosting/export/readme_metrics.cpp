// SPDX-License-Identifier: Apache-2.0
#include "hosting/export/readme_metrics.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/spelling.h"
#include "manifest/diagnostic.h"
#include "sources/markdown_table.h"

namespace onnxhub {
namespace {

constexpr std::size_t longest_text = 60;  // bytes

bool names_quality(const std::string& header) {
    const std::string text = lower_case(header);
    if (text.empty() || text.size() > longest_text) return false;
    constexpr const char* measures[] = {"accuracy", "error", "top-1", "map",  "miou", "iou",
                                        "f1",       "psnr",  "bleu",  "wer",  "auc",  "perplexity",
                                        "score",    "fid",   "ssim",  "dice", "mae"};
    return std::ranges::any_of(measures, [&](const char* measure) {
        const std::size_t at = text.find(measure);
        // A whole word: "mapping" and "timeout error code" differ in this.
        const auto is_letter = [&](std::size_t place) {
            return place < text.size() && text[place] >= 'a' && text[place] <= 'z';
        };
        return at != text.npos && (at == 0 || !is_letter(at - 1)) &&
               !is_letter(at + std::string_view(measure).size());
    });
}

std::optional<std::size_t> quality_column(const MarkdownTable& table) {
    for (std::size_t column = 1; column < table.header.size(); ++column) {
        if (names_quality(table.header[column].text)) return column;
    }
    return std::nullopt;
}

/// The first link to a model in the row, without "./"; "" when there is none.
std::string model_link(const MarkdownRow& row) {
    for (const MarkdownCell& cell : row.cells) {
        for (const std::string& link : cell.links) {
            if (!link.ends_with(".onnx")) continue;
            return link.starts_with("./") ? link.substr(2) : link;
        }
    }
    return "";
}

}  // namespace

std::map<std::string, ModelMetric> model_metrics(std::string_view markdown) {
    std::map<std::string, ModelMetric> metrics;
    Diagnostics ignored;
    for (const MarkdownTable& table : parse_markdown_tables(markdown, "README.md", ignored)) {
        const auto column = quality_column(table);
        if (!column) continue;
        for (const MarkdownRow& row : table.rows) {
            const std::string path = model_link(row);
            const std::string& value = row.cells[*column].text;
            if (path.empty() || value.empty() || value.size() > longest_text) continue;
            metrics.try_emplace(path, ModelMetric{table.header[*column].text, value});
        }
    }
    return metrics;
}

}  // namespace onnxhub
