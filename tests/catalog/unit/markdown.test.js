// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { readme_markup } from "../../../templates/catalog/markdown.js";
import { inline_markup } from "../../../templates/catalog/markdown_inline.js";
import { with_images } from "../../../templates/catalog/readme_images.js";
import { text_of } from "../../../templates/catalog/markup.js";

/** Markup as text: tag(attribute=value child …). */
const shape = (items) => items.map((item) => typeof item === "string" ? item
    : `${item.tag}(${[...Object.entries(item.attributes).map(([name, value]) => `${name}=${value}`), shape(item.children)].filter(Boolean).join(" ")})`).join(" ");
const inline = (text) => shape(inline_markup(text));
const blocks = (text) => shape(readme_markup(text));

test("emphasis, code and escapes", () => {
    assert.equal(inline("a *b* __c__ `d *e*`"), "a  em(b)   strong(c)   code(d *e*)");
    assert.equal(inline("snake_case_name and 2 * 3 * 4"), "snake_case_name and 2 * 3 * 4");
    assert.equal(inline("\\*plain\\* &lt;b&gt; &nope;"), "*plain* <b> &nope;");
    assert.equal(inline("**open"), "**open");
});

test("links have web addresses only", () => {
    assert.equal(inline("[a](https://x.example/(b)?c)"), "a(href=https://x.example/(b)?c rel=noopener noreferrer nofollow a)");
    for (const address of ["javascript:alert(1)", "data:text/html,x", "../relative.md", "//x.example"]) assert.equal(inline(`[a](${address})`), "span(a)");
    assert.equal(inline("https://x.example/a."), "a(href=https://x.example/a rel=noopener noreferrer nofollow https://x.example/a) .");
});

test("HTML is removed", () => {
    assert.equal(inline("a <b onclick=alert(1)>bold</b> <script src=x>"), "a bold ");
    assert.equal(inline("1 < 2 > 1"), "1 < 2 > 1");
});

test("images have a target and a text, and nothing else", () => {
    assert.equal(inline("![a b](x/y.png \"title\")"), "img(target=x/y.png alt=a b)");
    assert.equal(inline("[![t](p.png)](https://x.example)"), "a(href=https://x.example/ rel=noopener noreferrer nofollow img(target=p.png alt=t))");
    assert.equal(inline("<img width=9 src='a b.png' alt=\"A\" onerror=alert(1)>"), "img(target=a b.png alt=A)");
    assert.equal(inline("<img data-src=x>"), "");
});

test("images of the hub get an address, others their text", () => {
    const addresses = new Map([["p.png", "./catalog/image-1.png"]]);
    const shown = (text) => shape(with_images(readme_markup(text), addresses));
    assert.equal(shown("a ![p](p.png)"), "p(a  img(data-image=./catalog/image-1.png alt=p))");
    assert.equal(shown("![q](https://x.example/q.png) ![](__proto__) [![p](q.png)](https://x.example)"),
        "p(em(Image: q)   em(Image)   a(href=https://x.example/ rel=noopener noreferrer nofollow em(Image: p)))");
});

test("headings follow one another without a gap", () => {
    assert.equal(blocks("# A\n\n#### B\n\nC\n---\n# D"), "h3(A) h4(B) h4(C) h3(D)");
});

test("lists, quotes, tables and code", () => {
    assert.equal(blocks("- a\n- b\n  1. c\n\n> q\n> > r"), "ul(li(a) li(b ol(li(c)))) blockquote(p(q) blockquote(p(r)))");
    assert.equal(blocks("3. c\n4. d"), "ol(start=3 li(c) li(d))");
    assert.match(blocks("| A | |\n|---|:-:|\n| a \\| b | `c|d` | e |"), /thead\(tr\(th\(scope=col A\) td\(\)\)\) tbody\(tr\(td\(a \| b\) td\(code\(c\|d\)\)\)\)/);
    assert.match(blocks("```sh\n# x\n```\n\n    y\n\ntext"), /^pre\(.* code\(# x\)\) pre\(.* code\(y\)\) p\(text\)$/);
});

test("comments and front matter are left out", () => {
    assert.equal(blocks("---\nlicense: mit\n---\n<!-- a\n-->\n# T\r\n\r\nx <!-- open"), "h3(T) p(x)");
});

test("crafted texts end", { timeout: 60_000 }, () => {
    for (const unit of ["[", "*", "`", "> ", "<!--", "![", "&", "|", "- ", "_a"]) readme_markup(unit.repeat(100_000));
    readme_markup(Array.from({ length: 3000 }, (_, i) => " ".repeat(i) + "- x").join("\n"));
    assert.equal(text_of(readme_markup("x".repeat(500_000)).at(-1)), "The README continues in the hub's repository.");
});
