import { type FaultRule, standsNow } from "./fault-rule.ts";
import { boundAt } from "./analyzers/heap-over-limit.ts";
import { firstHeap, type HeapBound } from "./heap.ts";
import { tellsOfData } from "./memory-options.ts";
import { textAt } from "./kube-object.ts";
import { quantity } from "./quantity.ts";
import { quote } from "./quote.ts";
import { namesWord } from "./meant.ts";

/** The heap gets a bound that leaves the runtime room beside it, and which something shows; nothing else of the setting changes. */
export const heapRule: FaultRule = {
  places: ({ field }) => [field],
  stays: (proposal) => {
    const { finding, was, now, repositoryText } = proposal;
    const value = standsNow(proposal);
    if (typeof value !== "string") return "nothing bounds its memory any more";
    const step = finding.field.findLast((one) => typeof one === "object" || one === "data");
    const name = typeof step === "object" ? step.name : String(finding.field.at(-1));
    const { field } = finding;
    const old = boundAt(was.container, { name, field, value: finding.value ?? "" });
    const bound = boundAt(now.container, { name, field, value });
    if (bound === undefined) return "nothing bounds its memory any more";
    if (bound.around !== old?.around) return `more of the setting changes than the bound of its ${bound.holds}`;
    const limit = quantity(textAt(now.container.json, "resources", "limits", "memory"));
    if (limit !== undefined && bound.bytes > limit * bound.share)
      return bound.holds === "heap"
        ? `a heap of ${quote(bound.size, 30)} leaves too little of the limit for what the runtime needs beside it`
        : `${quote(bound.size, 30)} of data leave too little of the limit for what the program needs beside them`;
    if (firstHeap(value) > bound.bytes) return "the heap would begin larger than it may become";
    const shown = finding.candidates.some((one) => one.value === value) || namesBound(repositoryText, bound);
    return shown ? undefined : `nothing shows that ${bound.holds === "heap" ? "a heap" : "a bound"} of ${quote(bound.size, 30)} is enough`;
  },
};

/** Does a line of a text that speaks of such a bound name this size? */
function namesBound(text: string, { size, bytes, holds }: HeapBound): boolean {
  const mebibytes = bytes / 2 ** 20;
  const spelt = Number.isInteger(mebibytes) ? ["m", "M", "Mi", "MiB", "MB", " MB", " MiB"].map((unit) => `${mebibytes}${unit}`) : [];
  return text
    .split("\n")
    .filter((line) => (holds === "heap" ? /heap|xmx|old.space|GOMEMLIMIT/i.test(line) : tellsOfData(line)))
    .some((line) => [size, ...spelt].some((one) => namesWord(line, one)));
}
