// SPDX-License-Identifier: Apache-2.0
// The catalog page's policy names its scripts and its style by hash. `node csp.mjs PAGE` says whether it still
// does (exit status 1 if not), `--write` puts it right.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/// `html` with the policy that fits its inline scripts and style, and nothing else.
export function with_policy(html) {
    const hashes = (tag) => [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"))]
        .map(([, text]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`).join(" ");
    const policy = [
        "default-src 'none'",
        `script-src ${hashes("script")}`,  // data blocks have a type, are never run and need no hash
        `style-src ${hashes("style")}`,
        "img-src data:",                   // the icon
        "connect-src 'self'",              // the manifest
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ].join("; ");
    return html.replace(/(<meta http-equiv="Content-Security-Policy" content=")[^"]*"/, (_, start) => `${start}${policy}"`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const page = process.argv[2];
    const html = readFileSync(page, "utf8");
    const right = with_policy(html);
    if (process.argv.includes("--write")) writeFileSync(page, right);
    else if (right !== html) {
        console.error(`${page}: the policy doesn't fit; node tests/catalog/csp.mjs ${page} --write`);
        process.exitCode = 1;
    }
}
