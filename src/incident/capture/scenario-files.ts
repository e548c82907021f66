import { stringify } from "yaml";
import type { CapturedKind } from "./captured.ts";
import type { AnnouncedType } from "./discovery.ts";

/** A file's content by its path below the scenario's folder. */
export type Files = ReadonlyMap<string, string | Buffer>;

export interface ClusterPart {
  readonly capturedAt: number;
  /** As the API server reports it, `v1.31.4-gke.1`. */
  readonly serverVersion: string;
  /** All that the API server announces, whether it was taken or not. */
  readonly types: readonly AnnouncedType[];
  readonly kinds: readonly CapturedKind[];
  /** Lines by `NAMESPACE/POD/CONTAINER[-previous]`. */
  readonly logs: ReadonlyMap<string, readonly string[]>;
}

/** `cluster/` of a scenario: what the recorded cluster serves. Pure. */
export function clusterFiles({ capturedAt, serverVersion, types, kinds, logs }: ClusterPart): Files {
  const files = new Map<string, string>();
  files.set("cluster/cluster.yaml", yaml({ recordedAt: new Date(capturedAt).toISOString(), serverVersion }));
  files.set("cluster/discovery.yaml", yaml({ types: types.map(({ builtIn: _builtIn, verbs: _verbs, ...type }) => type) }));
  for (const { type, objects } of kinds) {
    if (objects.length === 0) continue;
    const path = `cluster/objects/${type.group === "" ? "core" : type.group}/${type.version}/${type.resource}.yaml`;
    files.set(path, objects.map(yaml).join("---\n"));
  }
  for (const [name, lines] of logs) files.set(`cluster/logs/${name}.log`, lines.map((line) => `${line}\n`).join(""));
  return files;
}

export interface IncidentPart {
  readonly id: string;
  readonly capturedAt: number;
  readonly namespace: string;
  readonly service: string;
  readonly repository: { readonly name: string; readonly defaultBranch: string; readonly message: string };
  readonly title: string | undefined;
  readonly task: string | undefined;
  /** By path below `repo/`. */
  readonly repo: ReadonlyMap<string, { readonly bytes: Buffer; readonly executable: boolean }>;
}

/** All of a scenario beside its cluster and its repository's files. What is wrong is not known, and the files say so. Pure. */
export function incidentFiles(part: IncidentPart): Files {
  const { namespace, service, repository } = part;
  const when = new Date(part.capturedAt).toISOString().slice(0, 16).replace("T", " ");
  return new Map([
    [
      "scenario.yaml",
      yaml({
        title: part.title ?? `Namespace ${namespace} as captured`,
        summary: `Namespace ${namespace} as it was on ${when} UTC. What is wrong in it, if anything is, has not been written down.`,
        task:
          part.task ??
          `Something may be wrong in namespace ${namespace}. Find the cause with kubectl. The repository with the manifests is the current folder. Fix the manifest and open a pull request with gh; if nothing is wrong, say so and change nothing.`,
        namespace,
        service,
        repository: { owner: "captured", name: repository.name, defaultBranch: repository.defaultBranch },
        difficulty: "medium",
        tags: ["captured"],
        budgets: { calls: 30, looks: 15, minutes: 30 },
      }),
    ],
    [
      "history.yaml",
      yaml({
        commits: [{ message: repository.message, author: "Cloister <capture@localhost>", ago: "1h", take: [...part.repo.keys()].sort() }],
      }),
    ],
    ["truth.yaml", truthText(namespace)],
    ["verify/verify.mjs", verifyText],
    [
      "script.yaml",
      yaml({
        name: part.id,
        turns: [
          { says: "First the pods.", call: { tool: "Bash", input: { command: `kubectl -n ${namespace} get pods` } } },
          { says: "Nobody has written a session for this incident: it ends here." },
        ],
      }),
    ],
  ]);
}

function truthText(namespace: string): string {
  const truth = {
    fault: "unknown",
    story: "What was wrong was not known when this was captured. Write it here, with the causes, and write verify/verify.mjs.",
    causes: [],
    distractors: [],
    milestones: [
      {
        id: "saw-the-pods",
        note: "listed the pods of the namespace, or read one of them",
        any: [{ method: "GET", path: String.raw`^/api/v1/(namespaces/${namespace}/)?pods(/[a-z0-9.-]+)?(\?|$)` }],
      },
    ],
  };
  return `# \`fault: unknown\` and no causes: a run is not judged until somebody writes down what was wrong. See docs/scenarios.md.\n${yaml(truth)}`;
}

const verifyText = `// What was wrong was not known when this was captured, so nothing can tell whether a change mends it. docs/scenarios.md says what to write here.
import { exit, stderr } from "node:process";

stderr.write("nobody has written yet how a fix of this incident is judged\\n", () => exit(2));
`;

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
