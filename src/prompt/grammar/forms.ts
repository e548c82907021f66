import { CloisterError } from "../../error.ts";
import type { Form, Piece } from "../../messages/answer.ts";
import type { Tool } from "../../messages/conversation.ts";
import { onTheWire } from "./characters.ts";
import type { Rules } from "./rules.ts";
import { slotRule } from "./slot.ts";
import { oneOf, shareBeginnings, type Step } from "./trie.ts";

/**
 * The calls that fit one of the forms, from `{"name"` to the last brace. A form in which nothing can be said (an empty choice, a
 * slot whose every value is excluded) is left out.
 *
 * @throws CloisterError `internal` for a form of a tool that is not offered, or where no form can be said
 */
export function formCalls(rules: Rules, forms: readonly Form[], tools: readonly Tool[]): string {
  const paths: Step[][] = [];
  for (const form of forms) {
    if (!tools.some((tool) => tool.name === form.tool))
      throw new CloisterError("internal", `The form ${form.id} calls ${form.tool}, which is not one of the tools offered.`);
    const path = formPath(rules, form);
    if (path !== undefined) paths.push(path);
  }
  if (paths.length === 0) {
    const ids = forms.map((form) => form.id).join(", ");
    throw new CloisterError(
      "internal",
      `None of the forms can be said (${ids === "" ? "there is none" : ids}): their choices and slots leave nothing.`,
    );
  }
  return shareBeginnings(rules, "form", paths);
}

function formPath(rules: Rules, form: Form): Step[] | undefined {
  const path: Step[] = [{ text: `{"name": ${JSON.stringify(form.tool)}, "arguments": {` }];
  for (const [at, argument] of form.arguments.entries()) {
    path.push({ text: `${at === 0 ? "" : ", "}${JSON.stringify(argument.name)}: "` });
    for (const piece of argument.value) {
      const step = pieceStep(rules, piece);
      if (step === undefined) return undefined;
      path.push(step);
    }
    path.push({ text: '"' });
  }
  path.push({ text: "}}" });
  return path;
}

function pieceStep(rules: Rules, piece: Piece): Step | undefined {
  switch (piece.kind) {
    case "fixed":
      return { text: onTheWire(piece.text) };
    case "choice": {
      const [first, ...more] = piece.of;
      if (first === undefined) return undefined;
      return more.length === 0 ? { text: onTheWire(first) } : { rule: oneOf(rules, "choice", piece.of.map(onTheWire)) };
    }
    case "text": {
      const rule = slotRule(rules, "slot", piece.slot);
      return rule === undefined ? undefined : { rule };
    }
  }
}
