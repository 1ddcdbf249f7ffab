// SPDX-License-Identifier: Apache-2.0
// Manifests for the tests of the catalog page: a small one, a large one, and one that means harm.

const sha = (seed) => String(seed).padStart(64, "0");
const port = (name, shape, type = "tensor(float)") => ({ name, shape, type });

function entry(model, model_path, opset_version, tags, metadata = {}) {
    return {
        model, model_path, onnx_version: "1.9", opset_version,
        metadata: {
            model_sha: sha(model_path.length), model_bytes: 1000, tags,
            io_ports: { inputs: [port("data", ["N", 3, 224, 224])], outputs: [port("scores", ["N", 1000])] },
            ...metadata,
        },
    };
}

export const small = [
    entry("MNIST", "vision/mnist/model/mnist-12.onnx", 12, ["vision", "digits"], {
        model_sha: "a".repeat(64), model_bytes: 26_143,
        model_with_data_path: "vision/mnist/model/mnist-12.tar.gz", model_with_data_sha: "b".repeat(64), model_with_data_bytes: 25_962,
        extra_ports: { features: [port("Plus214_Output_0", [0, 10])] },
    }),
    entry("MNIST", "vision/mnist/model/mnist-8.onnx", 8, ["vision", "digits"], { model_bytes: 26_454, license: "MIT" }),
    entry("mnist", "vision/mnist/model/mnist-7.onnx", 7, ["vision", "digits"], { model_bytes: 26_454 }),
    entry("ResNet50", "vision/resnet/model/resnet50-v1-7.onnx", 7, ["vision", "resnet"], { model_bytes: 102_583_340 }),
    entry("ResNet50-int8", "vision/resnet/model/resnet50-v1-12-int8.onnx", 12, ["vision", "resnet"], { model_bytes: 25_000_000 }),
    entry("Speech", "audio/speech/100% pure #1?/sprache ü.onnx", 18, ["audio"], {
        model_bytes: 900, external_data: [{ path: "audio/speech/100% pure #1?/weights.bin", sha: "c".repeat(64), bytes: 5_000_000_000 }],
        io_ports: {
            inputs: [port("a", ["N", null], "tensor(int64)"), port("b", [], "seq(tensor(uint8))"), port("c", [1])],
            outputs: [port("d", []), port("e", [2, 2])],
        },
    }),
    entry("No ports", "text/none/none.onnx", 9, ["text"], { io_ports: undefined }),
];

/// A PNG of one pixel.
export const dot = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC", "base64");

export const small_catalog = {
    name: "Test hub", description: "A hub for <b>tests</b>.", licence: "Apache-2.0", base_url: null,
    licences: { text: "BSD-3-Clause", "audio": "see the README" },
    folders: { "vision/mnist": { images: { "images/dot.png": "catalog/image-0.png", "https://example.com/p.png": "//example.com/p.png" } }, "vision/mnist/model": { signatures: { "mnist-12.onnx": "vision/mnist/model/mnist-12.onnx.sig" } }, "": { licence_text: "catalog/licence-0.txt" } },
    readmes: {
        "vision/mnist": [
            "---", "license: apache-2.0", "---", "<!-- SPDX-License-Identifier: Apache-2.0 -->", "# MNIST", "", "Digits, *by hand*, **bold** and `code <b>`.", "",
            "Setext", "------", "", "#### A level skipped", "", "- one", "- two", "  1. inner", "", "> quoted", "",
            "| Model | Note |", "|---|:--|", "| a \\| b | [web](https://example.com/a_(b)?c=d) |", "",
            "```python", "# <script>alert(1)</script>", "```", "", "| A | B |", "|---|---|", "| 1 | 2 |", "", "```", "second code", "```", "",
            "[evil](javascript:alert(1)) [data](data:text/html,x) [relative](../x.md) ![pic](https://example.com/p.png) <img src=x onerror=alert(1)>",
            "", "![A red dot](images/dot.png)",
            "https://example.org/plain.",
        ].join("\n"),
    },
};

/// Models as in the official zoo, with what the exporter reads in their READMEs.
export const zoo = [
    entry("ResNet50", "vision/classification/resnet/model/resnet50-v1-12.onnx", 12, ["vision", "classification", "resnet"]),
    entry("YOLOv3", "vision/object_detection_segmentation/yolov3/model/yolov3-10.onnx", 10, ["vision", "object_detection_segmentation", "yolov3"]),
    entry("BERT-Squad", "text/machine_comprehension/bert-squad/model/bertsquad-10.onnx", 10, ["text", "machine_comprehension", "bert-squad"]),
];
export const zoo_folders = {
    "vision/classification/resnet": {
        about: "ResNet models perform image classification.", words: "accurate classes image images network resnet",
        metrics: { "model/resnet50-v1-12.onnx": ["Top-1 accuracy (%)", "74.93"] },
    },
    "vision/object_detection_segmentation/yolov3": {
        about: "A model for real-time detection.", words: "bert box darknet image real time yolov3", metrics: { "model/yolov3-10.onnx": ["mAP", "0.55"] },
    },
    "text/machine_comprehension/bert-squad": { about: "Answers from a paragraph.", words: "answering answers bert paragraph question" },
};

/// `count` entries of about the zoo's size each.
export function large(count) {
    const kinds = ["vision", "text", "audio", "generative", "graph"];
    const words = ["Res", "Mobile", "Squeeze", "Dense", "Bert", "Yolo", "Shuffle", "Efficient", "Alex", "Goo"];
    return Array.from({ length: count }, (_, i) => {
        const kind = kinds[i % kinds.length];
        const name = `${words[i % words.length]}Net-${i}`;
        return entry(name, `validated/${kind}/family_${i % 97}/${name.toLowerCase()}/model/${name.toLowerCase()}-${7 + i % 12}.onnx`,
            7 + i % 12, [kind, `family ${i % 97}`, name.toLowerCase()], { model_sha: sha(i), model_bytes: 1000 + i * 7919 });
    });
}

/// Models with addresses on other servers.
export const distant = [
    entry("Far", "distant/far.onnx", 12, ["t"], {
        model_bytes: undefined, sources: ["https://huggingface.co/o/far/resolve/main/far.onnx?download=true", "https://mirror.example/far.onnx"],
        license: "MIT", author: "R\u00e9my <b>", task: "Image Classification", description: "Names what a picture shows. \u202e<script>alert(1)</script>", parameters: 25_557_032,
    }),
    entry("Copied", "distant/copied.onnx", 12, ["t"], { sources: ["https://huggingface.co/o/copied.onnx"] }),
    entry("Evil", "distant/evil.onnx", 12, ["t"], { sources: ["javascript:alert(1)", "http://plain.example/m.onnx", "https://user:pw@evil.example/m.onnx", "data:text/html,x", "//evil.example/m"] }),
    entry("Unverified", "distant/unverified.onnx", 12, ["t"], { model_sha: undefined, sources: ["https://huggingface.co/o/u.onnx"] }),
    entry("Own", "distant/own.onnx", 12, ["t"], { sources: { data: "ImageNet" }, author: ["a"], task: 7, parameters: "many" }),
];

const html = "<img src=x onerror=alert(1)><script>alert(2)</script>";
const long = "x".repeat(1_000_000);

export const hostile = [
    null, 7, "text", [], {}, { model: 5, model_path: {} },
    entry(html, `${html}.onnx`, 12, [html, "__proto__", "constructor"], { licence: "javascript:alert(3)" }),
    entry("script path", "javascript:alert(4)", 12, ["t"]),
    entry("leaves", "../../etc/passwd", 12, ["t"], { model_with_data_path: "//evil.example/x.tar.gz", external_data: [{ path: "/etc/passwd" }, null, "x"] }),
    entry("other host", "https://evil.example/model.onnx", 12, ["t"]),
    entry("backslash", "\\\\evil.example\\model.onnx", 12, ["t"]),
    entry(long, `${long}.onnx`, 12, [long, ...Array.from({ length: 500 }, (_, i) => `tag ${i}`)]),
    entry("many ports", "ports/many.onnx", 12, ["t"], {
        io_ports: { inputs: Array.from({ length: 5000 }, (_, i) => port(`${html}${i}`, [html, null, {}, [], 1e300])), outputs: [null, 1, { name: long, shape: [long] }] },
    }),
    entry("wrong types", "wrong/types.onnx", "12", "tags", { model_sha: {}, model_bytes: "7", io_ports: [], extra_ports: 4, external_data: {} }),
    { model: "no metadata", model_path: "no/metadata.onnx" },
    entry("null metadata", "null/metadata.onnx", 1e400, null, null),
    entry("__proto__", "__proto__", 1, ["__proto__"]),
    entry("\u202egnp.exe\u0000\u001b[31m\ud800", "bidi/\ud800.onnx", 12, ["\u202e"]),
    entry("twin one", "twin/model.onnx", 12, ["t"]), entry("twin two", "twin/model.onnx", 12, ["t"]),
];

export const hostile_catalog = {
    name: html, description: { toString: 1 }, licence: "javascript:alert(5)", base_url: "javascript:alert(6)",
    licences: { "twin": "javascript:alert(11)", "wrong": {} }, missing: [{}, 5, "__proto__"],
    folders: { "twin": { about: html, words: `${html} constructor`, metrics: { "model.onnx": [html, html] } }, "null": null, "ports": { about: {}, words: 7, metrics: [], missing: {} } },
    readmes: {
        "twin": `# ${html}\n\n[a](javascript:alert(7)) [b](JaVaScRiPt:alert(8)) <a href="javascript:alert(9)">x</a> </script><script>alert(10)</script>\n\n`
            + "[".repeat(20_000) + "\n\n" + "*".repeat(20_000) + "\n\n" + "> ".repeat(2000) + "deep\n\n" + "`".repeat(5001) + "\n\n"
            + "|".repeat(5000) + "\n|-|\n" + Array.from({ length: 200 }, (_, i) => `${" ".repeat(i)}- deep`).join("\n") + "\n\n"
            + "<!--".repeat(5000) + "x".repeat(100_000),
        "wrong": 5,
        "__proto__": "proto",
    },
};

/// Names that want to be more than a word of a shell or a string of Python.
export const nasty_names = [
    "plain", "two words", "it's", `"quoted"`, "$(touch pwned)", "`touch pwned`", "a; touch pwned", "-rf", "--help", "\\", "a\\'b", "new\nline",
    "esc\u001b[201~", "!history", "ünï", "\u{1f600} astral", "\u202eright to left", "~", "*", "a=b", "#", "tab\there", "",
].filter(Boolean);

export const nasty = nasty_names.map((name, i) => entry(name, `nasty/${i}.onnx`, 12, ["t"]));
