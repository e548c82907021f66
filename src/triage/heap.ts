/** How far a runtime lets its heap grow, or a program its data, as a setting says it. */
export interface HeapBound {
  readonly bytes: number;
  /** The number and unit as they are written: `640m`. */
  readonly size: string;
  /** The setting with the size taken out: a change of the size alone leaves it the same. */
  readonly around: string;
  /** The share of a container's memory that this may be at most: the runtime needs the rest beside it. */
  readonly share: number;
  /** What it bounds: the heap of a runtime, or the data that a program keeps. */
  readonly holds: "heap" | "data";
}

interface Flag {
  readonly pattern: RegExp;
  /** Bytes of a number without a unit. */
  readonly unit: number;
  readonly share: number;
}

/** Threads, classes, code and buffers of a JVM, and the young generation of V8, lie beside what these bound. */
const flags: readonly Flag[] = [
  { pattern: /(?<![\w-])-(?:Xmx|XX:MaxHeapSize=)(\d{1,12}[kKmMgGtT]?)(?!\w)/g, unit: 1, share: 0.75 },
  { pattern: /(?<![\w-])--max[-_]old[-_]space[-_]size[= ](\d{1,9})(?!\w)/g, unit: 2 ** 20, share: 0.75 },
];
/** The Go runtime counts nearly all that it has. */
const goLimit: Flag = { pattern: /^(\d{1,15}(?:[KMGT]iB|B)?)$/g, unit: 1, share: 0.9 };

/** A longer setting, or one with anything but letters and signs in it, is not read: it stands in the text for whoever mends it. */
const plain = /^[\x20-\x7e]{1,300}$/;

const powers = "KMGT";

/** The bound that a setting puts on a heap, the last where it names several; `undefined` where it names none. */
export function readHeapBound(name: string, value: string): HeapBound | undefined {
  if (!plain.test(value)) return undefined;
  for (const { pattern, unit, share } of name === "GOMEMLIMIT" ? [goLimit] : flags) {
    const last = [...value.matchAll(pattern)].at(-1);
    const size = last?.[1];
    if (last === undefined || size === undefined) continue;
    const [, digits = "", letter = ""] = /^(\d+)([a-zA-Z]?)/.exec(size) ?? [];
    const power = powers.indexOf(letter.toUpperCase());
    const at = last.index + last[0].lastIndexOf(size);
    return {
      bytes: Number(digits) * (letter === "" || power < 0 ? unit : 1024 ** (power + 1)),
      size,
      around: `${value.slice(0, at)}…${value.slice(at + size.length)}`,
      share,
      holds: "heap",
    };
  }
  return undefined;
}

/** The heap that a JVM begins with, in bytes: one that is larger than the bound keeps it from starting. */
export function firstHeap(value: string): number {
  const [, digits = "0", letter = ""] = /(?<![\w-])-Xms(\d{1,12})([kKmMgGtT]?)/.exec(value) ?? [];
  return Number(digits) * 1024 ** (letter === "" ? 0 : powers.indexOf(letter.toUpperCase()) + 1);
}
