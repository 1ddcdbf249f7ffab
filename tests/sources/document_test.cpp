// SPDX-License-Identifier: Apache-2.0
#include "sources/document_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sources/document_builder.h"

namespace onnxhub {
namespace {

using testing::HasSubstr;

constexpr DocumentFormat all_formats[] = {DocumentFormat::yaml, DocumentFormat::json,
                                          DocumentFormat::toml};

std::string repeat(const std::string& text, std::size_t count) {
    std::string all;
    all.reserve(text.size() * count);
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

/// The tree in one line, with the line of each scalar: "{a: x@1, b: [y@2, null]}".
std::string shown(const DocumentValue& value) {
    if (value.is_null()) return "null";
    if (value.is_scalar()) return std::string(value.text()) + "@" + std::to_string(value.line());
    std::string text;
    for (auto child = value.first(); child; child = child->next()) {
        if (!text.empty()) text += ", ";
        if (value.is_mapping()) text += std::string(child->key()) + ": ";
        text += shown(*child);
    }
    return value.is_mapping() ? "{" + text + "}" : "[" + text + "]";
}

DocumentPath document_path(const std::string& text) {
    return std::get<DocumentPath>(parse_document_path(text, Wildcards::refused));
}

std::string shown(const std::string& text, DocumentFormat format,
                  const std::vector<DocumentPath>* wanted = nullptr) {
    const DocumentResult result = parse_document(text, format, wanted);
    if (const auto* error = std::get_if<DocumentError>(&result)) {
        return std::to_string(error->line) + ": " + error->message + "; " + error->hint;
    }
    return shown(std::get<Document>(result).root());
}

std::string yaml(const std::string& text) {
    return shown(text, DocumentFormat::yaml);
}

TEST(Document, FormatsAreKnownByTheEndOfTheName) {
    EXPECT_EQ(document_format_of("a/b.yaml"), DocumentFormat::yaml);
    EXPECT_EQ(document_format_of("a.YML"), DocumentFormat::yaml);
    EXPECT_EQ(document_format_of("net.onnx.json"), DocumentFormat::json);
    EXPECT_EQ(document_format_of("a.toml"), DocumentFormat::toml);
    EXPECT_EQ(document_format_of("a.txt"), std::nullopt);
    EXPECT_EQ(document_format_of("yaml"), std::nullopt);
}

TEST(Document, AllFormatsGiveTheSameTree) {
    EXPECT_EQ(yaml("a: x\nb:\n  - 1.10\n  - {c: true}\nd: \"\"\n"),
              "{a: x@1, b: [1.10@3, {c: true@4}], d: @5}");
    EXPECT_EQ(
        shown("{\"a\": \"x\",\n\"b\": [1.10,\n{\"c\": true}], \"d\": \"\"}", DocumentFormat::json),
        "{a: x@1, b: [1.10@2, {c: true@3}], d: @3}");
    EXPECT_EQ(shown("b = [1.10,\n{c = true}]\na = 'x'\nd = \"\"\n", DocumentFormat::toml),
              "{b: [1.10@1, {c: true@2}], a: x@3, d: @4}");
}

TEST(Document, ScalarsKeepTheirSpelling) {
    EXPECT_EQ(yaml("[0x10, 1_000, 1.0, yes, 2024-01-01, 'it''s', \"\\u00e9\"]"),
              "[0x10@1, 1_000@1, 1.0@1, yes@1, 2024-01-01@1, it's@1, é@1]");
    EXPECT_EQ(shown("[12345678901234567890123, 1.50, -0, 1e3]", DocumentFormat::json),
              "[12345678901234567890123@1, 1.50@1, -0@1, 1e3@1]");
    EXPECT_EQ(shown("\"é\" = [ 1.50, 1e3, 0x10, 1_000, 2024-01-01 ] # é\n", DocumentFormat::toml),
              "{é: [1.50@1, 1e3@1, 16@1, 1000@1, 2024-01-01@1]}");
}

TEST(Document, NullIsNoText) {
    EXPECT_EQ(yaml("a:\nb: ~\nc: null\nd: 'null'\ne: !!str null\n"),
              "{a: null, b: null, c: null, d: null@4, e: null@5}");
    EXPECT_EQ(shown("{\"a\": null}", DocumentFormat::json), "{a: null}");
    EXPECT_EQ(yaml(""), "null");
    EXPECT_EQ(yaml("# nothing\n"), "null");
}

TEST(Document, ValuesAreFoundByPath) {
    const auto result = parse_document("a:\n  b.c: [x, {d: y}]\n  n: null\n", DocumentFormat::yaml);
    const DocumentValue root = std::get<Document>(result).root();
    const auto text_at = [&](const std::string& path) {
        const auto value = root.find(document_path(path));
        return value ? std::string(value->is_scalar() ? value->text() : "(tree)") : "(none)";
    };
    EXPECT_EQ(text_at("a.\"b.c\".0"), "x");
    EXPECT_EQ(text_at("a.\"b.c\".1.d"), "y");
    EXPECT_EQ(text_at("a.\"b.c\".2"), "(none)");
    EXPECT_EQ(text_at("a.\"b.c\".x"), "(none)");
    EXPECT_EQ(text_at("a.\"b.c\".-1"), "(none)");
    EXPECT_EQ(text_at("a"), "(tree)");
    EXPECT_EQ(text_at("a.n"), "(none)");
    EXPECT_EQ(text_at("a.n.x"), "(none)");
    EXPECT_EQ(text_at("b"), "(none)");
}

TEST(Document, AliasesStandForTheirAnchor) {
    EXPECT_EQ(yaml("a: &x {k: v}\nb: *x\nc: [*x, &y 1, *y]\n"),
              "{a: {k: v@1}, b: {k: v@1}, c: [{k: v@1}, 1@3, 1@3]}");
    EXPECT_EQ(yaml("a: &x 1\nb: &x 2\nc: *x\n"), "{a: 1@1, b: 2@2, c: 2@3}");
    EXPECT_EQ(yaml("a: &x [*x]\n"),
              "1: has the alias \"*x\" before its anchor ends; define the anchor first");
    EXPECT_EQ(yaml("a: *nowhere\n"),
              "1: has the alias \"*nowhere\" before its anchor ends; define the anchor first");
}

TEST(Document, MergeKeysAreResolved) {
    EXPECT_EQ(yaml("d: &d {a: 1, b: 2}\nx:\n  <<: *d\n  b: 3\n"),
              "{d: {a: 1@1, b: 2@1}, x: {b: 3@4, a: 1@1}}");
    EXPECT_EQ(yaml("d: &d {a: 1}\ne: &e {a: 2, b: 3}\nx: {<<: [*d, *e], c: 4}\n"),
              "{d: {a: 1@1}, e: {a: 2@2, b: 3@2}, x: {c: 4@3, a: 1@1, b: 3@2}}");
    EXPECT_EQ(yaml("d: &d {a: 1}\ne: &e {<<: *d}\nx: {<<: *e}\n"),
              "{d: {a: 1@1}, e: {a: 1@1}, x: {a: 1@1}}");
    EXPECT_EQ(
        yaml("x:\n  <<: 1\n"),
        "2: has a merge key \"<<\" whose value is not a mapping; merge an alias of a mapping, "
        "or a list of them");
    EXPECT_EQ(shown("{\"<<\": 1}", DocumentFormat::json), "{<<: 1@1}");
}

TEST(Document, OnlyWantedValuesAreKeptOnRequest) {
    const std::vector<DocumentPath> wanted{document_path("a.b"), document_path("c"),
                                           document_path("l.1.x")};
    const auto kept = [&](const std::string& text) {
        return shown(text, DocumentFormat::yaml, &wanted);
    };
    EXPECT_EQ(kept("z: [1, {a: {b: no}}]\na:\n  x: {b: no}\n  b: yes\n  y: 1\nc: {d: [2]}\ne: f\n"),
              "{a: {b: yes@4}, c: {d: [2@6]}}");
    EXPECT_EQ(kept("l: [{y: 0}, {x: 1, y: 2}]\n"), "{l: [{y: 0@1}, {x: 1@1, y: 2@1}]}");
    EXPECT_EQ(kept("a: x\n"), "{a: x@1}");
    EXPECT_EQ(kept("d: [x]\n"), "{}");
    // An alias of a value that was left out: everything is read.
    EXPECT_EQ(kept("z: &z {b: yes}\na: *z\n"), "{z: {b: yes@1}, a: {b: yes@1}}");
    EXPECT_EQ(kept("z:\n  - &z yes\na: {b: *z}\n"), "{z: [yes@2], a: {b: yes@3}}");
    EXPECT_EQ(kept("a: &z {b: yes}\nd: *z\nc: *z\n"), "{a: {b: yes@1}, c: {b: yes@1}}");
    EXPECT_EQ(kept("a: {<<: {b: 1, q: 2}, r: 3}\n"), "{a: {b: 1@1}}");
    // What is left out must still be YAML.
    EXPECT_THAT(kept("z: [\n"), HasSubstr("is not YAML"));
}

TEST(Document, ErrorsHaveALineAndARemedy) {
    const auto json = [](const std::string& text) { return shown(text, DocumentFormat::json); };
    const auto toml = [](const std::string& text) { return shown(text, DocumentFormat::toml); };
    EXPECT_EQ(
        yaml("a: 1\n\tb: 2\n"),
        "2: is not YAML at column 1: found a tab character that violates indentation; correct "
        "the line, see https://yaml.org");
    EXPECT_THAT(yaml("a: \"x\n"), HasSubstr("is not YAML at column"));
    EXPECT_THAT(yaml("a: b\nc: \xff\n"), HasSubstr("is not YAML: invalid leading UTF-8 octet"));
    EXPECT_EQ(yaml("a: 1\n---\nb: 2\n"),
              "2: has more than one YAML document; put each into a file of its own");
    EXPECT_EQ(yaml("a: 1\nb: 2\na: 3\n"),
              "3: has the key \"a\" twice in one mapping; remove one of them");
    EXPECT_EQ(yaml("? [a]\n: b\n"), "1: has a key that is not a plain text; write the key as text");
    EXPECT_EQ(yaml("? {a: b}\n: b\n"),
              "1: has a key that is not a plain text; write the key as text");
    EXPECT_EQ(yaml("x: &x a\n*x : b\n"),
              "2: has a key that is not a plain text; write the key as text");
    EXPECT_EQ(json("{\"a\": 1,\n\"b\" 2}"),
              "2: is not JSON at column 5: unexpected number, expected ':'; correct the line, see "
              "https://json.org");
    EXPECT_EQ(json("{\"a\": 1,\n\"a\": 2}"),
              "2: has the key \"a\" twice in one mapping; remove one of them");
    EXPECT_THAT(toml("a = 1\nb = \n"), HasSubstr("2: is not TOML at column"));
    EXPECT_THAT(toml("a = 1\na = 2\n"), HasSubstr("2: is not TOML at column"));
}

TEST(DocumentBounds, NestingHasALimit) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + "1" + std::string(depth, ']');
    };
    EXPECT_EQ(yaml(nested(document_depth_limit)), nested(document_depth_limit).insert(65, "@1"));
    for (const DocumentFormat format : {DocumentFormat::yaml, DocumentFormat::json}) {
        EXPECT_THAT(shown(nested(document_depth_limit + 1), format), HasSubstr("is nested deeper"));
    }
    EXPECT_THAT(shown("a = " + nested(document_depth_limit), DocumentFormat::toml),
                HasSubstr("is nested deeper"));
    for (const DocumentFormat format : all_formats) {
        EXPECT_THAT(shown(repeat("[", 1'000'000), format), HasSubstr("; "));
        EXPECT_THAT(shown(repeat("{\"a\":", 100'000), format), HasSubstr("; "));
    }
    EXPECT_THAT(yaml(repeat("- ", 500'000)), HasSubstr("is nested deeper"));
    EXPECT_THAT(yaml(repeat("? ", 500'000)), HasSubstr("; "));
    EXPECT_THAT(shown(repeat("a.", 9'999) + "a = 1", DocumentFormat::toml),
                HasSubstr("is nested deeper"));
    EXPECT_THAT(shown(repeat("a.", 10'001) + "a = 1", DocumentFormat::toml),
                HasSubstr("has over 10000 dots"));
}

TEST(DocumentBounds, SizesHaveALimit) {
    const std::string large(document_size_limit + 1, ' ');
    EXPECT_EQ(yaml(large), "0: is larger than 16777216 bytes; split it into smaller files");
    EXPECT_THAT(shown(large, DocumentFormat::json), HasSubstr("0: is larger than 16777216 bytes"));
    EXPECT_THAT(shown(std::string(toml_document_limit + 1, ' '), DocumentFormat::toml),
                HasSubstr("0: is larger than 1048576 bytes"));
    EXPECT_EQ(shown(std::string(toml_document_limit, ' '), DocumentFormat::toml), "{}");
}

TEST(DocumentBounds, TheNumberOfValuesHasALimit) {
    EXPECT_THAT(yaml("[" + repeat("1,", 400'000) + "]"),
                HasSubstr("values, the limit for its size"));
    EXPECT_THAT(shown("[" + repeat("1,", 400'000) + "1]", DocumentFormat::json),
                HasSubstr("values"));
}

TEST(DocumentBounds, AliasBombsStaySmall) {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 50; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        const std::string name = "a" + std::to_string(i);
        bomb += name + ": &" + name + " [" + repeat(last + ", ", 9) + last + "]\n";
    }
    EXPECT_TRUE(std::holds_alternative<Document>(parse_document(bomb, DocumentFormat::yaml)));
    // Merge keys copy, so their work counts.
    std::string keys = "a: &a {";
    for (int i = 0; i < 5000; ++i) keys += "k" + std::to_string(i) + ": 1, ";
    keys += "}\nb: {<<: [" + repeat("*a, ", 5000) + "]}\n";
    EXPECT_THAT(yaml(keys), HasSubstr("values, the limit for its size"));
}

TEST(DocumentBounds, ManyDirectivesAreRefused) {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += "%TAG !a" + std::to_string(i) + "! b\n";
    EXPECT_EQ(yaml(text + "---\na: 1\n"),
              "0: has over 100 lines that start with \"%\"; remove the directives");
    EXPECT_EQ(yaml("%YAML 1.1\n%TAG !a! b\n---\na: 1\n"), "{a: 1@4}");
}

TEST(DocumentBounds, HostileShapesTakeLinearTime) {
    const std::string shapes[] = {
        repeat("a: ", 100'000),        repeat("{a: ", 100'000),
        repeat("&a ", 100'000) + "x",  repeat("! ", 100'000),
        repeat("|\n", 500'000),        "a: >\n" + repeat(" x\n\n", 500'000),
        repeat("[]\n", 500'000),       repeat("'", 1'000'001),
        repeat("\"\\\n", 400'000),     repeat("#\n", 1'000'000),
        "{" + repeat("? ", 500'000),   "[" + repeat("a,\n", 300'000),
        repeat("- [a, b]\n", 100'000), repeat(" ", 1'000'000) + "a: b",
        std::string(4'000'000, 'a'),   std::string(2'000'000, '\n') + "a: [",
    };
    for (const std::string& shape : shapes) {
        SCOPED_TRACE(shape.substr(0, 20));
        EXPECT_FALSE(yaml(shape).empty());
    }
}

}  // namespace
}  // namespace onnxhub
