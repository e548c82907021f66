import type { Commit, Diff } from "./history.ts";
import { type Markup, markup } from "./markup.ts";
import { renderMarkdown } from "./markdown.ts";
import { type Crumb, renderPage, renderTime } from "./page-layout.ts";
import { type DiffLine, type FileDiff, parseDiff } from "./parse-diff.ts";

/** What the page says of a pull request. */
export interface PullRequestText {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: "open";
  readonly draft: boolean;
  readonly author: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly head: { readonly ref: string };
  readonly base: { readonly ref: string };
}

export interface PullRequestDetails {
  readonly owner: string;
  readonly name: string;
  readonly commits: readonly Commit[];
  readonly diff: Diff;
  /** Whether the page is served by the forge, so that its links lead somewhere. */
  readonly served: boolean;
}

/** A branch held against another, before a pull request is open. */
export interface Comparison {
  readonly base: string;
  readonly head: string;
}

const maxLines = 5000;

/** The page of a pull request; needs neither a server nor the network. */
export function renderPullRequestPage(pullRequest: PullRequestText, details: PullRequestDetails): string {
  const { number, title, body, author, createdAt, head, base, draft } = pullRequest;
  const content = markup`<h1>${title} <span class="number">#${number}</span></h1>
<p class="meta">
${draft ? markup`<span class="badge draft">Draft</span>` : markup`<span class="badge">Open</span>`}
<span><strong>${author}</strong> wants to merge ${count(details.commits.length, "commit")}</span>
${branches({ base: base.ref, head: head.ref })}
<span>opened ${renderTime(createdAt)}</span>
</p>
<section class="panel body">${body.trim() === "" ? markup`<p class="quiet">No description.</p>` : renderMarkdown(body)}</section>
${changes(details)}`;
  return renderPage(
    `${title} · #${number} · ${details.owner}/${details.name}`,
    [...crumbs(details), { text: `Pull request #${number}` }],
    content,
  );
}

/** The page of what a pull request would be. */
export function renderComparisonPage(comparison: Comparison, details: PullRequestDetails): string {
  const content = markup`<h1>What ${comparison.head} changes</h1>
<p class="meta">${branches(comparison)}<span>${count(details.commits.length, "commit")}; no pull request is opened here: that is done with <code>gh pr create</code></span></p>
${changes(details)}`;
  return renderPage(
    `${comparison.base}...${comparison.head} · ${details.owner}/${details.name}`,
    [...crumbs(details), { text: `${comparison.base}...${comparison.head}` }],
    content,
  );
}

function crumbs({ owner, name, served }: PullRequestDetails): Crumb[] {
  return [
    { text: "Forge", href: served ? "/" : undefined },
    { text: `${owner}/${name}`, href: served ? `/${owner}/${name}` : undefined },
  ];
}

function branches({ base, head }: Comparison): Markup {
  return markup`<span><code class="branch">${head}</code> <span aria-label="into">→</span> <code class="branch">${base}</code></span>`;
}

function changes({ commits, diff }: PullRequestDetails): Markup {
  const files = parseDiff(diff.text);
  let room = maxLines;
  const shown = files.map((file) => {
    const lines = file.hunks.reduce((total, hunk) => total + hunk.lines.length, 0);
    const fits = lines <= room;
    if (fits) room -= lines;
    return renderFile(file, fits);
  });
  const additions = files.reduce((total, file) => total + file.additions, 0);
  const deletions = files.reduce((total, file) => total + file.deletions, 0);
  return markup`<h2>Commits <span class="count">${commits.length}</span></h2>
<ul class="rows panel">${commits.map(renderCommit)}</ul>
<h2>Files changed <span class="count">${files.length}</span> ${totals(additions, deletions)}</h2>
${shown}
${diff.truncated ? markup`<p class="quiet">The change is too large to be shown whole; it ends here.</p>` : ""}`;
}

function renderCommit({ sha, subject, authorName, committedAt }: Commit): Markup {
  return markup`<li><span class="grow">${subject}</span><span class="quiet">${authorName}, ${renderTime(committedAt)}</span><code class="quiet">${sha.slice(0, 10)}</code></li>`;
}

function renderFile(file: FileDiff, whole: boolean): Markup {
  const rows = whole
    ? file.hunks.map((hunk) => [
        markup`<tr class="hunk"><td class="n"></td><td class="n"></td><td colspan="2">${hunk.header}</td></tr>`,
        hunk.lines.map(renderLine),
      ])
    : [];
  const content =
    rows.length > 0
      ? markup`<div class="scroll"><table class="diff"><tbody>${rows}</tbody></table></div>`
      : markup`<p>${file.binary ? "A binary file: not shown." : whole ? "No lines changed." : "Too many lines to be shown here."}</p>`;
  return markup`<details class="file panel" open><summary><code class="path">${file.path}</code><span class="quiet">${file.change}</span>${totals(file.additions, file.deletions)}</summary>${content}</details>
`;
}

function renderLine(line: DiffLine): Markup {
  switch (line.kind) {
    case "context":
      return row("context", line.before, line.after, "", line.text);
    case "added":
      return row("added", undefined, line.after, "+", line.text);
    case "removed":
      return row("removed", line.before, undefined, "−", line.text);
    case "remark":
      return row("remark", undefined, undefined, "", line.text);
  }
}

function row(kind: DiffLine["kind"], before: number | undefined, after: number | undefined, sign: string, text: string): Markup {
  return markup`<tr class="${kind}"><td class="n">${before}</td><td class="n">${after}</td><td class="sign">${sign}</td><td class="code">${text}</td></tr>`;
}

function totals(additions: number, deletions: number): Markup {
  return markup`<span class="mono"><span class="plus">+${additions}</span> <span class="minus">−${deletions}</span></span>`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
