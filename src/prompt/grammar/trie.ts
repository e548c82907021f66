import { literal, type Rules } from "./rules.ts";

/** One step of a path: text, or a rule that says what stands there. */
export type Step = { readonly text: string } | { readonly rule: string };

interface Node {
  ends: boolean;
  readonly next: Map<string, { step: Step; node: Node }>;
}

/**
 * Many alternatives that begin alike, as one rule: common beginnings are written once, and equal ends too. An engine follows one
 * path for as long as the alternatives agree, so hundreds of them cost what one costs.
 *
 * @returns an expression; at least one path is needed
 */
export function shareBeginnings(rules: Rules, hint: string, paths: Iterable<readonly Step[]>): string {
  const root = newNode();
  for (const path of paths) {
    let node = root;
    for (const step of path) {
      if ("rule" in step) node = follow(node, `rule ${step.rule}`, step);
      else for (const character of step.text) node = follow(node, `text ${character}`, { text: character });
    }
    node.ends = true;
  }
  return rules.share(hint, write(rules, hint, root));
}

/** A choice among whole texts. */
export function oneOf(rules: Rules, hint: string, texts: Iterable<string>): string {
  return shareBeginnings(
    rules,
    hint,
    Array.from(texts, (text) => [{ text }]),
  );
}

function newNode(): Node {
  return { ends: false, next: new Map() };
}

function follow(node: Node, key: string, step: Step): Node {
  const known = node.next.get(key);
  if (known) return known.node;
  const made = newNode();
  node.next.set(key, { step, node: made });
  return made;
}

/** The rest of every path that comes through a node, as a rule's body. */
function write(rules: Rules, hint: string, node: Node): string {
  const alternatives = Array.from(node.next.values(), (edge) => writeChain(rules, hint, edge.step, edge.node));
  return [...alternatives, ...(node.ends ? ['""'] : [])].join(" | ");
}

/** A step and all that follows without a choice, in one line. */
function writeChain(rules: Rules, hint: string, first: Step, second: Node): string {
  const items: string[] = [];
  let text = "";
  let step = first;
  let node = second;
  for (;;) {
    if ("text" in step) text += step.text;
    else {
      if (text !== "") items.push(literal(text));
      text = "";
      items.push(step.rule);
    }
    const [only] = node.next.values();
    if (only === undefined || node.ends || node.next.size > 1) break;
    ({ step, node } = only);
  }
  if (text !== "") items.push(literal(text));
  if (node.next.size > 0) items.push(rules.share(hint, write(rules, hint, node)));
  return items.join(" ");
}
