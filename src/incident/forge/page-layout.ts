import { createHash } from "node:crypto";

import { type Markup, markup } from "./markup.ts";
import { raw } from "hono/html";

/** Where a page stands: names from the forge's list down; `href` where it is served, none in a page that is kept as a file. */
export interface Crumb {
  readonly text: string;
  readonly href?: string | undefined;
}

const style = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f6f7f9; --line: #d9dde3; --text: #1c2128; --quiet: #5b6470; --link: #0b57d0;
  --open: #1a7f37; --draft: #5b6470; --plus: #1a7f37; --minus: #c4232e;
  --plus-row: #e7f7ec; --plus-number: #cdeed6; --minus-row: #fdeceb; --minus-number: #fad5d3; --hunk: #eaf1fb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1318; --panel: #171c23; --line: #2d343e; --text: #e3e7ec; --quiet: #96a0ad; --link: #7fb2ff;
    --open: #2c8f48; --draft: #5b6470; --plus: #57c274; --minus: #f1746d;
    --plus-row: #13291c; --plus-number: #1b4026; --minus-row: #32191b; --minus-number: #4d2024; --hunk: #17222f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
code, pre, .mono { font-family: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.86em; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.top { background: var(--panel); border-bottom: 1px solid var(--line); padding: 12px 24px; }
.top nav { max-width: 1072px; margin: 0 auto; }
.top nav span + span::before { content: "/"; color: var(--quiet); padding: 0 8px; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 24px 64px; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 12px; font-weight: 650; overflow-wrap: anywhere; }
h1 .number { color: var(--quiet); font-weight: 400; }
h2 { font-size: 1.1rem; margin: 36px 0 12px; font-weight: 650; }
h2 .count { color: var(--quiet); font-weight: 400; margin: 0 8px 0 4px; }
h2 .mono { font-weight: 400; }
.meta { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; color: var(--quiet); margin: 0; }
.badge { color: #fff; border-radius: 999px; padding: 3px 12px; font-size: 0.86rem; font-weight: 600; background: var(--open); }
.badge.draft { background: var(--draft); }
.branch { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 2px 8px; color: var(--text); overflow-wrap: anywhere; }
.plus { color: var(--plus); } .minus { color: var(--minus); }
.panel { border: 1px solid var(--line); border-radius: 10px; background: var(--page); overflow: hidden; }
.body { padding: 4px 20px; margin-top: 24px; overflow-wrap: anywhere; }
.body h3, .body h4, .body h5 { margin: 20px 0 8px; line-height: 1.3; font-weight: 650; }
.body h3 { font-size: 1.15rem; } .body h4 { font-size: 1.02rem; } .body h5 { font-size: 0.95rem; }
.body p, .body ul, .body ol { margin: 12px 0; } .body ul, .body ol { padding-left: 26px; }
.body code { background: var(--panel); border: 1px solid var(--line); border-radius: 5px; padding: 1px 5px; }
.body pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; overflow-x: auto; }
.body pre code { background: none; border: 0; padding: 0; font-size: 1em; }
.quiet { color: var(--quiet); }
ul.rows { list-style: none; margin: 0; padding: 0; }
ul.rows li { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: baseline; padding: 10px 16px; }
ul.rows li + li { border-top: 1px solid var(--line); }
ul.rows .grow { flex: 1 1 24ch; min-width: 0; overflow-wrap: anywhere; }
.file { margin-top: 16px; }
.file > summary { display: flex; gap: 4px 12px; flex-wrap: wrap; align-items: baseline; padding: 9px 16px; background: var(--panel); cursor: pointer; list-style: none; }
.file > summary::-webkit-details-marker { display: none; }
.file[open] > summary { border-bottom: 1px solid var(--line); }
.file > summary .path { flex: 1 1 24ch; min-width: 0; overflow-wrap: anywhere; }
.file p { margin: 0; padding: 12px 16px; color: var(--quiet); }
.scroll { overflow-x: auto; }
table.diff { border-collapse: collapse; min-width: 100%; font: 13px/1.55 ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; tab-size: 4; }
table.diff td { padding: 0 10px; vertical-align: top; }
table.diff td.n { width: 1%; min-width: 44px; text-align: right; color: var(--quiet); user-select: none; }
table.diff td.sign { width: 1%; padding: 0 0 0 10px; user-select: none; }
table.diff td.code { white-space: pre; padding-right: 20px; }
tr.added td { background: var(--plus-row); } tr.added td.n { background: var(--plus-number); }
tr.removed td { background: var(--minus-row); } tr.removed td.n { background: var(--minus-number); }
tr.added td.sign { color: var(--plus); } tr.removed td.sign { color: var(--minus); }
tr.hunk td { background: var(--hunk); color: var(--quiet); padding: 4px 10px; }
tr.remark td { color: var(--quiet); font-style: italic; }
footer { max-width: 1120px; margin: 0 auto; padding: 0 24px 32px; color: var(--quiet); font-size: 0.86rem; }
@media (max-width: 640px) { .top, main { padding-left: 16px; padding-right: 16px; } h1 { font-size: 1.4rem; } }
@media print { .file { break-inside: avoid; } .scroll { overflow: visible; } table.diff td.code { white-space: pre-wrap; } }
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** Nothing runs, nothing is fetched, nothing is sent: the one thing a page may use is its own style. */
export const contentSecurityPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

/** A whole page, complete in itself: no script, no outside resource. */
export function renderPage(title: string, crumbs: readonly Crumb[], content: Markup): string {
  const trail = crumbs.map(
    (crumb) => markup`<span>${crumb.href === undefined ? crumb.text : markup`<a href="${crumb.href}">${crumb.text}</a>`}</span>`,
  );
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<header class="top"><nav aria-label="Where this is">${trail}</nav></header>
<main>
${content}
</main>
<footer>Cloister's local forge. This page holds all that it shows and asks nothing of the network.</footer>
</body>
</html>
`;
  return page.toString();
}

const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/** A time as a person reads it, in UTC; `iso` is ISO 8601. */
export function renderTime(iso: string): Markup {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return markup`${iso}`;
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ""} ${date.getUTCFullYear()}`;
  return markup`<time datetime="${date.toISOString()}">${day}, ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC</time>`;
}
