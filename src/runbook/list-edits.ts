import type { Piece, TextSlot } from "../messages/answer.ts";
import { listedValues } from "./known-values.ts";

/** What may stand in a line: the text that stays in front, pieces, the text that stays behind. Without the line's indentation. */
export interface LineEdit {
  readonly before: string;
  readonly value: readonly Piece[];
  readonly after: string;
}

/** Longest member that is written, in characters. */
const longest = 120;
const characters = "A-Za-z0-9._:/@+=,-";

/** Edits of `- member`: another one in its place; of an option with a value (`--size=5`) either its name or its value. */
export function itemEdits(line: string): readonly LineEdit[] {
  const match = /^((?:- )+)(?:(["'])([^"']+)\2|([^\s"'|>&*{[#][^#]*?))(\s+#.*)?$/.exec(line.trim());
  const [, dashes = "", quote = "", quoted, plain, comment = ""] = match ?? [];
  const member = quoted ?? plain ?? "";
  // `- key: value` is a line with a key.
  if (match === null || member.length > longest || (quote === "" && /:(?:\s|$)/.test(member))) return [];
  const [before, after] = [dashes + quote, quote + comment];
  const option = /^(--?[A-Za-z][\w-]*)=(.+)$/.exec(member);
  if (option === null) return [{ before, value: [text(member)], after }];
  const [, name = "", value = ""] = option;
  const marks = /^-+/.exec(name)?.[0] ?? "";
  const bare = name.slice(marks.length);
  return [
    {
      before: before + marks,
      value: [{ kind: "text", slot: { min: 2, max: 40, characters: "a-z0-9-", except: [bare] } }],
      after: `=${value}${after}`,
    },
    { before: `${before}${name}=`, value: [text(value)], after },
  ];
}

/** Edits of `key: [a, b]`: another member in the place of one, or one more behind the last. What the key may hold is offered where Kubernetes lists it. */
export function flowListEdits(line: string): readonly LineEdit[] {
  const match = /^((?:- )*([\w./-]+):\s+\[\s*)([^[\]{}#]*?)(\s*\](?:\s+#.*)?)$/.exec(line.trim());
  if (match === null) return [];
  const [, open = "", key = "", inside = "", close = ""] = match;
  const members = inside === "" ? [] : inside.split(/\s*,\s*/);
  if (members.some((member) => !/^(?:"[^"]*"|'[^']*'|[^"']+)$/.test(member))) return [];
  const held = members.map((member) => member.replaceAll(/^["']|["']$/g, ""));
  const mark = /^["']/.exec(members[0] ?? "")?.[0] ?? "";
  const known = listedValues[key]?.filter((one) => !held.includes(one));
  const slot = (old: string): readonly Piece[] => (known === undefined ? [text(old)] : [{ kind: "choice", of: known }]);
  if (known?.length === 0) return [];
  const more: LineEdit = { before: `${open}${inside}${members.length === 0 ? "" : ", "}${mark}`, value: slot(""), after: mark + close };
  const instead = members.map((member, index): LineEdit => {
    const own = /^["']/.exec(member)?.[0] ?? "";
    const [left, right] = [members.slice(0, index), members.slice(index + 1)];
    return {
      before: open + left.map((one) => `${one}, `).join("") + own,
      value: slot(held[index] ?? ""),
      after: own + right.map((one) => `, ${one}`).join("") + close,
    };
  });
  // What grows a list of listed words is likelier than what changes one.
  return known === undefined ? [...instead, more] : [more, ...instead];
}

function text(old: string): Piece {
  const slot: TextSlot = { min: 1, max: Math.min(longest, old.length + 40), characters, ...(old === "" ? {} : { except: [old] }) };
  return { kind: "text", slot };
}
