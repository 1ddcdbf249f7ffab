// SPDX-License-Identifier: Apache-2.0
// The section "Use it" of a model's page.
import { make } from "./nodes.js";
import { is_safe_path } from "./paths.js";
import { copy_button } from "./clipboard.js";
import { curl_commands, load_command, python_commands } from "./commands.js";
import { is_missing } from "./entries.js";

/** @typedef {import("./entries.js").Entry} Entry */

/** @param {string} title @param {string} text */
const command = (title, text) => make("div", { class: "command" },
    make("header", null, make("h3", null, title), copy_button(text, `the commands for ${title}`)),
    make("pre", { tabindex: "0", role: "region", "aria-label": `Commands for ${title}` }, make("code", null, text)));

/**
 * Whether the program loads the model. The page shows no commands that would fail.
 * @param {Entry} entry
 */
function can_be_loaded(entry) {
    const cannot_verify = entry.file.sources.length > 0 && !entry.file.sha;
    return is_safe_path(entry.path) && entry.name.length <= 1000 && !is_missing(entry) && !cannot_verify;
}

/** @param {Entry} entry @param {import("./hub.js").Hub} hub */
export function use_section(entry, hub) {
    return can_be_loaded(entry) && make("section", { class: "block", "aria-labelledby": "use-title" }, make("h2", { id: "use-title" }, "Use it"),
        make("div", { class: "commands" },
            command("onnxhub", load_command(entry, hub)), command("Python", python_commands(entry, hub)), command("curl", curl_commands(entry, hub))));
}
