import { commandWords, type Variable, variablesOf } from "../environment.ts";
import type { Candidate, Finding } from "../finding.ts";
import { objectAt, refOf, textAt } from "../kube-object.ts";
import { type HeapBound, readHeapBound } from "../heap.ts";
import { readMemoryOption } from "../memory-options.ts";
import { quantity } from "../quantity.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { type Container, containersOf, revisionsOf, type Workload } from "../workloads.ts";
import type { Crash } from "./crash.ts";

interface Setting extends Variable {
  readonly bound: HeapBound;
}

/** A runtime that may fill all of its container's memory with its heap, or a program with its data, and is killed for it: it was to be bounded below the limit. */
export function heapOverLimit({ snapshot, workload, container, pod, state }: Crash): Finding | undefined {
  if (state.ended?.reason !== "OOMKilled") return undefined;
  const written = textAt(container.json, "resources", "limits", "memory");
  const limit = quantity(written);
  const [setting, ...others] = heapSettings(snapshot, workload, container);
  // Which of several holds is the runtime's own matter.
  if (limit === undefined || setting === undefined || others.length > 0 || setting.bound.bytes < limit) return undefined;
  const before = revisionBefore(snapshot, workload, container);
  const had = before === undefined ? undefined : heapSettings(snapshot, { ...workload, template: before.template }, before.container)[0];
  const room = quantity(textAt(before?.container.json, "resources", "limits", "memory"));
  // The heap was there before and had its room: then it is the limit that has come down.
  if (had !== undefined && room !== undefined && had.value === setting.value && had.bound.bytes <= room * had.bound.share) return undefined;
  const candidates: readonly Candidate[] =
    had !== undefined && had.value !== setting.value && had.bound.bytes <= limit * had.bound.share
      ? [{ value: had.value, why: "the revision before had it" }]
      : [];
  return {
    fault: "heap-over-limit",
    severity: "cause",
    object: setting.object,
    field: setting.field,
    value: setting.value,
    says: `container ${container.name} is killed for its memory: its ${setting.bound.holds} may grow to ${quote(setting.bound.size, 30)}, and the container may have ${quote(written ?? "", 30)} in all`,
    evidence: [
      { object: refOf(pod), from: "last state", text: quote(`OOMKilled, exit code ${state.ended.exitCode}, ${state.restarts} restarts`) },
    ],
    candidates,
  };
}

/** The bound that a setting of a container puts on its heap or its data. */
export function boundAt(container: Container, { name, value, field }: Pick<Variable, "name" | "value" | "field">): HeapBound | undefined {
  const [member, index] = field.slice(-2);
  const isWord = (member === "command" || member === "args") && typeof index === "number";
  return readHeapBound(name, value) ?? (isWord ? readMemoryOption(container, member, index) : undefined);
}

function heapSettings(snapshot: Snapshot, workload: Workload, container: Container): readonly Setting[] {
  return [...variablesOf(snapshot, workload, container), ...commandWords(workload, container)].flatMap((variable) => {
    const bound = boundAt(container, variable);
    return bound === undefined ? [] : [{ ...variable, bound }];
  });
}

function revisionBefore(snapshot: Snapshot, workload: Workload, { name }: Container) {
  const template = objectAt(revisionsOf(snapshot, workload.object)[1]?.json, "spec", "template");
  const container = containersOf({ way: workload.way, template }).find((one) => one.name === name);
  return container === undefined ? undefined : { template, container };
}
