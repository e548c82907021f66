import { html, raw } from "hono/html";

/** HTML that is whole and safe to put into a page. */
export type Markup = ReturnType<typeof raw>;

type Part = string | number | undefined | Markup | readonly Part[];

/** An HTML template: every text put into it is escaped, every `Markup` is kept. Texts belong between tags and inside quoted attributes only. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const page = html(strings, ...parts);
  if (page instanceof Promise) throw new TypeError("a page is made of what is there, not of promises");
  return page;
}
