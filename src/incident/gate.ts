import type { Snapshot } from "../triage/snapshot.ts";
import { checkPush, objections, type PushCheck } from "./check-push.ts";
import type { Gate, PushedBranch } from "./forge/gate.ts";
import type { TestsCheck } from "./tests/check-tests.ts";

export interface GateOptions {
  readonly snapshot: Snapshot;
  readonly namespace: string;
  readonly onVerdict: (verdict: GateReport) => void;
}

/** What was decided about a branch. */
export interface GateReport {
  readonly branch: string;
  readonly commit: string;
  /** Of its manifests; absent where its tests judge it. */
  readonly check: PushCheck | undefined;
  /** Of its code, by the repository's tests. */
  readonly tests?: TestsCheck | undefined;
  /** What stands against it, a line each; empty where it passed. */
  readonly objections: readonly string[];
}

/**
 * The gate of an incident whose cause is in the manifests: a branch passes where its check does. It decides from the pushed commit and the recorded
 * cluster, never from what the session says of them. An incident whose cause is in code has `tests/test-gate.ts`.
 */
export function createManifestGate({ snapshot, namespace, onVerdict }: GateOptions): Gate {
  return async (push: PushedBranch) => {
    const check = await checkPush(snapshot, namespace, push);
    const against = objections(check);
    onVerdict({ branch: push.branch, commit: push.commit, check, objections: against });
    if (check.ok) return { kind: "pass" };
    return {
      kind: "refuse",
      says: [
        `error: ${push.branch} was checked against the cluster and may not be pushed:`,
        ...against.map((line) => `  ${line}`),
        "What to do: change the manifest so that this goes, run `check` until it passes, commit, and push again.",
      ],
    };
  };
}
