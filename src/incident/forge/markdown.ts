import { type Markup, markup } from "./markup.ts";

/**
 * The little Markdown that a pull request's text is written in: headings, paragraphs, flat lists, fenced code, `code`, **bold** and ~~struck out~~, rules. All else
 * stays the text it is; HTML, links and pictures too, for the page reaches for nothing outside.
 */
export function renderMarkdown(text: string): Markup {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const blocks: Markup[] = [];
  let at = 0;
  const take = (holds: (line: string) => boolean): string[] => {
    const start = at;
    while (at < lines.length && holds(lines[at] ?? "")) at++;
    return lines.slice(start, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (line.trim() === "") at++;
    else if (/^-{3,}\s*$/.test(line)) {
      at++;
      blocks.push(markup`<hr>`);
    } else if (fence.test(line)) {
      at++;
      const code = take((next) => !fence.test(next));
      at++;
      blocks.push(markup`<pre><code>${code.join("\n")}</code></pre>`);
    } else if (heading !== null) {
      at++;
      blocks.push(renderHeading(heading[1]?.length ?? 1, heading[2] ?? ""));
    } else if (bullet.test(line))
      blocks.push(
        markup`<ul>${take((next) => isItem(next, bullet))
          .reduce<string[]>(joinItems, [])
          .map(renderItem)}</ul>`,
      );
    else if (ordinal.test(line))
      blocks.push(
        markup`<ol>${take((next) => isItem(next, ordinal))
          .reduce<string[]>(joinItems, [])
          .map(renderItem)}</ol>`,
      );
    else {
      // The first line is taken whatever it is, so that every round goes forward.
      at++;
      const paragraph = [
        line,
        ...take((next) => next.trim() !== "" && !fence.test(next) && !bullet.test(next) && !ordinal.test(next) && !/^#{1,6}\s/.test(next)),
      ];
      blocks.push(markup`<p>${paragraph.map((text, index) => [index > 0 ? markup`<br>` : "", renderInline(text)])}</p>`);
    }
  }
  return markup`${blocks}`;
}

const fence = /^\s*(?:```|~~~)/;
const bullet = /^\s{0,8}[-*+]\s+/;
const ordinal = /^\s{0,8}\d{1,9}[.)]\s+/;

function isItem(line: string, marker: RegExp): boolean {
  return marker.test(line) || /^\s+\S/.test(line);
}

// A line that is indented and has no marker goes on with the item before it.
function joinItems(items: string[], line: string): string[] {
  const last = items.length - 1;
  if (last >= 0 && !bullet.test(line) && !ordinal.test(line)) items[last] = `${items[last] ?? ""} ${line.trim()}`;
  else items.push(line);
  return items;
}

function renderItem(line: string): Markup {
  return markup`<li>${renderInline(line.replace(/^\s*(?:[-*+]|\d{1,9}[.)])\s+/, ""))}</li>`;
}

// The page's own title is h1, its sections are h2: the body's headings come below.
function renderHeading(level: number, text: string): Markup {
  if (level <= 1) return markup`<h3>${renderInline(text)}</h3>`;
  return level === 2 ? markup`<h4>${renderInline(text)}</h4>` : markup`<h5>${renderInline(text)}</h5>`;
}

function renderInline(text: string): Markup {
  const parts = text.split(/(`[^`]+`|\*\*[^*]+\*\*|~~[^~]+~~)/);
  return markup`${parts.map((part) => {
    if (part.length > 2 && part.startsWith("`") && part.endsWith("`")) return markup`<code>${part.slice(1, -1)}</code>`;
    if (part.length > 4 && part.startsWith("**") && part.endsWith("**")) return markup`<strong>${part.slice(2, -2)}</strong>`;
    if (part.length > 4 && part.startsWith("~~") && part.endsWith("~~")) return markup`<del>${part.slice(2, -2)}</del>`;
    return part;
  })}`;
}
