// SPDX-License-Identifier: Apache-2.0
// The catalog page of the official zoo: node zoo.mjs PROGRAM. Exit status 77 without Chromium, git or ONNXHUB_CORPUS.
// Checks what the page transfers at first and what the search finds. With ONNXHUB_SHOTS=DIR, pictures of the pages are written.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { accessibility_problems } from "./accessibility.mjs";
import { Browser, find_chromium, start_server } from "./browser.mjs";

const [program] = process.argv.slice(2);
const corpus = process.env.ONNXHUB_CORPUS;
const chromium = find_chromium();
if (!corpus || !chromium) {
    console.log(`SKIPPED: no ${corpus ? "Chromium (apt-get install chromium)" : "ONNXHUB_CORPUS (./dev corpus)"} here`);
    process.exit(77);
}
const largest_first_load = 300_000;  // bytes, compressed

const work = mkdtempSync(join(tmpdir(), "onnxhub-zoo-"));
const git = (...words) => execFileSync("git", words, { stdio: "ignore", env: { ...process.env, GIT_LFS_SKIP_SMUDGE: "1" } });
git("clone", "--bare", join(corpus, "zoo/zoo.bundle"), join(work, "zoo.git"));
execFileSync(program, ["export", `${join(work, "zoo.git")}:zoo-69c5d375`, "--to", join(work, "site"), "--allow-missing", "--name", "ONNX Model Zoo"], { stdio: "ignore" });

const files = new Map([["/", readFileSync(join(work, "site/index.html"), "utf8")]]);
for (const name of readdirSync(join(work, "site"), { recursive: true })) {
    if (!name.endsWith(".gz") && statSync(join(work, "site", name)).isFile()) files.set("/" + name, readFileSync(join(work, "site", name), "utf8"));
}
const server = await start_server(files);
const browser = await Browser.start(chromium);
const tab = await browser.open_tab({ width: 1366, height: 768 });
const names = `[...document.querySelectorAll("#results h3")].map((node) => node.textContent)`;
const requested = () => [...new Set(tab.requests.filter((url) => url.startsWith(server.address)).map((url) => new URL(url).pathname))];

try {
    await tab.open(server.address + "/");
    const weight = requested().map((path) => [path, gzipSync(files.get(path), { level: 9 }).length]);
    const total = weight.reduce((sum, [, bytes]) => sum + bytes, 0);
    console.log(`  first load: ${total} bytes compressed in ${weight.length} files: ${weight.map(([path, bytes]) => `${path} ${bytes}`).join(", ")}`);
    assert.ok(total < largest_first_load, `${total} bytes`);
    console.log(`  first result after ${await tab.value("Math.round(performance.getEntriesByName('first-result')[0].startTime)")} ms`);
    const rows = await tab.value(`[...document.querySelectorAll("#results > li")].filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length`);
    console.log(`  ${rows} rows on a screen of 1366 × 768`);
    assert.ok(rows >= 10, `${rows} rows`);

    for (const [query, expected] of [
        ["image classification", /ResNet|MobileNet|SqueezeNet|VGG|EfficientNet|ShuffleNet|Inception|GoogleNet|AlexNet|CaffeNet|R-CNN|DenseNet|ZFNet/], ["question answering", /BERT|BiDAF/], ["object-detection", /YOLO|SSD|RCNN|R-CNN|RetinaNet/],
        ["resnte", /ResNet/], ["mobilenet", /MobileNet/],
    ]) {
        await tab.open(`${server.address}/#/?q=${encodeURIComponent(query)}`);
        const [best] = await tab.value(names);
        console.log(`  ${query}: ${(await tab.value(names)).slice(0, 4).join(", ")}`);
        assert.match(best ?? "", expected, query);
    }

    for (const [width, height, dark] of [[1366, 768, false], [1366, 768, true], [390, 844, false], [390, 844, true]]) {
        await tab.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 400 });
        await tab.set_dark(dark);
        for (const [name, hash] of [["list", ""], ["search", "#/?q=detection&precision=int8"], ["nothing", "#/?q=resnexxt"], ["model", "#/model/vision/classification/resnet/model/resnet50-v1-12.onnx"]]) {
            await tab.open(`${server.address}/${hash}`);
            if (name === "model") await tab.until(`document.querySelector(".readme:not([aria-busy])") !== null`);
            const { problems } = await tab.value(`(${accessibility_problems})()`);
            assert.deepEqual(problems, [], `${name}, ${width} wide`);
            assert.ok(await tab.value(`document.documentElement.scrollWidth <= innerWidth`), `${name} is wider than ${width}`);
            if (process.env.ONNXHUB_SHOTS) writeFileSync(join(process.env.ONNXHUB_SHOTS, `${name}-${width}-${dark ? "dark" : "light"}.png`), await tab.screenshot());
        }
    }
    assert.deepEqual(tab.problems, []);
} finally {
    await browser.stop();
    server.stop();
    rmSync(work, { recursive: true, force: true });
}
