import type { CapturedKind } from "./captured.ts";
import type { CaptureManifest } from "./manifest.ts";
import { namesInUse } from "./names-in-use.ts";
import type { LeftOut } from "./plan-lists.ts";
import { redactFile } from "./redact-file.ts";
import { redactLog } from "./redact-log.ts";
import { redactObject, type Redaction } from "./redact-object.ts";
import type { Redactor } from "./redact-text.ts";
import { secretValues } from "./secret-values.ts";

export interface RepositoryFile {
  readonly bytes: Buffer;
  readonly executable: boolean;
}

export interface Captured {
  readonly kinds: readonly CapturedKind[];
  /** Lines with their time stamps, by `NAMESPACE/POD/CONTAINER[-previous]`. */
  readonly logs: ReadonlyMap<string, readonly string[]>;
  /** A repository's files by path; absent where its manifests are to be made from the objects. */
  readonly repo: ReadonlyMap<string, RepositoryFile> | undefined;
}

export interface RedactedCapture extends Captured {
  readonly leftOut: readonly LeftOut[];
  readonly redacted: CaptureManifest["redacted"];
}

/** Everything that was read, without what is secret or looks so, and what was done to it. Pure. */
export function redactCapture({ kinds, logs, repo }: Captured): RedactedCapture {
  const objects = kinds.flatMap((kind) => kind.objects);
  const names = namesInUse(kinds);
  const secrets = objects.filter(({ kind, apiVersion }) => kind === "Secret" && apiVersion === "v1");
  const redactor: Redactor = { names, values: secretValues(secrets, names) };
  const leftOut: LeftOut[] = [];
  const redactions: Redaction[] = [];
  const clearKinds = kinds.map(({ type, objects: found }) => ({
    type,
    objects: found.flatMap((found) => {
      const { object, redactions: done } = redactObject(found, redactor, type.builtIn);
      const { name, namespace } = object.metadata;
      // A value can stand where nothing may be changed, as the name of a key.
      if (redactor.values.holds(JSON.stringify(object))) {
        const what = `${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
        leftOut.push({ what: redactor.values.replace(what), why: "a Secret's value stands in it where it cannot be taken out" });
        return [];
      }
      redactions.push(...done);
      return [object];
    }),
  }));
  const logNotes: { log: string; why: CaptureManifest["redacted"]["logs"][number]["why"]; lines: number }[] = [];
  const clearLogs = new Map(
    [...logs].map(([log, lines]) => {
      const { lines: clear, counts } = redactLog(lines, redactor);
      for (const [why, count] of counts) logNotes.push({ log, why, lines: count });
      return [log, clear];
    }),
  );
  const fileNotes: { file: string; why: Redaction["why"] }[] = [];
  const clearRepo = repo === undefined ? undefined : redactRepo(repo, redactor, leftOut, fileNotes);
  return {
    kinds: clearKinds,
    logs: clearLogs,
    repo: clearRepo,
    leftOut,
    redacted: { objects: redactions, logs: logNotes, files: fileNotes },
  };
}

function redactRepo(
  repo: ReadonlyMap<string, RepositoryFile>,
  redactor: Redactor,
  leftOut: LeftOut[],
  notes: { file: string; why: Redaction["why"] }[],
): ReadonlyMap<string, RepositoryFile> {
  const clear = new Map<string, RepositoryFile>();
  for (const [file, { bytes, executable }] of repo) {
    const result = redactFile(file, bytes, redactor);
    if (!result.kept) leftOut.push({ what: `file ${file}`, why: result.why });
    else if (redactor.values.holds(file)) leftOut.push({ what: "a file", why: "a Secret's value stands in its name" });
    else {
      for (const why of result.reasons) notes.push({ file, why });
      clear.set(file, { bytes: result.bytes, executable });
    }
  }
  return clear;
}
