import { eventsOf, statesOf } from "../container-state.ts";
import type { Analyzer, Finding } from "../finding.ts";
import { listAt, refOf, valueAt } from "../kube-object.ts";
import { quote } from "../quote.ts";
import { containersOf, isOver, workloadsOf } from "../workloads.ts";

/** Containers that are ended because what is to run after their start fails. */
export const findHooks: Analyzer = (snapshot, namespace) =>
  workloadsOf(snapshot, namespace).flatMap((workload) =>
    containersOf(workload).flatMap((container): Finding[] => {
      const hook = valueAt(container.json, "lifecycle", "postStart");
      if (hook === undefined) return [];
      for (const pod of workload.current.filter((one) => !isOver(one))) {
        const state = statesOf(pod).find(({ name }) => name === container.name);
        if (state === undefined || (state.running && state.ready)) continue;
        const said =
          eventsOf(snapshot, pod).find(({ reason }) => reason === "FailedPostStartHook")?.message ??
          (state.waiting?.reason === "PostStartHookError" ? state.waiting.message : undefined);
        if (said === undefined) continue;
        const command = listAt(hook, "exec", "command").filter((word): word is string => typeof word === "string");
        const missing = /exec: \\?"([^"\\]+)\\?"|stat ([^\s:]+): no such file|([\w./-]+): not found/
          .exec(said)
          ?.slice(1)
          .find((one) => one !== undefined);
        return [
          {
            fault: "hook-fails",
            severity: "cause",
            object: refOf(workload.object),
            field: [...container.field, "lifecycle", "postStart", ...(command.length > 0 ? ["exec", "command"] : [])],
            value: command.length > 0 ? command.join(" ") : undefined,
            says: `container ${container.name} is ended because its hook after the start fails${missing === undefined ? "" : `: there is no program ${quote(missing, 80)}`}`,
            evidence: [{ object: refOf(pod), from: "event", text: quote(said, 240) }],
            candidates: [],
          },
        ];
      }
      return [];
    }),
  );
