// SPDX-License-Identifier: Apache-2.0
// What the exporter knows about the folders of the hub, in files that are read when they are needed.
// hosting/export/folder_facts.cpp writes them.
import { as_array, as_object, as_string, as_strings, parse_object } from "./values.js";
import { file_link, folder_of } from "./paths.js";

/**
 * @typedef {object} FolderFacts
 * @property {string} readme address of its README, "" for none
 * @property {Map<string, string>} images addresses of the images in it, by target
 * @property {string} about one line
 * @property {string} licence
 * @property {string} licence_text address of the text of its licence, "" for none
 * @property {string} words of the README, with a blank between them
 * @property {Record<string, unknown>} signatures paths, by name of the model's file
 * @property {Record<string, unknown>} metrics [name, value] by path of the model
 * @property {Record<string, unknown>} history changes by name of the model's file
 * @property {Set<string>} missing names of files
 * @property {Set<string>} elsewhere names of models that only other servers have
 */

/** @param {unknown} value @returns {Map<string, string>} */
function read_images(value) {
    const images = new Map();
    for (const [target, path] of Object.entries(as_object(value))) {
        const address = file_link(as_string(path));
        if (address) images.set(target, address);
    }
    return images;
}

/** @param {unknown} value @returns {FolderFacts} */
export function read_folder_facts(value) {
    const facts = as_object(value);
    return {
        readme: file_link(as_string(facts.readme)) ?? "",
        images: read_images(facts.images),
        about: as_string(facts.about),
        licence: as_string(facts.licence).trim(),
        licence_text: file_link(as_string(facts.licence_text)) ?? "",
        words: as_string(facts.words),
        signatures: as_object(facts.signatures),
        metrics: as_object(facts.metrics),
        history: as_object(facts.history),
        missing: new Set(as_strings(facts.missing)),
        elsewhere: new Set(as_strings(facts.elsewhere)),
    };
}

/**
 * The directories of `path`, the nearest first, with the top "".
 * @param {string} path
 */
export function folders_of(path) {
    const folders = [];
    for (let folder = folder_of(path); ; folder = folder_of(folder)) {
        folders.push(folder);
        if (!folder) return folders;
    }
}

export class Facts {
    /**
     * @param {unknown} files [first folder, path] of each file, sorted; without a list, nothing is known
     * @param {(address: string) => Promise<string>} fetch_text
     */
    constructor(files, fetch_text) {
        this.is_known = Array.isArray(files);
        this.files = as_array(files).map(as_array).map(([from, path]) => ({ from: as_string(from), address: file_link(as_string(path)) ?? "" }));
        this.fetch_text = fetch_text;
        /** @type {Map<string, FolderFacts>} */
        this.folders = new Map();
        /** @type {Map<string, Promise<void>>} */
        this.loading = new Map();
    }

    /** @param {string} address @returns {Promise<void>} */
    load(address) {
        const present = this.loading.get(address);
        if (present) return present;
        const loading = this.fetch_text(address).then((text) => {
            for (const [folder, facts] of Object.entries(parse_object(text))) this.folders.set(folder, read_folder_facts(facts));
        });
        this.loading.set(address, loading);
        return loading;
    }

    load_all() {
        return Promise.all(this.files.map(({ address }) => this.load(address)));
    }

    /**
     * Loads what is known about the directories of `path`.
     * @param {string} path
     */
    async load_for(path) {
        const addresses = folders_of(path).map((folder) => this.files.filter(({ from }) => from <= folder).at(-1)?.address ?? "");
        await Promise.all([...new Set(addresses)].filter(Boolean).map((address) => this.load(address)));
    }

    /**
     * The value of the directory of `path`, or of the nearest one above that has one. Its files must be loaded.
     * @template T
     * @param {string} path @param {(facts: FolderFacts, folder: string) => T | null | undefined | ""} value_of
     * @returns {T | null}
     */
    nearest(path, value_of) {
        for (const folder of folders_of(path)) {
            const facts = this.folders.get(folder);
            const value = facts && value_of(facts, folder);
            if (value) return value;
        }
        return null;
    }

    /**
     * Whether a set of the directory of `path` has its name.
     * @param {string} path @param {"missing" | "elsewhere"} key
     */
    has(path, key) {
        const folder = folder_of(path);
        return this.folders.get(folder)?.[key].has(folder ? path.slice(folder.length + 1) : path) ?? false;
    }
}
