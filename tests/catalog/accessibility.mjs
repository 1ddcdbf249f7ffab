// SPDX-License-Identifier: Apache-2.0
// Checks the accessibility of the displayed page. Runs inside the page, so it imports nothing. It adds checks to axe-core,
// which may be missing and does not check by default: target sizes, contrast with opacity, links without a target, and the
// landmarks and headings of each view.

/// Returns descriptions of the problems.
export function accessibility_problems() {
    const problems = [];
    const described = (node) => `<${node.tagName.toLowerCase()}${node.id ? "#" + node.id : ""} class="${node.getAttribute("class") ?? ""}"> ${(node.textContent ?? "").trim().slice(0, 40)}`;
    const visible = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest("[aria-hidden=true]");
    const all = (selector) => [...document.querySelectorAll(selector)].filter(visible);

    if (!document.documentElement.lang) problems.push("the document has no language");
    if (!document.title.trim()) problems.push("the document has no title");
    if (!/width=device-width/.test(document.querySelector("meta[name=viewport]")?.content)) problems.push("no viewport for phones");
    if (/maximum-scale|user-scalable/.test(document.querySelector("meta[name=viewport]")?.content)) problems.push("zooming is forbidden");

    for (const [selector, name] of [["header.bar", "banner"], ["main", "main"], ["body > footer", "contentinfo"]]) {
        if (all(selector).length !== 1) problems.push(`there is not exactly one landmark ${name}`);
    }
    for (const node of all("aside, nav, section, article, [role=region], form[role=search]")) {
        const labelled = node.getAttribute("aria-label") || (node.getAttribute("aria-labelledby") ?? "").split(/\s+/).some((id) => id && document.getElementById(id)?.textContent.trim());
        if (!labelled && node.getAttribute("role") !== "search") problems.push(`landmark without a name: ${described(node)}`);
    }

    const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
    for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) problems.push(`id used twice: ${id}`);
    for (const attribute of ["aria-labelledby", "aria-controls", "for"]) {
        for (const node of document.querySelectorAll(`[${attribute}]`)) {
            for (const id of node.getAttribute(attribute).split(/\s+/)) {
                if (!document.getElementById(id)) problems.push(`${attribute} names nothing: ${described(node)}`);
            }
        }
    }

    for (const node of all("a, button, input, select, textarea")) {
        const name = node.getAttribute("aria-label") || [...(node.labels ?? [])].map((label) => label.textContent).join(" ") || (node.matches("a, button") ? node.textContent : "");
        if (!name.trim()) problems.push(`control without a name: ${described(node)}`);
        if (node.matches("a") && !node.hasAttribute("href")) problems.push(`link without a target: ${described(node)}`);
        const box = node.getBoundingClientRect();
        const inline = node.matches("p a, td a, th a, li a, .readme a, input[type=checkbox]");  // a label around makes the box larger
        if (!inline && !node.matches(".skip") && (box.width < 24 || box.height < 24)) problems.push(`target under 24 pixels: ${described(node)} ${box.width}x${box.height}`);
        if (node.tabIndex > 0) problems.push(`order of focus changed by hand: ${described(node)}`);
    }
    for (const node of document.querySelectorAll("img, svg")) {
        if (!node.getAttribute("alt") && !node.getAttribute("aria-label") && !node.closest("[aria-hidden=true]")) problems.push(`picture without a text: ${described(node)}`);
    }
    // Scrollable elements must be reachable without a mouse.
    for (const node of all("pre, .scroll")) {
        if (node.scrollWidth > node.clientWidth + 1 && node.tabIndex < 0) problems.push(`scrolls, but has no focus: ${described(node)}`);
    }

    let level = 0;
    const headings = all("h1, h2, h3, h4, h5, h6");
    for (const node of headings) {
        const next = Number(node.tagName[1]);
        if (next > level + 1) problems.push(`heading ${next} after ${level}: ${described(node)}`);
        level = next;
        if (!node.textContent.trim()) problems.push(`empty heading ${next}`);
    }
    if (headings.filter((node) => node.tagName === "H1").length !== 1) problems.push("there is not exactly one h1");
    for (const list of all("ul, ol")) {
        if ([...list.children].some((child) => child.tagName !== "LI")) problems.push(`list with other children: ${described(list)}`);
    }
    for (const cell of all("thead th")) if (!cell.scope) problems.push(`heading cell without a scope: ${described(cell)}`);

    // Contrast of each text with what is behind it (WCAG 2.2, 1.4.3).
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (node) => {
        for (let at = node; at; at = at.parentElement) {
            const colour = rgba(getComputedStyle(at).backgroundColor);
            if (colour[3] === 255) return colour;
        }
        return [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const seen = new Set();
    let least = 21;
    while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || seen.has(node) || !visible(node) || node.closest("script, style, option, .skip, .visually-hidden")) continue;
        seen.add(node);
        const style = getComputedStyle(node);
        const front = rgba(style.color), back = behind(node);
        // `opacity` mixes the text with what is behind it.
        const seen_colour = front.slice(0, 3).map((c, i) => c * style.opacity + back[i] * (1 - style.opacity));
        const [a, b] = [luminance(seen_colour), luminance(back)].sort((x, y) => y - x);
        const contrast = (a + 0.05) / (b + 0.05);
        least = Math.min(least, contrast);
        if (contrast < 4.5) problems.push(`contrast ${contrast.toFixed(2)}: ${described(node)}`);
    }
    if (seen.size < 5) problems.push("almost no text was checked");
    return { problems, least_contrast: least, texts: seen.size };
}
