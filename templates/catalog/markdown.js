// SPDX-License-Identifier: Apache-2.0
// Markdown of READMEs as markup: headings, paragraphs, lists, quotes, code and tables. What is inside a line: markdown_inline.js.
import { limits } from "./values.js";
import { inline_markup } from "./markdown_inline.js";
import { markup, text_of } from "./markup.js";

/** @typedef {import("./markup.js").Markup} Markup */

const most_rows = 1000, most_cells = 40;
const deepest_quote = 5, deepest_list = 8;

/**
 * Removes comments. A loop, because a regular expression is slow on crafted texts.
 * @param {string} text
 */
export function without_comments(text) {
    let result = "", done = 0;
    for (;;) {
        const start = text.indexOf("<!--", done);
        if (start < 0) return result + text.slice(done);
        const end = text.indexOf("-->", start + 4);
        result += text.slice(done, start);
        if (end < 0) return result;
        done = end + 3;
    }
}

/**
 * Removes the front matter, as in READMEs of Hugging Face.
 * @param {string} text
 */
export function without_front_matter(text) {
    const end = /^---[ \t]*\r?\n/.test(text) ? text.indexOf("\n---", 3) : -1;
    return end < 0 ? text : text.slice(end + 4).replace(/^[^\n]*/, "");
}

/** @param {string} line @returns {string[]} */
function table_cells(line) {
    const cells = [];
    let cell = "", code = false;
    const text = line.trim().replace(/^\|/, "");
    for (let i = 0; i < text.length; ++i) {
        if (text[i] === "\\" && text[i + 1] === "|") cell += text[++i];
        else if (text[i] === "|" && !code) {
            cells.push(cell.trim());
            cell = "";
        } else {
            if (text[i] === "`") code = !code;
            cell += text[i];
        }
    }
    if (cell.trim() || !text.endsWith("|")) cells.push(cell.trim());
    return cells.slice(0, most_cells);
}

/** @param {string} line */
const is_table_rule = (line) => line.includes("-") && line.length < 4000 && /^[\s|:-]+$/.test(line) && /[|:]|^\s*-+\s*$/.test(line);
/** @param {string} line */
const is_rule = (line) => line.length < 200 && /^ {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$/.test(line);
/** @param {string} line */
const is_underline = (line) => line.length < 200 && /^ {0,3}(=+|-+)\s*$/.test(line);
/** @param {string} line */
const is_indented = (line) => /^(?: {4}|\t)/.test(line);
/** @param {string} line */
const is_quote = (line) => /^ {0,3}>/.test(line);
/** @param {string} line */
const spaces_of = (line) => line.length - line.trimStart().length;

/** @param {string} line */
function item_start(line) {
    const found = /^( {0,12})([-*+]|\d{1,9}[.)])( +)(?=\S)/.exec(line.slice(0, 80));
    return found && { indent: found[1].length, width: found[0].length, mark: found[2], ordered: /\d/.test(found[2]) };
}

/** @param {string[]} lines */
const code_block = (lines) => markup("pre", { tabindex: "0", "aria-label": "Code", role: "group" }, [markup("code", {}, [lines.join("\n")])]);

/**
 * Puts the first paragraph of a list item directly into the item.
 * @param {Markup[]} items @returns {Markup[]}
 */
function tight(items) {
    const [first, ...rest] = items;
    return first && typeof first !== "string" && first.tag === "p" ? [...first.children, ...rest] : items;
}

/** Reads blocks from lines; each function that takes a block returns the number of the line after it. */
class BlockReader {
    /** @param {string[]} lines @param {{level: number}} headings the level of the heading before @param {number} depth */
    constructor(lines, headings, depth) {
        this.lines = lines;
        this.headings = headings;
        this.depth = depth;
        /** @type {Markup[]} */
        this.blocks = [];
        /** @type {string[]} */
        this.paragraph = [];
    }

    read() {
        for (let at = 0; at < this.lines.length;) at = this.take(at);
        this.end_paragraph();
        return this.blocks;
    }

    /** @param {number} at */
    line(at) { return this.lines[at] ?? ""; }

    /** @param {number} at @returns {number} */
    take(at) {
        const line = this.lines[at];
        const fence = /^ {0,3}(`{3,}|~{3,})/.exec(line);
        if (fence) return this.take_fence(at, fence[1]);
        if (!line.trim()) return this.end_paragraph(at + 1);
        const heading = /^ {0,3}(#{1,6})\s+/.exec(line);
        if (heading) return this.add_heading(heading[1].length, line.slice(heading[0].length).replace(/\s+#{1,10}\s*$/, ""), at + 1);
        if (this.paragraph.length === 1 && is_underline(line)) return this.add_heading(line.includes("=") ? 1 : 2, this.paragraph.pop() ?? "", at + 1);
        if (is_rule(line)) return this.add(markup("hr", {}, []), at + 1);
        if (line.includes("|") && is_table_rule(this.line(at + 1))) return this.take_table(at);
        if (is_quote(line)) return this.take_quote(at);
        const item = item_start(line);
        if (item && (this.depth > 0 || item.indent < 4 || !this.paragraph.length)) return this.take_list(at, item);
        if (is_indented(line) && !this.paragraph.length) return this.take_indented(at);
        this.paragraph.push(line.trimStart());
        return at + 1;
    }

    /** @param {Markup} block @param {number} next */
    add(block, next) {
        this.end_paragraph();
        this.blocks.push(block);
        return next;
    }

    end_paragraph(next = 0) {
        const children = this.paragraph.length ? inline_markup(this.paragraph.join("\n").trim()) : [];
        if (children.some((child) => typeof child !== "string" || child.trim())) this.blocks.push(markup("p", {}, children));
        this.paragraph = [];
        return next;
    }

    /**
     * Headings of a page must not skip a level, even if a README does.
     * @param {number} level @param {string} text @param {number} next
     */
    add_heading(level, text, next) {
        this.end_paragraph();
        const children = inline_markup(text.trim());
        if (!children.some((child) => text_of(child).trim())) return next;
        this.headings.level = Math.min(level + 2, this.headings.level + 1, 6);
        this.blocks.push(markup("h" + this.headings.level, {}, children));
        return next;
    }

    /** @param {number} at @param {string} mark */
    take_fence(at, mark) {
        let end = at + 1;
        while (end < this.lines.length && !this.lines[end].trim().startsWith(mark)) ++end;
        return this.add(code_block(this.lines.slice(at + 1, end)), end + 1);
    }

    /** @param {number} at */
    take_indented(at) {
        let end = at;
        while (end < this.lines.length && (is_indented(this.lines[end]) || !this.lines[end].trim())) ++end;
        const code = this.lines.slice(at, end).map((line) => line.replace(/^(?: {4}|\t)/, ""));
        while (code.length && !code[code.length - 1].trim()) code.pop();
        return this.add(code_block(code), end);
    }

    /** @param {number} at */
    take_table(at) {
        const head = table_cells(this.lines[at]);
        let end = at + 2;
        while (end < this.lines.length && this.lines[end].includes("|") && end - at - 2 < most_rows) ++end;
        const rows = this.lines.slice(at + 2, end).map(table_cells);
        const heads = head.map((cell) => cell ? markup("th", { scope: "col" }, inline_markup(cell)) : markup("td", {}, []));
        const cells = (/** @type {string[]} */ row) => head.map((_, i) => markup("td", {}, inline_markup(row[i] ?? "")));
        return this.add(markup("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Table" }, [markup("table", {}, [
            markup("thead", {}, [markup("tr", {}, heads)]),
            markup("tbody", {}, rows.map((row) => markup("tr", {}, cells(row)))),
        ])]), end);
    }

    /** @param {number} at */
    take_quote(at) {
        let end = at;
        while (end < this.lines.length && is_quote(this.lines[end])) ++end;
        const quoted = this.lines.slice(at, end).map((line) => line.replace(/^ {0,3}> ?/, ""));
        return this.add(markup("blockquote", {}, this.inside(quoted, deepest_quote)), end);
    }

    /** @param {string[]} lines @param {number} deepest @returns {Markup[]} */
    inside(lines, deepest) {
        return this.depth < deepest ? new BlockReader(lines, this.headings, this.depth + 1).read() : [lines.join(" ")];
    }

    /** @param {number} at @param {NonNullable<ReturnType<typeof item_start>>} first */
    take_list(at, first) {
        const start = parseInt(first.mark, 10);
        const list = markup(first.ordered ? "ol" : "ul", first.ordered && start !== 1 ? { start: String(start) } : {}, []);
        let end = at;
        for (;;) {
            const item = item_start(this.line(end));
            if (!item || item.ordered !== first.ordered || item.indent > first.indent + 1) break;
            const inside = this.item_lines(end, item.width, first.indent);
            list.children.push(markup("li", {}, tight(this.inside(inside.lines, deepest_list))));
            end = inside.next;
            if (!this.line(end).trim() && item_start(this.line(end + 1))) ++end;
        }
        return this.add(list, end);
    }

    /**
     * The lines of an item without its mark.
     * @param {number} at @param {number} width of the mark @param {number} indent of the list
     */
    item_lines(at, width, indent) {
        const lines = [this.lines[at].slice(width)];
        let end = at + 1;
        for (; end < this.lines.length; ++end) {
            const line = this.lines[end];
            if (!line.trim()) {
                const after = this.line(end + 1);
                if (!after.trim() || spaces_of(after) <= indent) break;
                lines.push("");
            } else if (spaces_of(line) > indent + 1) lines.push(line.slice(Math.min(spaces_of(line), width)));
            else if (item_start(line) || /^ {0,3}([#>|]|`{3}|~{3})/.test(line)) break;
            else lines.push(line.trimStart());
        }
        return { lines, next: end };
    }
}

/**
 * The README without comments and front matter, with line feeds.
 * @param {string} text
 */
export const clean_readme = (text) =>
    without_front_matter(without_comments(text.slice(0, limits.readme))).replace(/\r\n?/g, "\n").replace(/\u0000/g, "\ufffd");

/** @param {string} text @returns {Markup[]} headings begin at level 3 */
export function readme_markup(text) {
    const blocks = new BlockReader(clean_readme(text).split("\n"), { level: 2 }, 0).read();
    if (text.length > limits.readme) blocks.push(markup("p", {}, [markup("em", {}, ["The README continues in the hub's repository."])]));
    return blocks;
}
