import { CloisterError } from "../../error.ts";
import { listAt, textAt, textsAt, valueAt } from "./recorded-object.ts";

/** One condition on an object's labels. */
export type LabelRequirement =
  | { readonly op: "in" | "notin"; readonly key: string; readonly values: readonly string[]; readonly written: "=" | "==" | "!=" | "set" }
  | { readonly op: "exists" | "absent"; readonly key: string }
  | { readonly op: ">" | "<"; readonly key: string; readonly bound: number };

type Labels = Readonly<Record<string, string>> | undefined;

/** Whether labels fulfil every requirement. `notin` and `!=` hold too where the label is absent, as in Kubernetes. */
export function matchesLabels(requirements: readonly LabelRequirement[], labels: Labels): boolean {
  return requirements.every((requirement) => {
    const value = labels !== undefined && Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
    switch (requirement.op) {
      case "in":
        return value !== undefined && requirement.values.includes(value);
      case "notin":
        return value === undefined || !requirement.values.includes(value);
      case "exists":
        return value !== undefined;
      case "absent":
        return value === undefined;
      default: {
        const number = value === undefined || !/^-?\d+$/.test(value) ? undefined : Number(value);
        return number !== undefined && (requirement.op === ">" ? number > requirement.bound : number < requirement.bound);
      }
    }
  });
}

const keyPattern = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/;
const valuePattern = /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/;
const token = /\s*(notin\b|in\b|==|!=|[=!<>(),]|[^\s=!<>(),]+)\s*/y;

/**
 * The requirements of a `labelSelector` parameter: equality (`a=b`, `a==b`, `a!=b`), sets (`a in (b,c)`, `a notin (b)`), existence (`a`, `!a`)
 * and numbers (`a>1`), joined by commas.
 *
 * @throws {CloisterError} `bad-request` with the place that is not understood
 */
export function parseLabelSelector(text: string): readonly LabelRequirement[] {
  const tokens = tokenize(text);
  const requirements: LabelRequirement[] = [];
  let at = 0;
  const next = () => tokens[at++] ?? "";
  while (at < tokens.length) {
    requirements.push(parseRequirement(next, () => tokens[at] ?? "", text));
    const separator = next();
    if (separator !== "" && separator !== ",") throw unparsable(text, `found '${separator}', expected: ',' or 'end of string'`);
    if (separator === "," && at >= tokens.length) throw unparsable(text, "found '', expected: identifier after ','");
  }
  return requirements;
}

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const found = token.exec(text);
    if (found?.[1] === undefined) break;
    tokens.push(found[1]);
  }
  return tokens;
}

function parseRequirement(next: () => string, peek: () => string, whole: string): LabelRequirement {
  const first = next();
  if (first === "!") return { op: "absent", key: parseKey(next(), whole) };
  const key = parseKey(first, whole);
  const operator = peek();
  switch (operator) {
    case "":
    case ",":
      return { op: "exists", key };
    case "=":
    case "==":
    case "!=": {
      next();
      const value = peek() === "," || peek() === "" ? "" : next();
      return { op: operator === "!=" ? "notin" : "in", key, values: [parseValue(value, whole)], written: operator };
    }
    case "in":
    case "notin":
      next();
      return { op: operator, key, values: parseValues(next, whole), written: "set" };
    case ">":
    case "<": {
      next();
      const bound = next();
      if (!/^-?\d+$/.test(bound)) throw unparsable(whole, `for '${operator}' operators the value must be an integer`);
      return { op: operator, key, bound: Number(bound) };
    }
    default:
      throw unparsable(whole, `found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
  }
}

function parseValues(next: () => string, whole: string): string[] {
  if (next() !== "(") throw unparsable(whole, "expected: '('");
  const values: string[] = [];
  for (;;) {
    const value = next();
    if (value === ")") return values.length > 0 ? values : [""];
    if (value === "") throw unparsable(whole, "found '', expected: ',' or ')'");
    if (value === ",") continue;
    values.push(parseValue(value, whole));
  }
}

function parseKey(key: string, whole: string): string {
  if (keyPattern.test(key)) return key;
  throw unparsable(whole, `"${key}" is not a label's name`);
}

function parseValue(value: string, whole: string): string {
  if (valuePattern.test(value)) return value;
  throw unparsable(whole, `"${value}" is not a label's value`);
}

function unparsable(selector: string, why: string): CloisterError {
  return new CloisterError("bad-request", `unable to parse requirement: ${why} (labelSelector "${selector}")`, { field: "labelSelector" });
}

/** The requirements of an object's own selector (`matchLabels`, `matchExpressions`), in the order of their keys. */
export function requirementsOf(selector: unknown): readonly LabelRequirement[] {
  const equal = Object.entries(textsAt(selector, "matchLabels")).map(([key, value]): LabelRequirement => ({
    op: "in",
    key,
    values: [value],
    written: "=",
  }));
  const expressions = listAt(selector, "matchExpressions").flatMap((expression): LabelRequirement[] => {
    const key = textAt(expression, "key");
    const values = listAt(expression, "values").filter((value): value is string => typeof value === "string");
    switch (textAt(expression, "operator")) {
      case "In":
        return [{ op: "in", key, values, written: "set" }];
      case "NotIn":
        return [{ op: "notin", key, values, written: "set" }];
      case "Exists":
        return [{ op: "exists", key }];
      case "DoesNotExist":
        return [{ op: "absent", key }];
      default:
        return [];
    }
  });
  return [...equal, ...expressions].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** An object's own selector as tables show it (`app=web,tier in (a,b)`); `<none>` where it selects everything or is not set. */
export function formatSelector(selector: unknown): string {
  return requirementsOf(selector).map(formatRequirement).join(",") || "<none>";
}

/** Plain labels as tables show them, sorted by key. */
export function formatLabels(object: unknown, ...path: readonly string[]): string {
  if (valueAt(object, ...path) === undefined) return "<none>";
  const labels = Object.entries(textsAt(object, ...path)).sort(([a], [b]) => (a < b ? -1 : 1));
  return labels.map(([key, value]) => `${key}=${value}`).join(",") || "<none>";
}

function formatRequirement(requirement: LabelRequirement): string {
  switch (requirement.op) {
    case "in":
    case "notin":
      if (requirement.written !== "set") return `${requirement.key}${requirement.written}${requirement.values.join(",")}`;
      return `${requirement.key} ${requirement.op} (${requirement.values.toSorted().join(",")})`;
    case "exists":
      return requirement.key;
    case "absent":
      return `!${requirement.key}`;
    default:
      return `${requirement.key}${requirement.op}${requirement.bound}`;
  }
}
