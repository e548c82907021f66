// What the verify scripts of the scenarios share: the manifests before and after a change, what differs between them, and the
// frame that prints one line for each check. Plain Node; `yaml` is the project's own.
import { lstatSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments } from "yaml";

const maxFileBytes = 1024 * 1024;
const maxFiles = 2000;

/** What makes this run worthless, rather than the change wrong: exit status 2. */
export class CannotRun extends Error {}

/**
 * Runs the checks of one scenario against the checkout named on the command line. `judge` gets the scenario's truth, the
 * manifests before and after, the paths of the files that `changed`, and `check(name, ok, why)`. Exit status: 0 all ok, 1 some failed, 2 could not run.
 */
export function verify(scriptUrl, judge) {
  const scenario = fileURLToPath(new URL("..", scriptUrl));
  const results = [];
  const check = (name, ok, why) => results.push({ check: name, ok, why });
  try {
    const checkout = process.argv[2];
    if (checkout === undefined) throw new CannotRun("usage: node verify.mjs CHECKOUT");
    const before = readFolder(join(scenario, "repo"));
    const after = readFolder(checkout);
    const changed = changedPaths(before, after);
    const outside = changed.filter((path) => !path.startsWith("deploy/"));
    check("only-deploy", outside.length === 0, outside.length === 0 ? "nothing outside deploy/ changed" : `changed outside deploy/: ${outside.join(", ")}`);
    const head = readManifests(after);
    check("manifests-readable", head.problems.length === 0, head.problems.join("; ") || "every manifest parses");
    if (head.problems.length === 0) {
      const truth = parse(readFileSync(join(scenario, "truth.yaml"), "utf8"));
      const base = readManifests(before).objects;
      try {
        judge({ truth, base, head: head.objects, changed, check });
      } catch (thrown) {
        // A list where a text belongs: the API server would not take it. As it was, nothing of it is malformed.
        if (changed.length === 0) throw thrown;
        check("well-formed", false, `an object does not have the form of its kind: ${thrown.message}`);
      }
    }
  } catch (thrown) {
    console.error(thrown instanceof CannotRun ? thrown.message : thrown.stack);
    process.exitCode = 2;
    return;
  }
  for (const result of results) console.log(JSON.stringify(result));
  process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
}

/** A folder's files by path, without `.git`. A symbolic link is not followed: its target stands for its text. */
export function readFolder(root) {
  const files = new Map();
  const walk = (inner) => {
    for (const entry of readdirSync(join(root, inner), { withFileTypes: true })) {
      if (inner === "" && entry.name === ".git") continue;
      const path = inner === "" ? entry.name : `${inner}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (!entry.isFile()) files.set(path, undefined);
      else if (lstatSync(join(root, path)).size > maxFileBytes || files.size >= maxFiles) throw new CannotRun(`${path}: too large, or too many files`);
      else files.set(path, readFileSync(join(root, path), "utf8"));
    }
  };
  try {
    walk("");
  } catch (thrown) {
    if (thrown instanceof CannotRun) throw thrown;
    throw new CannotRun(`${root} cannot be read: ${thrown.message}`);
  }
  return files;
}

export function changedPaths(before, after) {
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => !before.has(path) || !after.has(path) || before.get(path) !== after.get(path));
}

/** The objects below deploy/ by `Kind/namespace/name`. */
function readManifests(files) {
  const objects = new Map();
  const problems = [];
  for (const [path, text] of files) {
    if (!path.startsWith("deploy/")) continue;
    if (text === undefined || !/\.ya?ml$/.test(path)) {
      problems.push(`${path} is not a YAML file`);
      continue;
    }
    for (const document of parseAllDocuments(text)) {
      if (document.errors.length > 0) {
        problems.push(`${path}: ${document.errors[0].message.split("\n")[0]}`);
        continue;
      }
      const object = document.toJS({ maxAliasCount: 100 });
      if (object === null) continue;
      const id = `${object?.kind}/${object?.metadata?.namespace}/${object?.metadata?.name}`;
      if (typeof object?.kind !== "string" || typeof object?.metadata?.name !== "string") problems.push(`${path} holds something that is no object of Kubernetes`);
      else if (objects.has(id)) problems.push(`${id} is there twice`);
      else objects.set(id, object);
    }
  }
  return { objects, problems };
}

/** The field of a cause in `truth.yaml`; undefined where any step of the way is missing. */
export function fieldOf(objects, { kind, namespace, name, field }) {
  return stepInto(objects.get(`${kind}/${namespace}/${name}`), field);
}

export function stepInto(start, field) {
  let at = start;
  for (const step of field) {
    if (typeof step === "string") at = at?.[step];
    else if (typeof step === "number") at = Array.isArray(at) ? at[step] : undefined;
    else at = Array.isArray(at) ? at.find((member) => member?.name === step.name) : undefined;
  }
  return at;
}

/** `spec.containers[payments].image`, as `differences` writes its paths. */
export function pathOf({ kind, namespace, name, field }) {
  return `${kind}/${namespace}/${name}: ${field.map((step) => (typeof step === "string" ? `.${step}` : `[${step.name ?? step}]`)).join("").slice(1)}`;
}

/** Every leaf that differs, as `Deployment/shop/payments: spec.replicas`; an object or branch that one side lacks is one difference. */
export function differences(base, head) {
  const found = [];
  const compare = (path, a, b) => {
    if (Object.is(a, b)) return;
    const [left, right] = [members(a), members(b)];
    if (left === undefined || right === undefined || left.list !== right.list) return void found.push(path);
    for (const key of new Set([...left.by.keys(), ...right.by.keys()])) {
      const separator = path.endsWith(":") ? " " : ".";
      const inner = left.list ? `${path}[${key}]` : `${path}${separator}${key}`;
      if (left.by.has(key) && right.by.has(key)) compare(inner, left.by.get(key), right.by.get(key));
      else found.push(inner);
    }
  };
  for (const id of new Set([...base.keys(), ...head.keys()])) compare(`${id}:`, base.get(id), head.get(id));
  return found;
}

/** The members of a list are known by their names where each has one of its own. */
function members(value) {
  if (Array.isArray(value)) {
    const names = value.map((member) => member?.name);
    const named = names.every((name) => typeof name === "string") && new Set(names).size === names.length;
    return { list: true, by: new Map(value.map((member, index) => [named ? names[index] : index, member])) };
  }
  if (typeof value === "object" && value !== null) return { list: false, by: new Map(Object.entries(value)) };
  return undefined;
}

const guards = [
  ["replicas-kept", /: spec\.replicas$/],
  ["probes-kept", /Probe\b/],
  ["not-privileged", /securityContext|hostNetwork|hostPID|hostIPC|hostPath|\.volumes|serviceAccount/],
  ["image-kept", /\.image(PullPolicy)?$/],
  ["resources-kept", /\.resources\b/],
  ["nothing-else", /./],
];

/** One check for each kind of thing that a fix must leave alone. `mayChange(path)` says what it may touch; annotations are free. */
export function checkKept(check, base, head, mayChange) {
  const changed = differences(base, head).filter((path) => !mayChange(path) && !/[ .]metadata\.annotations(\.|$)/.test(path));
  for (const [name, pattern] of guards) {
    const mine = changed.filter((path) => guards.find(([, other]) => other.test(path))[0] === name);
    check(name, mine.length === 0, mine.length === 0 ? "as before" : `changed: ${mine.join(", ")}`);
  }
}

const suffixes = { n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };
["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].forEach((suffix, index) => (suffixes[suffix] = 1024 ** (index + 1)));

/** A Kubernetes quantity as a number, in any legal spelling; undefined where it is none (`256MB`, `256 Mi`). */
export function quantity(value) {
  const text = typeof value === "number" ? String(value) : value;
  const [, number, exponent, suffix = ""] = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([A-Za-z]{1,2}))?$/.exec(text ?? "") ?? [];
  if (number === undefined || !Object.hasOwn(suffixes, suffix)) return undefined;
  return Number(number + (exponent ?? "")) * suffixes[suffix];
}
