import { readFile } from "node:fs/promises";
import { basename, dirname, join, normalize, relative } from "node:path";
import { CloisterError } from "../../error.ts";
import { isKustomization } from "../../triage/manifest-paths.ts";
import type { ManifestProblem } from "../../triage/manifests.ts";
import { parseAllDocuments } from "../../triage/kube-yaml.ts";
import { runProgram } from "../run-program.ts";

/** Folders whose files are applied as a program renders them, by their way from the top of the repository. */
export interface RenderedFolders {
  readonly overlays: readonly Overlay[];
  readonly charts: readonly string[];
}

/** A folder with a kustomization. */
export interface Overlay {
  readonly folder: string;
  readonly file: string;
  /** Made part of another, or a component: it is not applied by itself. */
  readonly isPart: boolean;
  /** Files beside YAML that it makes config maps and secrets of. */
  readonly inputs: readonly string[];
}

export interface RenderAccess {
  /** The repository's top folder. */
  readonly root: string;
  readonly namespace: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface Rendering {
  /** What each program printed, by a name for the source. */
  readonly made: ReadonlyMap<string, string>;
  readonly problems: readonly ManifestProblem[];
  /** Charts that nobody could render, since there is no `helm`. */
  readonly unrendered: readonly string[];
}

/** The overlays and charts among YAML files; `paths` are ways from the top of the repository. */
export async function findRenderedFolders(root: string, paths: readonly string[]): Promise<RenderedFolders> {
  const all = paths.filter((path) => basename(path) === "Chart.yaml").map((path) => dirname(path));
  // What a chart holds below `charts/` is rendered with it.
  const charts = all.filter((chart) => !all.some((other) => other !== chart && isBelow(chart, other)));
  const read = paths.filter(isKustomization).map(async (file) => ({ file, ...kustomization(await readFile(join(root, file), "utf8")) }));
  const found = await Promise.all(read);
  const parts = new Set(found.flatMap(({ file, resources }) => resources.map((one) => normalize(join(dirname(file), one)))));
  const overlays = found.map(({ file, isComponent, inputs }) => ({
    folder: dirname(file),
    file,
    isPart: isComponent || parts.has(dirname(file)),
    inputs: inputs.map((input) => normalize(join(dirname(file), input))),
  }));
  return { overlays, charts };
}

interface Kustomization {
  /** Folders and files that it takes in. */
  readonly resources: readonly string[];
  readonly inputs: readonly string[];
  readonly isComponent: boolean;
}

/** What a kustomization says of others; nothing where it is not YAML, which its program will say. */
function kustomization(text: string): Kustomization {
  const members = membersOf(text);
  const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : []);
  const generators = ["configMapGenerator", "secretGenerator"].flatMap((name) => {
    const list: unknown = members[name];
    return Array.isArray(list) ? (list as readonly Readonly<Record<string, unknown>>[]) : [];
  });
  return {
    resources: ["resources", "bases", "components"].flatMap((name) => texts(members[name])).map((one) => one.replace(/\/+$/, "")),
    // `key=file` or `file`.
    inputs: generators.flatMap((one) => [...texts(one?.["files"]), ...texts(one?.["envs"])]).map((one) => one.slice(one.indexOf("=") + 1)),
    isComponent: members["kind"] === "Component",
  };
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  const [document] = parseAllDocuments(text);
  if (document === undefined || document.errors.length > 0) return {};
  try {
    const said: unknown = document.toJS({ maxAliasCount: 100 });
    return typeof said === "object" && said !== null ? (said as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

/** Are a file's contents judged by what they render to? */
export function isRendered(path: string, { overlays, charts }: RenderedFolders): boolean {
  return (
    overlays.some(({ file, inputs }) => path === file || inputs.includes(path)) ||
    charts.some(
      (chart) =>
        isBelow(path, chart) && /^(?:(?:templates|crds|charts|files)\/|[^/]+\.(?:ya?ml|json)$|Chart\.lock$)/.test(relative(chart, path)),
    )
  );
}

/** Is what stands in a YAML file told by an overlay or a chart, and not applied by itself? */
export function isCovered(path: string, { overlays, charts }: RenderedFolders): boolean {
  return [...overlays.map(({ folder }) => folder), ...charts].some((folder) => isBelow(path, folder));
}

export function isBelow(path: string, folder: string): boolean {
  return folder === "." || path.startsWith(`${folder}/`);
}

/** Has kubectl and Helm render what nobody else takes in. What they cannot read is a problem with its place, no failure. Throws `missing` without kubectl. */
export async function render({ overlays, charts }: RenderedFolders, access: RenderAccess): Promise<Rendering> {
  const made = new Map<string, string>();
  const problems: ManifestProblem[] = [];
  const unrendered: string[] = [];
  const run = async (name: string, path: string, program: string, args: readonly string[]): Promise<void> => {
    const { code, stdout, stderr } = await runProgram(program, args, access);
    if (code === 0) made.set(name, stdout);
    else problems.push({ path, line: undefined, says: `${program} cannot render it: ${complaint(stderr, access.root)}` });
  };
  for (const { folder, file } of overlays.filter(({ isPart }) => !isPart))
    await run(`${folder} (kustomize)`, file, "kubectl", ["kustomize", join(access.root, folder)]);
  for (const chart of charts) {
    const folder = join(access.root, chart);
    const args = ["template", basename(folder), folder, "--namespace", access.namespace];
    try {
      await run(`${chart} (helm)`, join(chart, "Chart.yaml"), "helm", args);
    } catch (thrown) {
      if (!(thrown instanceof CloisterError) || thrown.code !== "missing") throw thrown;
      unrendered.push(chart);
    }
  }
  return { made, problems, unrendered };
}

/** A program's words, with ways from the top of the repository in the place of where it happens to lie. */
function complaint(stderr: string, root: string): string {
  return stderr.replaceAll(`${root}/`, "").replaceAll(/\s+/g, " ").trim().slice(0, 500);
}
