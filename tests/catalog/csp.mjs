// SPDX-License-Identifier: Apache-2.0
// The policy that the bundled catalog page must have: its scripts, its later scripts and its style by hash, and nothing else.
import { createHash } from "node:crypto";

const hash_source = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/// `html` with the policy that fits its inline scripts, its style and the texts of `later_scripts`.
export function with_policy(html, later_scripts) {
    const inline = (tag) => [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"))].map(([, text]) => text);
    const policy = [
        "default-src 'none'",
        `script-src ${[...inline("script"), ...later_scripts].map(hash_source).join(" ")}`,  // data blocks have a type, are never run and need no hash
        `style-src ${inline("style").map(hash_source).join(" ")}`,
        "img-src data: blob:",
        "connect-src 'self'",
        "worker-src blob:",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types later-scripts",
    ].join("; ");
    return html.replace(/(<meta http-equiv="Content-Security-Policy" content=")[^"]*"/, (_, start) => `${start}${policy}"`);
}
