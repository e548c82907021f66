import { parseAllDocuments } from "yaml";
import type { Form, FormArgument, Piece, TextSlot } from "../../src/messages/answer.ts";
import type { Call } from "../../src/messages/conversation.ts";
import type { Tree } from "./scenario-world.ts";

/** Stands in a model's place: answers within the forms it is offered. `tree` are the files as they stand. */
export type Policy = (forms: readonly Form[], tree: Tree, workdir: string) => Call;

/** Always what is offered first. */
export const firstChoice: Policy = (forms) => fill(forms[0], (choices) => choices[0] ?? "", filler);

/** Any of what is offered, by a seed: the same one every time. */
export function randomChoice(seed: number): Policy {
  const next = random(seed);
  const pick = <T>(of: readonly T[]): T | undefined => of[Math.floor(next() * of.length)];
  const words = ["latest", "true", "0", "8080", "512Mi", "web", "default", "node", "1", "600", "/health"];
  return (forms) =>
    fill(
      pick(forms),
      (choices) => pick(choices) ?? "",
      (slot) => {
        const word = pick(words.filter((one) => fits(slot, one)));
        return word ?? filler(slot);
      },
    );
}

/**
 * Makes a right change wherever the forms let it, and says so through `onReached`; what is offered first otherwise. A change is right where it brings a file to
 * what it is in one of the trees.
 */
export function rightChoice(right: readonly Tree[], onReached: (path: string) => void = () => {}): Policy {
  return (forms, tree, workdir) => {
    for (const target of right) {
      const open = [...target].filter(([path, text]) => tree.get(path) !== text && !means(tree.get(path), text));
      for (const [path, text] of open) {
        const read = forms.find((form) => form.tool === "Read" && fixedText(form, "file_path") === `${workdir}/${path}`);
        if (read !== undefined) return fill(read, (choices) => choices[0] ?? "", filler);
        for (const form of forms) {
          const call = form.tool === "Edit" ? editTo(form, tree.get(path) ?? "", text, `${workdir}/${path}`) : undefined;
          if (call === undefined) continue;
          onReached(path);
          return call;
        }
      }
    }
    return firstChoice(forms, tree, workdir);
  };
}

/** The edit of the form that makes `target` of `now`, in whatever way it is written; `undefined` where the form cannot say it. */
function editTo(form: Form, now: string, target: string, path: string): Call | undefined {
  const old = fixedText(form, "old_string");
  const at = old === undefined ? -1 : now.indexOf(old);
  const replacement = form.arguments.find(({ name }) => name === "new_string");
  if (old === undefined || at < 0 || replacement === undefined || fixedText(form, "file_path") !== path) return undefined;
  const [before, after] = [now.slice(0, at), now.slice(at + old.length)];
  const call = (text: string): Call => ({ id: "", name: form.tool, input: { file_path: path, old_string: old, new_string: text } });
  if (target.startsWith(before) && target.endsWith(after) && target.length >= before.length + after.length) {
    const wanted = target.slice(before.length, target.length - after.length);
    if (says(replacement, wanted)) return call(wanted);
  }
  const written = finite(replacement.value).find((text) => means(before + text + after, target));
  return written === undefined ? undefined : call(written);
}

/** Do two manifests say the same, comments and quotation marks aside? */
function means(a: string | undefined, b: string): boolean {
  return a !== undefined && parsed(a) === parsed(b);
}

function parsed(text: string): string {
  return JSON.stringify(parseAllDocuments(text).map((document): unknown => (document.errors.length > 0 ? text : document.toJS())));
}

/** Can the argument hold this text? */
function says({ value }: FormArgument, text: string): boolean {
  const parts = value.map((piece) => {
    if (piece.kind === "fixed") return escape(piece.text);
    if (piece.kind === "choice") return `(?:${piece.of.map(escape).join("|")})`;
    return `(?:${slotPattern(piece.slot)})`;
  });
  const slots = value.flatMap((piece) => (piece.kind === "text" ? [piece.slot] : []));
  const except = slots.flatMap((slot) => slot.except ?? []);
  const only = value.filter((piece) => piece.kind !== "fixed").length === 1;
  const fixed = (kind: "start" | "end"): string => {
    const piece = kind === "start" ? value[0] : value.at(-1);
    return piece?.kind === "fixed" ? piece.text : "";
  };
  const ruledOut = only && except.includes(text.slice(fixed("start").length, text.length - (value.length > 1 ? fixed("end").length : 0)));
  return new RegExp(`^${parts.join("")}$`).test(text) && !ruledOut;
}

function slotPattern({ characters, min, max }: TextSlot): string {
  return characters === undefined ? `[^\\n]{${min},${max}}` : `[${characters}]{${min},${max}}`;
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** Every text of pieces without free text; none where there is some. */
function finite(pieces: readonly Piece[]): readonly string[] {
  let texts: readonly string[] = [""];
  for (const piece of pieces) {
    if (piece.kind === "text") return [];
    const of = piece.kind === "fixed" ? [piece.text] : piece.of;
    texts = texts.flatMap((text) => of.map((one) => text + one));
  }
  return texts;
}

function fixedText(form: Form, name: string): string | undefined {
  const [only, ...more] = form.arguments.find((argument) => argument.name === name)?.value ?? [];
  return only?.kind === "fixed" && more.length === 0 ? only.text : undefined;
}

function fill(form: Form | undefined, choose: (of: readonly string[]) => string, write: (slot: TextSlot) => string): Call {
  if (form === undefined) throw new Error("No form is offered.");
  const text = (piece: Piece): string => {
    if (piece.kind === "fixed") return piece.text;
    return piece.kind === "choice" ? choose(piece.of) : write(piece.slot);
  };
  return {
    id: "",
    name: form.tool,
    input: Object.fromEntries(form.arguments.map(({ name, value }) => [name, value.map(text).join("")])),
  };
}

/** Some text that fits a slot. */
function filler(slot: TextSlot): string {
  const candidates = [
    "the value that stands there is not the one that is wanted",
    "mend-what-triage-found",
    "a-fix",
    "1",
    "12345",
    "x",
    "xyz",
  ];
  return candidates.find((text) => fits(slot, text)) ?? "1".repeat(slot.min);
}

function fits(slot: TextSlot, text: string): boolean {
  const ruledOut = slot.except?.includes(text) === true || slot.exceptBeginnings?.some((one) => text.startsWith(one)) === true;
  return new RegExp(`^${slotPattern(slot)}$`).test(text) && !ruledOut;
}

/** Numbers from 0 to 1, by a linear congruence: the same for the same seed on every machine. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
