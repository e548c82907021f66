import { listAt, textAt, valueAt } from "./kube-object.ts";
import { quantity } from "./quantity.ts";
import { quote } from "./quote.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Container } from "./workloads.ts";

/**
 * Would the limit ranges of the namespace let such a container be made, and would it have what its program speaks of? `needed` is in bytes, of memory. A
 * container without a limit is given the range's own.
 */
export function limitRangeStays(now: Container, after: Snapshot, namespace: string, needed: number | undefined): string | undefined {
  const ranges = after
    .of("LimitRange", namespace)
    .flatMap((range) => listAt(range.json, "spec", "limits").map((limits) => ({ name: range.name, limits })))
    .filter(({ limits }) => textAt(limits, "type") === "Container");
  for (const resource of ["memory", "cpu"]) {
    const written = valueAt(now.json, "resources", "limits", resource);
    if (written !== undefined && quantity(written) === undefined) return `the limit of ${resource} is no quantity`;
    const given = written ?? ranges.map(({ limits }) => valueAt(limits, "default", resource)).find((one) => one !== undefined);
    const limit = quantity(given);
    const request = quantity(valueAt(now.json, "resources", "requests", resource)) ?? limit;
    for (const { name, limits } of ranges) {
      const [most, least] = ["max", "min"].map((bound) => quantity(valueAt(limits, bound, resource)));
      if (most !== undefined && limit !== undefined && limit > most)
        return `the limit of ${resource} is more than limit range ${quote(name, 60)} allows`;
      if (least !== undefined && request !== undefined && request < least)
        return `the request for ${resource} is less than limit range ${quote(name, 60)} allows`;
    }
    if (resource === "memory" && limit !== undefined && needed !== undefined && limit < needed)
      return `the limit is ${Math.floor(limit / 2 ** 20)} MiB, and the program's log speaks of ${Math.round(needed / 2 ** 20)} MiB`;
  }
  return undefined;
}
