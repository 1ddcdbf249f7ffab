// SPDX-License-Identifier: Apache-2.0
// The section "Use it" of a model's page: how to load and run the model, from here or from where it is.
import { foreign_link, isolated, make } from "./nodes.js";
import { shown } from "./values.js";
import { encode_path, is_safe_path } from "./paths.js";
import { copy_button } from "./clipboard.js";
import { curl_commands, load_command, python_commands, runtime_cpp, runtime_javascript, runtime_python } from "./commands.js";
import { is_missing } from "./entries.js";
import { hub_spec, official_hub } from "./hub.js";
import { tabbed } from "./tabs.js";

/** @typedef {import("./entries.js").Entry} Entry */
/** @typedef {import("./hub.js").Hub} Hub */
/** @typedef {import("./commands.js").Source} Source */

let chosen_tab = 0;  // kept from model to model

/** @param {string} title @param {string} text */
const command = (title, text) => make("div", { class: "command" },
    copy_button(text, `the commands for ${title}`),
    make("pre", { tabindex: "0", role: "region", "aria-label": `Commands for ${title}` }, make("code", null, text)));

/**
 * Whether the program can load the model from anywhere. The page shows no commands that would fail.
 * @param {Entry} entry
 */
const can_be_loaded = (entry) => is_safe_path(entry.path) && entry.name.length <= 1000 && !(entry.file.sources.length > 0 && !entry.file.sha);

/** @param {Entry} entry @param {Source} source @param {string} base "" when no server has the files by their path */
function command_tabs(entry, source, base) {
    /** @type {[string, string][]} */
    const texts = [
        ["onnxhub", load_command(entry, source)],
        ["Python", python_commands(entry, source)],
        ["ONNX Runtime (Python)", runtime_python(entry, source)],
        ["C++", runtime_cpp(entry, source)],
        ["JavaScript", runtime_javascript(entry, source)],
    ];
    if (base) texts.push(["curl", curl_commands(entry, base)]);
    return tabbed("use", "Ways to use the model", texts.map(([title, text]) => ({ title, panel: command(title, text) })),
        { first: chosen_tab, on_choice: (i) => { chosen_tab = i; } });
}

/** @param {Entry} entry @param {string} mirror address of a folder */
const mirror_link = (entry, mirror) => make("li", null, foreign_link(mirror + encode_path(entry.path), isolated(shown(mirror + entry.path, 300))));

/**
 * Where a model may be whose file this export does not have.
 * @param {Entry} entry @param {Hub} hub
 */
function other_places(entry, hub) {
    const note = make("p", { class: "note" }, "This export does not have all files of the model. ",
        hub.origin ? "The hub that it was made from may have them:" : hub.mirrors.length ? "These servers may have them:" : "The owner of the hub can publish them.");
    const source = { spec: `${hub.origin}:main`, is_official: `${hub.origin}:main` === official_hub };
    const can_verify = entry.file.sha !== "" && can_be_loaded(entry);
    return [
        note,
        hub.origin && can_verify && command_tabs(entry, source, hub.mirrors[0] ?? ""),
        hub.mirrors.length > 0 && is_safe_path(entry.path) && make("ul", { class: "mirrors", "aria-label": "Mirrors" }, hub.mirrors.map((mirror) => mirror_link(entry, mirror))),
        entry.file.sha && hub.mirrors.length > 0 && make("p", { class: "note" }, "Compare the SHA-256 of a download with that below."),
    ];
}

/** @param {Entry} entry @param {Hub} hub */
export function use_section(entry, hub) {
    const spec = hub_spec(hub);
    const content = is_missing(entry) && entry.file.sources.length === 0 ? other_places(entry, hub)
        : can_be_loaded(entry) && !is_missing(entry) && command_tabs(entry, { spec, is_official: spec === official_hub }, hub.base);
    return content && make("section", { class: "block", "aria-labelledby": "use-title" }, make("h2", { id: "use-title" }, "Use it"), content);
}
