import assert from "node:assert/strict";
import { test } from "node:test";

import { renderMarkdown } from "./markdown.ts";
import { contentSecurityPolicy } from "./page-layout.ts";
import { renderComparisonPage, renderPullRequestPage } from "./pull-request-page.ts";
import { renderRepositoryPage } from "./repository-page.ts";

const attack = `"><script>alert('x')</script><img src=x onerror=alert(1)>&`;
const escaped = "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&amp;";
const commit = { sha: attack, subject: attack, body: attack, authorName: attack, authorEmail: attack, committedAt: attack };
const details = {
  owner: attack,
  name: attack,
  commits: [commit],
  diff: {
    text: `diff --git a/${attack} b/${attack}\n--- a/${attack}\n+++ b/${attack}\n@@ -1 +1 @@ ${attack}\n-${attack}\n+${attack}\n`,
    truncated: false,
  },
  served: true,
};
const pullRequest = {
  number: 1,
  title: attack,
  body: `# ${attack}\n\n${attack}\n\n- ${attack}\n\n1. ${attack}\n\n\`${attack}\` **${attack}**\n\n\`\`\`${attack}\n${attack}\n\`\`\`\n[a](javascript:alert(1)) <http://x.test>`,
  state: "open" as const,
  draft: false,
  author: attack,
  createdAt: attack,
  head: { ref: attack },
  base: { ref: attack },
};

function assertHarmless(page: string): void {
  assert.ok(page.includes(escaped));
  assert.ok(!page.includes("<script"), "no script");
  assert.ok(!page.includes("<img"), "no picture");
  // A quotation mark is in a text as an entity, so that what stands between two of them is an attribute's value.
  const tags =
    page
      .replace(/<style>.*<\/style>/s, "")
      .replace(/"[^"]*"/g, '""')
      .match(/<[^>]*>/g) ?? [];
  assert.deepEqual(
    tags.filter((tag) => /\son\w+=|script/i.test(tag)),
    [],
  );
  assert.ok(!/(?:src|href)="(?!\/)/.test(page), "nothing from outside");
}

test("whatever a pull request says is text on its page", () => {
  assertHarmless(renderPullRequestPage(pullRequest, details));
  assertHarmless(renderComparisonPage({ base: attack, head: attack }, details));
  assertHarmless(
    renderRepositoryPage({
      owner: attack,
      name: attack,
      host: attack,
      defaultBranch: attack,
      branches: [{ name: `x/${attack}`, sha: attack, subject: attack, committedAt: attack }],
      tree: [{ kind: "file", name: attack }],
      pullRequests: [pullRequest],
    }),
  );
});

test("a page that is kept as a file leads nowhere and forbids itself everything but its style", () => {
  const page = renderPullRequestPage(pullRequest, { ...details, served: false });
  assert.ok(!page.includes("<a "), "no link");
  assert.ok(page.includes(`<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy.replaceAll("'", "&#39;")}">`));
  assert.match(contentSecurityPolicy, /^default-src 'none'; style-src 'sha256-[^']{44}';/);
});

test("a change that is too large is said to be, not silently cut", () => {
  const many = Array.from({ length: 6000 }, (_, at) => `+line ${at}`).join("\n");
  const text = `diff --git a/big b/big\nnew file mode 100644\n--- /dev/null\n+++ b/big\n@@ -0,0 +1,6000 @@\n${many}\n`;
  const page = renderPullRequestPage(pullRequest, { ...details, diff: { text, truncated: true } });
  assert.ok(page.includes("Too many lines to be shown here."));
  assert.ok(page.includes("it ends here"));
  assert.ok(page.includes("+6000"));
});

test("Markdown: headings, lists, code, paragraphs; the rest stays text", () => {
  const text =
    "# Cause\nIt was\nkilled.\n\n- one\n  goes on\n- `two` **three**\n\n1) first\n2) second\n```yaml\na: <b>\n```\n* * *\n#no heading\n[x](y)";
  assert.equal(
    renderMarkdown(text).toString(),
    "<h3>Cause</h3><p>It was<br>killed.</p><ul><li>one goes on</li><li><code>two</code> <strong>three</strong></li></ul>" +
      "<ol><li>first</li><li>second</li></ol><pre><code>a: &lt;b&gt;</code></pre><ul><li>* *</li></ul><p>#no heading<br>[x](y)</p>",
  );
  assert.equal(renderMarkdown("```\nnever closed").toString(), "<pre><code>never closed</code></pre>");
  assert.equal(renderMarkdown("").toString(), "");
});
