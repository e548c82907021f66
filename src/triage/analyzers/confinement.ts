import { nearestMount } from "../mounted-files.ts";
import { eventsOf, lastRunLog, statesOf } from "../container-state.ts";
import type { Analyzer, Finding } from "../finding.ts";
import { flagAt, type KubeObject, listAt, refOf, textAt, valueAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { type Container, containersOf, isOver, type Workload, workloadsOf } from "../workloads.ts";

/**
 * Containers that cannot do what they do within what their security context leaves them: an image of root where root is refused, a program that writes where
 * its file system is read-only. What is missing is told as the field to add; that the protection goes is no way to mend it.
 */
export const findConfinement: Analyzer = (snapshot, namespace) =>
  workloadsOf(snapshot, namespace).flatMap((workload) =>
    containersOf(workload).flatMap((container) => {
      for (const pod of workload.current.filter((one) => !isOver(one))) {
        const found = rootRefused(snapshot, workload, container, pod) ?? writesNowhere(snapshot, workload, container, pod);
        if (found !== undefined) return [found];
      }
      return [];
    }),
  );

function rootRefused(snapshot: Snapshot, workload: Workload, container: Container, pod: KubeObject): Finding | undefined {
  const waiting = statesOf(pod).find(({ name }) => name === container.name)?.waiting;
  if (waiting?.reason !== "CreateContainerConfigError" || !/runAsNonRoot/.test(waiting.message)) return undefined;
  const byName = /non-numeric user \(([^)]{1,60})\)/.exec(waiting.message)?.[1];
  // The user belongs where the demand stands.
  const own = flagAt(container.json, "securityContext", "runAsNonRoot") !== undefined;
  const place = own ? container.field : [...workload.way, "spec"];
  return {
    fault: "root-refused",
    severity: "cause",
    object: refOf(workload.object),
    field: [...place, "securityContext", "runAsUser"],
    value: undefined,
    says: `container ${container.name} may not run as root, and ${byName === undefined ? "its image does" : `its image names the user ${quote(byName, 60)} without a number`}: nothing gives it another user`,
    evidence: [{ object: refOf(pod), from: `status, ${waiting.reason}`, text: quote(waiting.message, 240) }],
    candidates: [],
  };
}

const readOnly = /\b(?:EROFS|read-only file ?system|readonly file ?system)\b/i;

/** The path that a program could not write, out of a line of its log. */
export function unwrittenPath(line: string): string | undefined {
  return readOnly.test(line) ? /(?<![\w/.])(\/[\w.~-]+(?:\/[\w.~-]+)*)/.exec(line)?.[1] : undefined;
}

function writesNowhere(snapshot: Snapshot, workload: Workload, container: Container, pod: KubeObject): Finding | undefined {
  if (flagAt(container.json, "securityContext", "readOnlyRootFilesystem") !== true) return undefined;
  const state = statesOf(pod).find(({ name }) => name === container.name);
  if (state === undefined || (state.running && state.ready)) return undefined;
  const line = (lastRunLog(snapshot, pod, state) ?? []).slice(-60).findLast((one) => unwrittenPath(one) !== undefined);
  const told = eventsOf(snapshot, pod).find(({ message }) => unwrittenPath(message) !== undefined);
  const path = unwrittenPath(line ?? told?.message ?? "");
  if (path === undefined || isWritable(workload, container, path)) return undefined;
  return {
    fault: "writes-read-only",
    severity: "cause",
    object: refOf(workload.object),
    field: [...container.field, "volumeMounts"],
    value: undefined,
    says: `container ${container.name} writes ${quote(path, 100)}, its file system is read-only, and no volume is mounted there`,
    evidence: [
      { object: refOf(pod), from: line === undefined ? "event" : "log of the run before", text: quote(line ?? told?.message ?? "", 240) },
    ],
    candidates: [],
  };
}

/** Is a volume mounted at the path, or above it, into which a container can write? */
export function isWritable({ template }: Pick<Workload, "template">, container: Container, path: string): boolean {
  const nearest = nearestMount(container, path);
  if (nearest === undefined || flagAt(nearest.mount, "readOnly") === true) return false;
  const volume = listAt(template, "spec", "volumes").find((one) => textAt(one, "name") === textAt(nearest.mount, "name"));
  return ["emptyDir", "persistentVolumeClaim", "ephemeral"].some((kind) => valueAt(volume, kind) !== undefined);
}
