// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint, so that the dark theme shows no white flash.
try {
    const theme = localStorage.getItem("onnxhub-theme");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
    // Storage is not allowed; the system's theme is used.
}
