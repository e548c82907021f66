import type { Branch, TreeEntry } from "./history.ts";
import { markup } from "./markup.ts";
import { renderPage, renderTime } from "./page-layout.ts";

export interface RepositoryPage {
  readonly owner: string;
  readonly name: string;
  readonly host: string;
  readonly defaultBranch: string;
  readonly branches: readonly Branch[];
  /** The top level of the default branch. */
  readonly tree: readonly TreeEntry[];
  /** Newest first. */
  readonly pullRequests: readonly PullRequestRow[];
}

interface PullRequestRow {
  readonly number: number;
  readonly title: string;
  readonly author: string;
  readonly createdAt: string;
  readonly draft: boolean;
  readonly head: { readonly ref: string };
}

/** What a repository holds: its pull requests, its branches, the files of its default branch. */
export function renderRepositoryPage(page: RepositoryPage): string {
  const { owner, name, defaultBranch, branches, tree, pullRequests } = page;
  const at = `/${owner}/${name}`;
  const content = markup`<h1>${owner}/${name}</h1>
<p class="meta"><span>Default branch <code class="branch">${defaultBranch}</code></span><span class="mono">https://${page.host}${at}.git</span></p>
<h2>Pull requests <span class="count">${pullRequests.length}</span></h2>
${
  pullRequests.length === 0
    ? markup`<p class="quiet">None is open.</p>`
    : markup`<ul class="rows panel">${pullRequests.map(
        (row) =>
          markup`<li><span class="grow"><a href="${at}/pull/${row.number}">${row.title}</a> <span class="quiet">#${row.number}</span></span>${row.draft ? markup`<span class="quiet">draft</span>` : ""}<code class="quiet">${row.head.ref}</code><span class="quiet">${row.author}, ${renderTime(row.createdAt)}</span></li>`,
      )}</ul>`
}
<h2>Branches <span class="count">${branches.length}</span></h2>
<ul class="rows panel">${branches.map((branch) => {
    const compare =
      branch.name === defaultBranch
        ? markup`<span class="quiet">default</span>`
        : markup`<a href="${comparePath(at, defaultBranch, branch.name)}">compare</a>`;
    return markup`<li><code class="branch">${branch.name}</code><span class="grow">${branch.subject}</span>${compare}<span class="quiet">${renderTime(branch.committedAt)}</span><code class="quiet">${branch.sha.slice(0, 10)}</code></li>`;
  })}</ul>
<h2>Files <span class="count">on ${defaultBranch}</span></h2>
<ul class="rows panel">${tree.map((entry) => markup`<li><code class="grow">${entry.kind === "folder" ? `${entry.name}/` : entry.name}</code></li>`)}</ul>`;
  return renderPage(`${owner}/${name}`, [{ text: "Forge", href: "/" }, { text: `${owner}/${name}` }], content);
}

/** The forge's own page: its repositories. */
export function renderForgePage(host: string, repositories: readonly { owner: string; name: string; pullRequests: number }[]): string {
  const rows = repositories.map(
    ({ owner, name, pullRequests }) =>
      markup`<li><a class="grow" href="/${owner}/${name}">${owner}/${name}</a><span class="quiet">${pullRequests} open ${pullRequests === 1 ? "pull request" : "pull requests"}</span></li>`,
  );
  const content = markup`<h1>${host}</h1>
<h2>Repositories <span class="count">${repositories.length}</span></h2>
${rows.length === 0 ? markup`<p class="quiet">None yet.</p>` : markup`<ul class="rows panel">${rows}</ul>`}`;
  return renderPage(host, [{ text: "Forge" }], content);
}

function comparePath(at: string, base: string, head: string): string {
  const path = (branch: string) => branch.split("/").map(encodeURIComponent).join("/");
  return `${at}/compare/${path(base)}...${path(head)}`;
}
