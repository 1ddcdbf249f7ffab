// SPDX-License-Identifier: Apache-2.0
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "tests/validator/sample_report.h"

namespace onnxhub {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

std::string markdown(const ValidationReport& report) {
    return render(report, ReportFormat::markdown, sample_options());
}

/// As GitHub turns Markdown into HTML, before it looks for mentions.
std::string html(const std::string& text) {
    cmark_gfm_core_extensions_ensure_registered();
    const std::unique_ptr<cmark_parser, decltype(&cmark_parser_free)> parser(
        cmark_parser_new(CMARK_OPT_UNSAFE), cmark_parser_free);
    for (const char* name : {"table", "autolink", "strikethrough", "tagfilter", "tasklist"}) {
        cmark_parser_attach_syntax_extension(parser.get(), cmark_find_syntax_extension(name));
    }
    cmark_parser_feed(parser.get(), text.data(), text.size());
    const std::unique_ptr<cmark_node, decltype(&cmark_node_free)> root(
        cmark_parser_finish(parser.get()), cmark_node_free);
    const std::unique_ptr<char, decltype(&std::free)> result(
        cmark_render_html(root.get(), CMARK_OPT_UNSAFE,
                          cmark_parser_get_syntax_extensions(parser.get())),
        std::free);
    return result.get();
}

std::string html_of_message(const std::string& message) {
    ValidationReport report;
    report.findings = {sample_finding(Severity::error, "rule", "file", 1)};
    report.findings[0].message = message;
    const std::string text = html(markdown(report));
    const std::size_t begin = text.find("<td>rule</td>\n<td>") + 18;
    return text.substr(begin, text.find("</td>", begin) - begin);
}

TEST(MarkdownReport, IsThisDocument) {
    EXPECT_EQ(markdown(sample_report()), R"doc(## onnxhub validate: 2 errors, 1 warning

| Errors | Warnings | Notes | Entries checked | Rows checked | Files checked |
|---:|---:|---:|---:|---:|---:|
| 2 | 1 | 0 | 189 | 1 | 373 |

### Not checked

- 12 not checked by graph-opset-differs: not downloaded

### Notices

- ::notice:: 2 findings of the baseline are fixed&#92;x0a::error::x

### ` ONNX_HUB_MANIFEST.json `

| | Line | Rule | Finding |
|---|---:|---|---|
| ❌ error | 12 | [model-sha-differs](https://github.com/onnxhub/onnxhub/blob/main/docs/rules.md#model-sha-differs) | model&#95;sha is 1111, the file has 2222<br>run &#96;onnxhub validate --fix&#96; |
| ⚠️ warning |  | [order-differs](https://github.com/onnxhub/onnxhub/blob/main/docs/rules.md#order-differs) | entries are not in order |

### `` a\x0a::error::b,c%|`<i>@me [x](y).md ``

| | Line | Rule | Finding |
|---|---:|---|---|
| ❌ error | 3 | [path-unsafe](https://github.com/onnxhub/onnxhub/blob/main/docs/rules.md#path-unsafe) | '&#92;x1b&#91;31m&#35;&#35;&#91;add-mask&#93;&#64;&#8203;team &#35;&#8203;1 &#60;script&#62;&#38;amp; https:&#8203;//evil.example&#92;xff' &#93;&#93;&#62;<br>&#91;click&#93;&#40;javascript:x&#41; &#124; &#42;&#42;now&#42;&#42;&#92;x0d&#92;x0a::warning:: |
)doc");
}

TEST(MarkdownReport, LinksFilesAndLines) {
    ReportOptions options = sample_options();
    options.files_url =
        "https://github.com/acme/models/blob/0123456789012345678901234567890123456789/";
    ValidationReport report = sample_report();
    report.folder = "hub";
    const std::string text = html(render(report, ReportFormat::markdown, options));
    EXPECT_THAT(text, HasSubstr("<a href=\"" + options.files_url +
                                "hub/ONNX_HUB_MANIFEST.json#L12\">12</a>"));
    EXPECT_THAT(
        text,
        HasSubstr(
            "<a href=\"" + options.files_url +
            "hub/a%0A%3A%3Aerror%3A%3Ab%2Cc%25%7C%60%3Ci%3E%40me%20%5Bx%5D%28y%29.md\"><code>"));
}

TEST(MarkdownReport, ShowsTextFromTheRepositoryAsText) {
    const std::pair<std::string, std::string> texts_and_html[] = {
        {"a | b \\| c", "a | b \\| c"},
        {"`x` *y* _z_ ~~w~~", "`x` *y* _z_ ~~w~~"},
        {"<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"},
        {"[x](https://e)", "[x](https:\u200b//e)"},
        {"![x](y) [^1]", "![x](y) [^1]"},
        {"www.evil.example", "www\u200b.evil.example"},
        {"http://evil.example", "http:\u200b//evil.example"},
        {"me@evil.example", "me@\u200bevil.example"},
        {"@me #1 GH-1 o/r#1", "@\u200bme #\u200b1 GH-\u200b1 o/r#\u200b1"},
        {"1.2.1, opset 7", "1.2.1, opset 7"},
        {"back\\slash", "back\\slash"},
    };
    for (const auto& [text, expected] : texts_and_html) {
        EXPECT_EQ(html_of_message(text), expected);
    }
}

TEST(MarkdownReport, NoticesBeginNoBlocks) {
    for (const char* text : {"- x", "+ x", "* x", "1. x", "1) x", "# x", "> x", "```", "[ ] x"}) {
        ValidationReport report;
        report.notices = {text};
        const std::string shown = *text == '>' ? "&gt; x" : text;
        EXPECT_THAT(html(markdown(report)), HasSubstr("<li>" + shown + "</li>"));
    }
}

TEST(MarkdownReport, FileNamesAreCode) {
    for (const std::string name : {"a`b``c", "`", "a|b", "@me/https://x.example", "<i>", "a\\"}) {
        ValidationReport report;
        report.findings = {sample_finding(Severity::error, "rule", name, 1)};
        const std::string shown = name == "<i>" ? "&lt;i&gt;" : name;
        EXPECT_THAT(html(markdown(report)), HasSubstr("<h3><code>" + shown + "</code></h3>"));
    }
}

TEST(MarkdownReport, TellsFilesWithErrorsFirst) {
    ValidationReport report;
    report.findings = {sample_finding(Severity::note, "rule", "a", 1),
                       sample_finding(Severity::error, "rule", "b", 1)};
    const std::string text = markdown(report);
    EXPECT_LT(text.find("### ` b `"), text.find("### ` a `"));
}

TEST(MarkdownReport, IsCutAtARowBeforeItsLimit) {
    ValidationReport report;
    report.findings.assign(100'000, sample_finding(Severity::error, "rule", "file", 1));
    report.notices.assign(100'000, "a notice");
    const std::string text = markdown(report);
    EXPECT_LT(text.size(), 980'000u);
    EXPECT_GT(text.size(), 979'000u);
    std::size_t rows = 0;
    const std::string row = "| \u274c error | 1 | rule | wrong |\n";
    for (std::size_t at = 0; (at = text.find(row, at)) != text.npos; at += row.size()) ++rows;
    EXPECT_THAT(text, HasSubstr(row + "\n**" + std::to_string(100'000 - rows) + " more findings"));
    EXPECT_THAT(text, EndsWith("list all findings.\n"));
}

TEST(MarkdownReport, HostileTextsCannotFillIt) {
    ValidationReport report;
    Finding finding = sample_finding(Severity::error, "rule", std::string(3'000, '\x01'), 1);
    finding.message = finding.hint = std::string(100'000, '\x01');
    report.findings.assign(50, finding);
    report.notices.assign(1'000, finding.message.substr(0, 5'000));
    report.unchecked.assign(1'000, {"rule", 1, finding.file});
    EXPECT_LT(markdown(report).size(), 980'000u);
}

}  // namespace
}  // namespace onnxhub
