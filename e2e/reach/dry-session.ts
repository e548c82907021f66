import { execFile } from "node:child_process";
import { checkLines } from "../../src/cli/commands/check.ts";
import { chooseStyle } from "../../src/cli/show/style.ts";
import type { Call, Turn } from "../../src/messages/conversation.ts";
import type { Guide } from "../../src/runbook/guidance.ts";
import { checkChange } from "../../src/triage/check.ts";
import { openFixes } from "../../src/triage/fixes.ts";
import { manifestPaths } from "../../src/triage/manifest-paths.ts";
import { readManifests } from "../../src/triage/manifests.ts";
import { triage } from "../../src/triage/triage.ts";
import type { Policy } from "./policy.ts";
import { type ScenarioWorld, type Tree, withTree } from "./scenario-world.ts";

export interface DryRun {
  readonly turns: readonly Turn[];
  /** The files as they stand at the end. */
  readonly tree: Tree;
  /** The pushed files, where a pull request was opened. */
  readonly pushed: Tree | undefined;
  /** Why the session ended: the guide's last words, or that it did not end. */
  readonly end: string;
}

const style = chooseStyle({}, {});
/** No budget of a scenario is larger. */
const mostTurns = 80;

/**
 * A session without client, cluster and forge: the guide is asked, a policy answers, and a small stand-in does what was called. Triage, check and quick fixes are
 * the real ones. It shows where a guide leads within milliseconds; `run-reach.ts` shows it with the real parts.
 */
export async function runDry(world: ScenarioWorld, guide: Guide, policy: Policy, workdir: string): Promise<DryRun> {
  let tree: Tree = world.repository;
  let pushed: Tree | undefined;
  const turns: Turn[] = [{ role: "user", text: world.scenario.task }];
  for (let index = 0; index < mostTurns; index++) {
    const { answer } = guide({ system: "", tools: [], turns });
    if (answer.kind === "said") return { turns, tree, pushed, end: answer.text };
    if (answer.kind !== "forms") return { turns, tree, pushed, end: `(${answer.kind})` };
    const made = policy(answer.forms, tree, workdir);
    const call: Call = { ...made, id: `call-${index}` };
    const done = await perform(world, tree, call, workdir);
    tree = done.tree;
    pushed = done.pushed ?? pushed;
    turns.push({ role: "assistant", text: "", calls: [call] });
    turns.push({ role: "tool", callId: call.id, text: done.output, failed: done.failed === true });
  }
  return { turns, tree, pushed, end: `(no end after ${mostTurns} turns)` };
}

interface Done {
  readonly tree: Tree;
  readonly output: string;
  readonly failed?: boolean;
  readonly pushed?: Tree;
}

async function perform(world: ScenarioWorld, tree: Tree, { name, input }: Call, workdir: string): Promise<Done> {
  const text = (key: string): string => (typeof input[key] === "string" ? input[key] : "");
  const path = text("file_path").slice(workdir.length + 1);
  const stands = tree.get(path);
  if (name === "Read")
    return stands === undefined ? { tree, output: "File does not exist.", failed: true } : { tree, output: numbered(stands) };
  if (name === "Edit") {
    const [old, replacement] = [text("old_string"), text("new_string")];
    if (stands === undefined || stands.split(old).length !== 2) return { tree, output: "String to replace not found once.", failed: true };
    return {
      tree: new Map(tree).set(
        path,
        stands.replace(old, () => replacement),
      ),
      output: "The file has been updated.",
    };
  }
  return runCommand(world, tree, text("command"));
}

async function runCommand(world: ScenarioWorld, tree: Tree, command: string): Promise<Done> {
  const { snapshot, scenario, repository } = world;
  if (/^kubectl get pods\b/.test(command)) return { tree, output: podTable(world) };
  if (command.startsWith("kubectl ")) return { tree, output: look(world, command) };
  if (command === "git ls-files") return { tree, output: [...tree.keys()].join("\n") };
  if (/^git reset\b/.test(command)) return { tree: repository, output: "" };
  const fix = /^fix (\d)$/.exec(command)?.[1];
  if (fix !== undefined) {
    const namespaces = namespacesOf(world, tree);
    const findings = namespaces.flatMap((namespace) => triage(snapshot, namespace));
    const base = { files: manifestsOf(repository), namespace: scenario.namespace, repositoryText: repositoryText(repository) };
    const chosen = openFixes(snapshot, namespaces, findings, base, manifestsOf(tree)).find(({ number }) => number === Number(fix));
    if (chosen === undefined) return { tree, output: "There is no such quick fix.", failed: true };
    return { tree: new Map(tree).set(chosen.now.path, chosen.now.text), output: `Changed ${chosen.path}: ${chosen.says}` };
  }
  if (command === "check") {
    const { output, ok } = check(world, tree);
    return { tree, output, failed: !ok };
  }
  if (/\bgit push\b/.test(command)) {
    const { output, ok } = check(world, tree);
    const code = scenario.tags.includes("code");
    if (!ok && !code) return { tree, output: `remote: error: may not be pushed:\n${output}`, failed: true };
    return { tree, output: "", pushed: tree };
  }
  if (/^gh pr create\b/.test(command)) return { tree, output: `https://forge.example/${scenario.repository.name}/pull/1` };
  if (/^(?:npm test|node --test)\b/.test(command)) return runTests(tree);
  return { tree, output: "" };
}

/** What `check` says of the tree, and whether it passes. */
export function check(world: ScenarioWorld, tree: Tree): { readonly output: string; readonly ok: boolean } {
  const { snapshot, scenario, repository } = world;
  const after = readManifests(manifestsOf(tree), scenario.namespace);
  const manifests = new Set([...manifestsOf(repository).keys(), ...manifestsOf(tree).keys()]);
  const changed = [...tree].flatMap(([path, text]) => (repository.get(path) === text || manifests.has(path) ? [] : [path]));
  const result = checkChange(snapshot, namespacesOf(world, tree), {
    before: readManifests(manifestsOf(repository), scenario.namespace).objects,
    after: after.objects,
    otherFiles: changed,
    repositoryText: repositoryText(repository),
  });
  return { output: checkLines(result, after.problems, style).join("\n"), ok: result.ok && after.problems.length === 0 };
}

export function manifestsOf(tree: Tree): Tree {
  return new Map(manifestPaths([...tree.keys()]).map((path) => [path, tree.get(path) ?? ""]));
}

/** The files beside the manifests, joined. */
export function repositoryText(tree: Tree): string {
  const manifests = manifestsOf(tree);
  return [...tree].flatMap(([path, text]) => (manifests.has(path) ? [] : [text])).join("\n");
}

function namespacesOf({ scenario, repository }: ScenarioWorld, tree: Tree): readonly string[] {
  const objects = [
    ...readManifests(manifestsOf(repository), scenario.namespace).objects,
    ...readManifests(manifestsOf(tree), scenario.namespace).objects,
  ];
  return [...new Set([scenario.namespace, ...objects.flatMap(({ namespace }) => namespace ?? [])])];
}

function numbered(text: string): string {
  return text
    .split("\n")
    .map((line, index) => `${String(index + 1).padStart(6)}\t${line}`)
    .join("\n");
}

function podTable({ snapshot, scenario }: ScenarioWorld): string {
  const rows = snapshot.of("Pod", scenario.namespace).map(({ name }) => `${name.padEnd(60)}1/1     Running   0          1d`);
  return [`${"NAME".padEnd(60)}READY   STATUS    RESTARTS   AGE`, ...rows].join("\n");
}

/** What a look would show: the object as JSON, or the log's last lines. */
function look({ snapshot }: ScenarioWorld, command: string): string {
  const [, pod = "", namespace = ""] = /^kubectl logs (\S+) -n (\S+)/.exec(command) ?? [];
  if (pod !== "") {
    const containers = JSON.stringify(snapshot.find("Pod", namespace, pod)?.json).match(/(?<="name":")[\w-]+/g) ?? [];
    for (const container of containers)
      for (const previous of [command.includes("--previous"), false]) {
        const lines = snapshot.log({ namespace, pod, container, previous });
        if (lines !== undefined && lines.length > 0) return lines.slice(-30).join("\n");
      }
    return "";
  }
  const [, kind = "", name = "", of = ""] = /^kubectl describe ([\w.]+)[/ ](\S+) -n (\S+)/.exec(command) ?? [];
  const object = snapshot.objects.find((one) => one.kind.toLowerCase() === kind && one.name === name && one.namespace === of);
  return JSON.stringify(object?.json ?? {}, undefined, 1);
}

function runTests(tree: Tree): Promise<Done> {
  return withTree(
    tree,
    (folder) =>
      new Promise((done) => {
        execFile(process.execPath, ["--test", "--test-reporter=tap"], { cwd: folder, timeout: 10_000 }, (error, stdout) => {
          done({ tree, output: stdout, failed: error !== null });
        });
      }),
  );
}
