import { type FaultRule, standsNow } from "./fault-rule.ts";
import { namesWord } from "./meant.ts";
import { quantity } from "./quantity.ts";
import { quote } from "./quote.ts";
import { fitsMemory, segmentSize } from "./shared-memory.ts";

/** Where nothing says how much is needed it is to double at the least, and to grow by no more than this. */
const [leastRise, largestRise] = [2, 16];

/** The volume may have more: room for what is there already and for the segment that was refused, within the container's own memory. */
export const sharedMemoryRule: FaultRule = {
  places: ({ field }) => [field],
  stays: (proposal) => {
    const { finding, now, repositoryText } = proposal;
    const value = standsNow(proposal);
    const [old, bytes] = [quantity(finding.value), quantity(value)];
    if (value === undefined) return "nothing bounds what the program may put there any more";
    if (old === undefined || bytes === undefined) return `${quote(String(value), 40)} is no quantity`;
    const refused = segmentSize(finding.evidence[0]?.text ?? "") ?? 0;
    const told = repositoryText.split("\n").some((line) => /shared memory|\bshm\b/i.test(line) && namesWord(line, String(value)));
    if (bytes < old + refused || (bytes < old * leastRise && !told))
      return `nothing shows that ${quote(String(value), 40)} are enough where ${finding.value ?? ""} were not`;
    if (bytes > old * largestRise) return `it would be more than ${largestRise} times as much`;
    return fitsMemory(now.container, bytes)
      ? undefined
      : `${quote(String(value), 40)} leave too little of the container's memory for the program itself`;
  },
};
