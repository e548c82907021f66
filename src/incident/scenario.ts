import { lstat, readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import type { CloisterError as Failure } from "../error.ts";
import { CloisterError, asCloisterError } from "../error.ts";
import { historySchema } from "./history.ts";
import type { History } from "./history.ts";
import { fileOf, truthSchema } from "./truth.ts";
import type { Truth } from "./truth.ts";
import { readYamlFile } from "./yaml-file.ts";

/** A recorded incident: the cluster as it was, the repository, what is wrong, and how a fix is judged. Paths are absolute. */
export interface Scenario extends Description {
  readonly id: string;
  readonly folder: string;
  readonly recording: Recording;
  readonly history: History;
  readonly truth: Truth;
  readonly paths: {
    readonly cluster: string;
    readonly repo: string;
    readonly history: string;
    readonly verify: string;
    /** The written session for the scripted runtime; its format is that runtime's business. */
    readonly script: string;
  };
}

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "expected a name of lower-case letters, digits and dashes");
const line = z.string().trim().min(1, "expected a text").max(200);

const descriptionSchema = z.strictObject({
  title: line,
  /** What is wrong as a user sees it, without the cause. */
  summary: z.string().trim().min(1).max(500),
  /** The prompt. Read again on every cold start: short. */
  task: z.string().trim().min(1).max(600),
  namespace: name,
  service: name,
  repository: z.strictObject({ owner: name, name, defaultBranch: z.string().regex(/^[A-Za-z0-9][\w./-]{0,99}$/) }),
  difficulty: z.enum(["easy", "medium", "hard"]),
  tags: z.array(name).max(20),
  budgets: z.strictObject({
    calls: z.int().min(1).max(1000),
    looks: z.int().min(1).max(1000),
    minutes: z
      .number()
      .positive()
      .max(24 * 60),
  }),
});
type Description = Readonly<z.infer<typeof descriptionSchema>>;

const recordingSchema = z.strictObject({
  /** The moment at which the objects were read: what was "now" for them. */
  recordedAt: z.iso.datetime({ offset: true }),
  serverVersion: z.string().regex(/^v\d+\.\d+\.\d+[-+.\w]*$/, "expected a version such as v1.31.4"),
});
type Recording = Readonly<z.infer<typeof recordingSchema>>;

export type ScenarioSummary =
  | {
      readonly ok: true;
      readonly id: string;
      readonly title: string;
      readonly summary: string;
      readonly namespace: string;
      readonly difficulty: Description["difficulty"];
      readonly tags: readonly string[];
    }
  | { readonly ok: false; readonly id: string; readonly error: Failure };

/**
 * Reads a scenario's folder and checks that all of it is there. The objects and logs of `cluster/` are read by whoever serves them.
 * Throws `not-found` (no such folder), `missing` (a file is not there) and `damaged` (a file is not what it should be); the message
 * names the file, the line and what was expected.
 */
export async function loadScenario(folder: string): Promise<Scenario> {
  const root = resolve(folder);
  const id = basename(root);
  if (!(await isKind(root, "folder")))
    throw new CloisterError("not-found", `There is no scenario ${id}: ${root} is not a folder.`, { field: id });
  if (!name.safeParse(id).success)
    throw new CloisterError("damaged", `The folder ${id} cannot be a scenario: its name is not of lower-case letters, digits and dashes.`, {
      field: id,
    });
  const label = (file: string) => `${id}/${file}`;
  const description = await readYamlFile(join(root, "scenario.yaml"), label("scenario.yaml"), descriptionSchema);
  const recording = await readYamlFile(join(root, "cluster/cluster.yaml"), label("cluster/cluster.yaml"), recordingSchema);
  const history = await readYamlFile(join(root, "history.yaml"), label("history.yaml"), historySchema);
  const truth = await readYamlFile(join(root, "truth.yaml"), label("truth.yaml"), truthSchema);
  for (const part of ["cluster/objects", "repo"]) await demand(root, id, part, "folder");
  for (const part of ["verify/verify.mjs", "script.yaml"]) await demand(root, id, part, "file");
  for (const cause of truth.causes) await demand(root, id, `repo/${fileOf(cause)}`, "file");
  return {
    ...description,
    id,
    folder: root,
    recording,
    history,
    truth,
    paths: {
      cluster: join(root, "cluster"),
      repo: join(root, "repo"),
      history: join(root, "history"),
      verify: join(root, "verify/verify.mjs"),
      script: join(root, "script.yaml"),
    },
  };
}

/** Every scenario below `root`, by name. One that cannot be read is listed with its error. */
export async function listScenarios(root: string): Promise<ScenarioSummary[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((cause: unknown) => {
    throw new CloisterError("missing", `There is no folder of scenarios at ${root}.`, { field: root, cause });
  });
  const ids = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".")).map((entry) => entry.name);
  return Promise.all(ids.sort().map((id) => summarize(root, id)));
}

async function summarize(root: string, id: string): Promise<ScenarioSummary> {
  try {
    const { title, summary, namespace, difficulty, tags } = await loadScenario(join(root, id));
    return { ok: true, id, title, summary, namespace, difficulty, tags };
  } catch (thrown) {
    return { ok: false, id, error: asCloisterError(thrown) };
  }
}

async function demand(root: string, id: string, part: string, kind: "file" | "folder"): Promise<void> {
  if (await isKind(join(root, part), kind)) return;
  throw new CloisterError("missing", `${id}/${part} is missing: a scenario needs this ${kind}.`, { field: `${id}/${part}` });
}

async function isKind(path: string, kind: "file" | "folder"): Promise<boolean> {
  const stat = await lstat(path).catch(() => undefined);
  return kind === "file" ? stat?.isFile() === true : stat?.isDirectory() === true;
}
