// SPDX-License-Identifier: Apache-2.0
// What can be read from an entry's names, tags and ports: precision, kind of input, task and architecture. A trait that is
// not stated is unknown; nothing is guessed from the rest of the hub.

/** @typedef {import("./entries.js").Entry} Entry */

const precision_words = ["fp32", "fp16", "bf16", "int8", "uint8", "int4", "qdq"];

/** Tags for tasks, as the official zoo and Hugging Face write them, without "_" and "-". */
const task_words = new Set([
    "classification", "image classification", "object detection", "object detection segmentation", "image segmentation", "semantic segmentation",
    "super resolution", "style transfer", "body analysis", "face recognition", "machine comprehension", "machine translation", "translation",
    "text generation", "text classification", "question answering", "token classification", "summarization", "feature extraction",
    "image manipulation", "depth estimation", "speech recognition", "automatic speech recognition", "audio classification", "generative", "embedding",
]);
const input_words = new Map(Object.entries({
    vision: "image", image: "image", images: "image", text: "text", nlp: "text", language: "text", audio: "audio", speech: "audio", video: "image",
}));

/**
 * "object_detection" as people write it.
 * @param {string} tag
 */
const plain = (tag) => tag.toLowerCase().replace(/[_-]+/g, " ").trim();

/** @param {string} text @returns {string[]} */
const parts_of = (text) => text.toLowerCase().split(/[^a-z0-9]+/);

/**
 * "int8" or "qdq" of the name or the file's name; else that of the inputs' type.
 * @param {Entry} entry
 */
export function precision_of(entry) {
    const parts = new Set([...parts_of(entry.name), ...parts_of(entry.path.slice(entry.path.lastIndexOf("/") + 1))]);
    // A model with quantized nodes between others is also an int8 model; "qdq" says more.
    for (const word of ["qdq", ...precision_words]) if (parts.has(word)) return word;
    const types = new Set(entry.ports?.inputs.first.map((port) => port.type) ?? []);
    if (types.has("tensor(float16)")) return "fp16";
    return types.has("tensor(float)") ? "fp32" : "";
}

/** @param {Entry} entry */
function input_of_shape(entry) {
    const [first] = entry.ports?.inputs.first ?? [];
    if (!first) return "";
    const channels = [first.shape[1], first.shape[first.shape.length - 1]];
    if (first.shape.length === 4 && channels.some((channel) => channel === "3" || channel === "1")) return "image";
    return /input_ids|token|text|word/i.test(first.name) || first.type === "tensor(string)" ? "text" : "";
}

/**
 * "image", "text", "audio" or "".
 * @param {Entry} entry
 */
export function input_of(entry) {
    const tag = entry.tags.map((text) => input_words.get(plain(text))).find(Boolean);
    const task = parts_of(entry.task).map((word) => input_words.get(word)).find(Boolean);
    return tag ?? task ?? input_of_shape(entry);
}

/** @param {Entry} entry */
export const task_of = (entry) => plain(entry.task || entry.tags.find((tag) => task_words.has(plain(tag))) || "");

/**
 * The last tag that names neither a task nor a kind of input.
 * @param {Entry} entry
 */
export function architecture_of(entry) {
    const task = task_of(entry);
    return entry.tags.filter((tag) => !input_words.has(plain(tag)) && !task_words.has(plain(tag)) && plain(tag) !== task && plain(tag) !== "validated").at(-1) ?? "";
}

/**
 * The name that a model shares with its other precisions: "resnet50" for "ResNet50-int8".
 * @param {string} name
 */
export const family_of = (name) => name.toLowerCase().replace(/[\s_.-]+(?:fp32|fp16|bf16|u?int8|int4|qdq|quantized)\b/g, "") || name.toLowerCase();
