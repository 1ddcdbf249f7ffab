// SPDX-License-Identifier: Apache-2.0
// The catalog page in a real browser: run.mjs PAGE [SCREENSHOT_FOLDER]. Exit status 77: no Chromium.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [page, screenshots] = process.argv.slice(2);
const program = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0);
if (!program) {
  console.log("skipped: no chromium here");
  process.exit(77);
}

const sha = "ab".repeat(32);
function model(i, more = {}) {
  return { model: `Net ${i}`, model_path: `vision/net_${i % 7}/model/net ${i}.onnx`, onnx_version: "1.8", opset_version: 7 + (i % 9),
    metadata: { model_sha: sha, model_bytes: 1000 * (i + 1), tags: ["vision", `kind ${i % 5}`],
      io_ports: { inputs: [{ name: "data", shape: ["N", 3, null], type: "tensor(float)" }], outputs: [{ name: "scores", shape: [1, 10], type: "tensor(float)" }] }, ...more } };
}
const hostile = "<img src=x onerror=alert(1)>\"'`${alert(2)}</script><script>alert(3)</script>";
const manifest = [...Array.from({ length: 4990 }, (_, i) => model(i)), { ...model(0), model: "Net 0 again", model_path: "vision/net_0/model/other.onnx" },
  { ...model(4991), model: hostile, model_path: `x/${hostile}` }, { model: 7, model_path: null, metadata: "none" }, null, [], "text", {},
  { ...model(2), model: "Twin", model_path: "t/a.onnx", opset_version: 7 }, { ...model(3), model: "twin", model_path: "t/b.onnx", opset_version: 12 },
  { ...model(1), model: "Archive", model_path: "../evil.onnx" }];
const facts = { name: "Test hub", licence: "Apache-2.0", readmes: {
  "vision/net_0": "# Net 0\n\nText with `code`, [web](https://example.org/) and [bad](javascript:alert(4)).\n\n- one\n- two\n\n| a | b |\n|-|-|\n| 1 | <b>2</b> |\n\n```\nx = 1\n```\n" } };
const html = readFileSync(page, "utf8").replace('id="catalog">{}', () => `id="catalog">${JSON.stringify(facts).replaceAll("<", "\\u003c")}`);

const server = createServer((request, response) => {
  const path = request.url.split("?")[0];
  const found = path === "/hub/" ? ["text/html; charset=utf-8", html] : path === "/hub/ONNX_HUB_MANIFEST.json" ? ["application/json", JSON.stringify(manifest)] : null;
  requests.push(path);
  response.writeHead(found ? 200 : 404, { "Content-Type": found ? found[0] : "text/plain" });
  response.end(found ? found[1] : "no");
});
const requests = [];
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${server.address().port}/hub/`;

// Chromium's DevTools protocol over two pipes: messages end with a NUL.
const profile = mkdtempSync(join(tmpdir(), "onnxhub-catalog-"));
const browser = spawn(program, ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const waiting = new Map();
const troubles = [];
let buffered = "", last = 0, session;
browser.stdio[4].on("data", (data) => {
  buffered += data;
  for (let end; (end = buffered.indexOf("\0")) >= 0; buffered = buffered.slice(end + 1)) {
    const message = JSON.parse(buffered.slice(0, end));
    if (message.id) waiting.get(message.id)(message);
    if (message.method === "Runtime.exceptionThrown") troubles.push(message.params.exceptionDetails.text);
    if (message.method === "Log.entryAdded" && message.params.entry.level === "error") troubles.push(message.params.entry.text);
    if (message.method === "Runtime.consoleAPICalled" && message.params.type === "error") troubles.push("console.error");
    if (message.method === "Page.javascriptDialogOpening") troubles.push(`a dialog: ${message.params.message}`);
  }
});
function call(method, params = {}) {
  const id = ++last;
  browser.stdio[3].write(`${JSON.stringify({ id, method, params, ...(session ? { sessionId: session } : {}) })}\0`);
  return new Promise((resolve, reject) => waiting.set(id, (message) => (message.error ? reject(new Error(`${method}: ${message.error.message}`)) : resolve(message.result))));
}
async function run(expression) {
  const result = await call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (result.exceptionDetails) throw new Error(`${expression}: ${result.exceptionDetails.exception?.description}`);
  return result.result.value;
}
async function until(expression) {
  for (let i = 0; i < 200; i += 1) {
    // While a page is left for another there is nothing to ask.
    if (await run(expression).catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`never true: ${expression}`);
}
async function shoot(name) {
  if (!screenshots) return;
  const { data } = await call("Page.captureScreenshot", { format: "png" });
  writeFileSync(join(screenshots, `${name}.png`), Buffer.from(data, "base64"));
}
let failures = 0;
function check(what, is) {
  if (is) return;
  failures += 1;
  console.log(`FAILED: ${what}`);
}
const status = () => run("document.querySelector('[role=status]').textContent");
const type = (value) => run(`(() => { const s = document.getElementById('search'); s.value = ${JSON.stringify(value)}; const t = performance.now(); s.dispatchEvent(new Event('input')); document.body.offsetHeight; return performance.now() - t; })()`);

// Names, contrast, landmarks: what a screen reader and weak eyes need.
const accessibility = `(() => {
  const bad = [];
  for (const e of document.querySelectorAll("button, a, input, select")) {
    const label = e.getAttribute("aria-label") || e.textContent.trim() || (e.labels && [...e.labels].map((l) => l.textContent).join(""));
    if (!label) bad.push("no name: " + e.outerHTML.slice(0, 80));
  }
  if (!document.documentElement.lang || !document.title) bad.push("no language or title");
  if (document.querySelectorAll("main").length !== 1 || document.querySelectorAll("h1").length !== 1) bad.push("main or h1");
  let level = 1;
  for (const h of document.querySelectorAll("h1, h2, h3")) { const n = Number(h.tagName[1]); if (n > level + 1) bad.push("a heading skips a level"); level = n; }
  const light = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const back = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!c.endsWith(", 0)")) return c; } return "rgb(255, 255, 255)"; };
  for (const e of document.querySelectorAll("main *, header *")) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(back(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) { bad.push("contrast: " + e.tagName + " " + e.textContent.slice(0, 30)); break; }
  }
  if (document.documentElement.scrollWidth > innerWidth) bad.push("wider than the window");
  return bad;
})()`;
async function check_accessibility(where) {
  for (const trouble of await run(accessibility)) check(`${where}: ${trouble}`, false);
}

try {
  const { targetInfos } = await call("Target.getTargets");
  const target = targetInfos.find((info) => info.type === "page");
  session = (await call("Target.attachToTarget", { targetId: target.targetId, flatten: true })).sessionId;
  for (const domain of ["Page", "Runtime", "Log"]) await call(`${domain}.enable`);
  await call("Page.navigate", { url: base });
  await until("document.querySelector('.models')");
  check("all models counted", (await status()) === "4998 of 4998 models");
  check("a page at a time", (await run("document.querySelectorAll('.models li').length")) === 100);
  await check_accessibility("list");
  await shoot("list-light");

  let slowest = 0;
  for (const text of ["n", "ne", "net", "net 4", "net 49"]) slowest = Math.max(slowest, await type(text));
  console.log(`5,000 models: ${slowest.toFixed(1)} ms for the slowest keystroke`);
  check("search narrows", (await status()) === "112 of 4998 models" || /^\d+ of 4998/.test(await status()));
  await type("twin");
  check("search ignores case", (await status()) === "2 of 4998 models");
  await type("");
  await run("[...document.querySelectorAll('.tags button')].find((b) => b.textContent.startsWith('kind 3')).click()");
  check("a tag filters", /^99\d of 4998|^1000 of 4998/.test(await status()));
  await run("[...document.querySelectorAll('.tags button')].find((b) => b.textContent.startsWith('kind 3')).click()");
  await run("(() => { const s = document.querySelectorAll('select')[0]; s.value = '12'; s.dispatchEvent(new Event('change')); })()");
  check("an opset filters", !(await status()).startsWith("4998"));
  await run("(() => { const s = document.querySelectorAll('select')[0]; s.value = ''; s.dispatchEvent(new Event('change')); })()");

  await type("other.onnx");
  await run("document.querySelector('.models a').click()");
  await until("document.querySelector('.ports')");
  check("its name is the heading", (await run("document.querySelector('h1').textContent")) === "Net 0 again");
  check("the heading has the focus", await run("document.activeElement.tagName === 'H1'"));
  check("ports are told", (await run("document.querySelector('.ports').textContent")).includes("float[N,3,?]"));
  check("the README is there", (await run("document.querySelector('.readme').textContent")).includes("Text with code"));
  check("no script in a link", await run("![...document.querySelectorAll('a')].some((a) => a.protocol === 'javascript:')"));
  check("a table", (await run("document.querySelectorAll('.readme td').length")) === 2);
  check("the file is linked", (await run("document.querySelector('.download').getAttribute('href')")) === "./vision/net_0/model/other.onnx");
  check("a command for the client", (await run("document.querySelector('pre').textContent")).startsWith("onnxhub load 'Net 0 again' --hub 'http://127.0.0.1:"));
  await call("Browser.grantPermissions", { permissions: ["clipboardReadWrite", "clipboardSanitizedWrite"] }).catch(() => {});
  await run("document.querySelector('.command button').click()");
  await until("/Copied|Select it/.test(document.querySelector('.command button').textContent)");
  await check_accessibility("model");
  await shoot("model-light");
  await run("history.back()");
  await until("document.querySelector('.models')");
  check("back keeps the search", (await run("document.getElementById('search').value")) === "other.onnx");

  await type("twin");
  await run("document.querySelector('.models a').click()");
  await until("document.querySelector('.ports')");
  check("other versions are linked", (await run("document.querySelector('main').textContent")).includes("Other versions"));
  await run(`location.hash = "#/model/" + encodeURIComponent(${JSON.stringify(`x/${hostile}`)})`);
  await until("document.querySelector('h1').textContent.includes('onerror')");
  check("hostile names are text", await run("!document.querySelector('main img, main script')"));
  await run("location.hash = '#/model/..%2Fevil.onnx'");
  await until("document.querySelector('h1').textContent === 'Archive'");
  check("no link out of the hub", await run("!document.querySelector('.download')"));
  await run("location.hash = '#/model/%E0%A4%A'");
  await until("document.querySelector('h1').textContent === 'No such model'");

  await call("Page.navigate", { url: "about:blank" });
  await until("location.href === 'about:blank'");
  await call("Page.navigate", { url: `${base}#/model/t%2Fb.onnx` });
  await until("document.querySelector('h1')?.textContent === 'twin'");
  await run("document.getElementById('theme').click()");
  check("dark", (await run("document.documentElement.dataset.theme")) === "dark");
  await check_accessibility("dark model");
  await shoot("model-dark");
  await call("Emulation.setDeviceMetricsOverride", { width: 320, height: 640, deviceScaleFactor: 2, mobile: true });
  await check_accessibility("phone model");
  await shoot("model-phone");
  await run("location.hash = '#/'");
  await until("document.querySelector('.models')");
  await run("document.dispatchEvent(new KeyboardEvent('keydown', {key: '/', bubbles: true}))");
  check("/ is for searching", await run("document.activeElement.id === 'search'"));
  await check_accessibility("phone list");
  await shoot("list-phone");
  for (const trouble of troubles) check(`console: ${trouble}`, false);
  check("nothing else was asked for", requests.every((path) => path === "/hub/" || path === "/hub/ONNX_HUB_MANIFEST.json"));
} catch (error) {
  check(error.message, false);
} finally {
  const gone = new Promise((resolve) => browser.once("exit", resolve));
  browser.kill();
  await gone;
  server.close();
  try {
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  } catch { /* a straggler of Chromium's still writes: a temporary folder stays */ }
}
console.log(failures ? `${failures} failed` : "all passed");
process.exit(failures ? 1 : 0);
