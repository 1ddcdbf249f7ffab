// SPDX-License-Identifier: Apache-2.0
// Headless Chromium, driven through its DevTools protocol over two pipes: no WebSocket, no package.
import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const find_chromium = () => [process.env.CHROMIUM, "chromium", "chromium-browser", "google-chrome"]
    .find((name) => name && spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);

export class Browser {
    static async start(program) {
        const browser = new Browser();
        browser.profile = mkdtempSync(join(tmpdir(), "onnxhub-catalog-"));
        browser.process = spawn(program, [
            "--headless=new", "--remote-debugging-pipe", `--user-data-dir=${browser.profile}`, "--no-first-run",
            "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--disable-background-networking",
            // Chromium's own sandbox refuses to start as root, as which containers run tests.
            ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
            "about:blank",
        ], { stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"] });
        browser.last_id = 0;
        browser.waiting = new Map();
        browser.listeners = new Set();
        browser.last_words = "";
        browser.process.stdio[2].on("data", (data) => {
            browser.last_words = (browser.last_words + data).slice(-2000);
        });
        // "close" comes after the last output, "error" when the program can't be started.
        browser.exited = new Promise((resolve) => {
            browser.process.on("error", (error) => resolve(browser.has_ended(error.message)));
            browser.process.on("close", (status, signal) => resolve(browser.has_ended(signal ?? `status ${status}`)));
        });
        let rest = Buffer.alloc(0);
        browser.process.stdio[4].on("data", (data) => {
            rest = Buffer.concat([rest, data]);
            for (let end; (end = rest.indexOf(0)) >= 0; rest = rest.subarray(end + 1)) {
                browser.receive(JSON.parse(rest.subarray(0, end).toString()));
            }
        });
        browser.process.stdio[3].on("error", () => {});  // a browser that has gone says so by its exit
        return browser;
    }

    /// From now on every call fails, and so do those that wait for an answer.
    has_ended(reason) {
        this.ended = new Error(`Chromium has ended (${reason})${this.last_words && `; it printed:\n${this.last_words.trimEnd()}`}`);
        for (const { reject } of this.waiting.values()) reject(this.ended);
        this.waiting.clear();
    }

    receive(message) {
        if (message.id === undefined) {
            for (const listener of this.listeners) listener(message);
            return;
        }
        const call = this.waiting.get(message.id);
        this.waiting.delete(message.id);
        if (message.error) call?.reject(new Error(`${call.method}: ${message.error.message}`));
        else call?.resolve(message.result);
    }

    send(method, params = {}, sessionId = undefined) {
        return new Promise((resolve, reject) => {
            if (this.ended) return reject(this.ended);
            const id = ++this.last_id;
            this.waiting.set(id, { resolve, reject, method, sessionId });
            this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
        });
    }

    /// A tab with storage of its own.
    async open_tab(options = {}) {
        const { browserContextId } = await this.send("Target.createBrowserContext");
        const { targetId } = await this.send("Target.createTarget", { url: "about:blank", browserContextId });
        const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
        const tab = new Tab(this, sessionId, browserContextId);
        await tab.set_up(options);
        return tab;
    }

    async stop() {
        await Promise.race([this.send("Browser.close").catch(() => {}), new Promise((resolve) => setTimeout(resolve, 3000))]);
        const timer = setTimeout(() => this.process.kill("SIGKILL"), 5000);
        await this.exited;
        clearTimeout(timer);
        rmSync(this.profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
}

class Tab {
    constructor(browser, session, context) {
        Object.assign(this, { browser, session, context, problems: [], dialogs: [], requests: [], crash: undefined });
        browser.listeners.add((message) => message.sessionId === session && this.receive(message));
    }

    send(method, params) {
        return this.crash ? Promise.reject(this.crash) : this.browser.send(method, params, this.session);
    }

    /// A crashed page answers no more calls.
    has_crashed() {
        this.crash = new Error("the page has crashed");
        for (const { reject, sessionId } of this.browser.waiting.values()) {
            if (sessionId === this.session) reject(this.crash);
        }
    }

    receive({ method, params }) {
        if (method === "Runtime.consoleAPICalled" && ["error", "warning", "assert"].includes(params.type)) {
            this.problems.push(`console: ${params.args.map((arg) => arg.value ?? arg.description).join(" ")}`);
        }
        if (method === "Runtime.exceptionThrown") {
            this.problems.push(`exception: ${params.exceptionDetails.exception?.description ?? params.exceptionDetails.text}`);
        }
        if (method === "Log.entryAdded" && ["error", "warning"].includes(params.entry.level)) {
            this.problems.push(`log: ${params.entry.text} ${params.entry.url ?? ""}`);
        }
        if (method === "Page.javascriptDialogOpening") {
            this.dialogs.push(params.message);
            this.send("Page.handleJavaScriptDialog", { accept: false }).catch(() => {});
        }
        if (method === "Inspector.targetCrashed") this.has_crashed();
        if (method === "Network.requestWillBeSent") this.requests.push(params.request.url);
    }

    async set_up({ width = 1280, height = 900, dark = false, phone = false }) {
        for (const domain of ["Inspector", "Page", "Runtime", "Log", "Network"]) await this.send(`${domain}.enable`);
        await this.send("Emulation.setDeviceMetricsOverride",
            { width, height, deviceScaleFactor: phone ? 2 : 1, mobile: phone });
        await this.set_dark(dark);
    }

    set_dark(dark) {
        return this.send("Emulation.setEmulatedMedia",
            { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }, { name: "prefers-reduced-motion", value: "reduce" }] });
    }

    /// Opens `url` in a fresh page and waits until the list is loaded.
    async open(url) {
        await this.send("Page.navigate", { url: "about:blank" });
        await this.until(`location.href === "about:blank"`);
        await this.send("Page.navigate", { url });
        await this.until(`document.readyState === "complete" && document.querySelector("main:not([aria-busy])") !== null`);
    }

    /// The value of `expression` in the page. Waits for a promise.
    async value(expression) {
        const { result, exceptionDetails } = await this.send("Runtime.evaluate",
            { expression, returnByValue: true, awaitPromise: true, userGesture: true });
        if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
        return result.value;
    }

    async until(expression) {
        const end = Date.now() + 20_000;
        for (;;) {
            // During navigation there is no page to evaluate it.
            if (await this.value(expression).catch(() => false)) return;
            if (this.browser.ended ?? this.crash) throw this.browser.ended ?? this.crash;
            if (Date.now() > end) throw new Error(`never became true: ${expression}`);
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
    }

    async type(text) {
        for (const c of text) {
            await this.send("Input.dispatchKeyEvent", { type: "keyDown", text: c, key: c });
            await this.send("Input.dispatchKeyEvent", { type: "keyUp", key: c });
        }
    }

    async press(key, code = key, windowsVirtualKeyCode = { Tab: 9, Enter: 13, Escape: 27 }[key]) {
        const event = { key, code, windowsVirtualKeyCode, ...(key === "Enter" ? { text: "\r" } : {}) };
        await this.send("Input.dispatchKeyEvent", { type: "keyDown", ...event });
        await this.send("Input.dispatchKeyEvent", { type: "keyUp", ...event });
    }

    /// A real click in the middle of what `selector` finds.
    async click(selector) {
        const place = await this.value(`(() => {
            const node = document.querySelector(${JSON.stringify(selector)});
            if (!node) throw new Error("nothing to click: " + ${JSON.stringify(selector)});
            node.scrollIntoView({ block: "center", behavior: "instant" });
            const box = node.getBoundingClientRect();
            return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
        })()`);
        const event = { ...place, button: "left", clickCount: 1 };
        await this.send("Input.dispatchMouseEvent", { type: "mousePressed", ...event });
        await this.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...event });
    }

    async screenshot() {
        const { data } = await this.send("Page.captureScreenshot", { format: "png" });
        return Buffer.from(data, "base64");
    }

    close() { return this.browser.send("Target.disposeBrowserContext", { browserContextId: this.context }); }
}

/// A static web server: `files` maps a path to its text. It serves below /some/folder/, since hubs live in sub-folders.
/// Below a folder of `tokens`, all but the text of "/folder/sign-in" needs the folder's token.
export async function start_server(files, tokens = new Map()) {
    const server = createServer((request, response) => {
        const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
        const folder = path.slice(0, path.lastIndexOf("/") + 1);
        if (tokens.has(folder) && request.headers.authorization !== `Bearer ${tokens.get(folder)}`) {
            response.writeHead(401, { "content-type": "text/html; charset=utf-8" });
            return response.end(files.get(`${folder}sign-in`));
        }
        const text = files.get(path);
        const type = path.endsWith("/") ? "text/html; charset=utf-8" : path.endsWith(".json") ? "application/json" : "application/octet-stream";
        response.writeHead(text === undefined ? 404 : 200, { "content-type": type });
        response.end(text ?? "not found");
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { address: `http://127.0.0.1:${server.address().port}`, stop: () => { server.close(); server.closeAllConnections(); } };
}
