import { type FaultRule, standsNow } from "./fault-rule.ts";
import { firstHeap, readHeapBound } from "./heap.ts";
import { textAt } from "./kube-object.ts";
import { quantity } from "./quantity.ts";
import { quote } from "./quote.ts";
import { namesWord } from "./meant.ts";

/** The heap gets a bound that leaves the runtime room beside it, and which something shows; nothing else of the setting changes. */
export const heapRule: FaultRule = {
  places: ({ field }) => [field],
  stays: (proposal) => {
    const { finding, now, repositoryText } = proposal;
    const value = standsNow(proposal);
    if (typeof value !== "string") return "nothing bounds its heap any more";
    const step = finding.field.findLast((one) => typeof one === "object" || one === "data");
    const name = typeof step === "object" ? step.name : String(finding.field.at(-1));
    const [old, bound] = [readHeapBound(name, finding.value ?? ""), readHeapBound(name, value)];
    if (bound === undefined) return "nothing bounds its heap any more";
    if (bound.around !== old?.around) return "more of the setting changes than the bound of its heap";
    const limit = quantity(textAt(now.container.json, "resources", "limits", "memory"));
    if (limit !== undefined && bound.bytes > limit * bound.share)
      return `a heap of ${quote(bound.size, 30)} leaves too little of the limit for what the runtime needs beside it`;
    if (firstHeap(value) > bound.bytes) return "the heap would begin larger than it may become";
    const shown = finding.candidates.some((one) => one.value === value) || namesHeap(repositoryText, bound.size, bound.bytes);
    return shown ? undefined : `nothing shows that a heap of ${quote(bound.size, 30)} is enough`;
  },
};

/** Does a line of a text that speaks of a heap name this size? */
function namesHeap(text: string, size: string, bytes: number): boolean {
  const mebibytes = bytes / 2 ** 20;
  const spelt = Number.isInteger(mebibytes) ? ["m", "M", "Mi", "MiB", "MB", " MB", " MiB"].map((unit) => `${mebibytes}${unit}`) : [];
  return text
    .split("\n")
    .filter((line) => /heap|xmx|old.space|GOMEMLIMIT/i.test(line))
    .some((line) => [size, ...spelt].some((one) => namesWord(line, one)));
}
