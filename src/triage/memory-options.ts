import type { HeapBound } from "./heap.ts";
import { listAt, textAt } from "./kube-object.ts";
import type { Container } from "./workloads.ts";

/** An option by which a program that keeps its data in memory is told how much of it it may keep. */
interface MemoryOption {
  /** Names of the program, as its image or its command has them. */
  readonly program: RegExp;
  readonly option: RegExp;
  /** Bytes of a unit, in small letters; of `""` those of a number without one. */
  readonly units: Readonly<Record<string, number>>;
  /** What a container's memory has to hold beside the data: buffers, fragmentation, a child that saves. */
  readonly share: number;
}

const [kibi, mebi, gibi] = [2 ** 10, 2 ** 20, 2 ** 30];

/** Units are those of redis.conf, `memcached --help` and the MySQL manual: Redis counts `1m` in thousands and `1mb` in 1024, MySQL knows the latter alone. */
const options: readonly MemoryOption[] = [
  {
    program: /(?:^|[/-])(?:redis|valkey|keydb)\b/,
    option: /^--maxmemory$/,
    units: { "": 1, b: 1, k: 1e3, kb: kibi, m: 1e6, mb: mebi, g: 1e9, gb: gibi },
    share: 0.75,
  },
  { program: /(?:^|[/-])memcached\b/, option: /^(?:-m|--memory-limit)$/, units: { "": mebi, m: mebi, g: gibi }, share: 0.85 },
  {
    program: /(?:^|[/-])(?:mysqld?|mariadbd?|percona(?:-server)?)\b/,
    option: /^--innodb[-_]buffer[-_]pool[-_]size$/,
    units: { "": 1, k: kibi, m: mebi, g: gibi },
    share: 0.75,
  },
];

/** The bound that a word of a container's command line puts on its program's data, as `--maxmemory 3gb` does and `--memory-limit=512`; `undefined` where it puts none. */
export function readMemoryOption({ json }: Container, member: "command" | "args", index: number): HeapBound | undefined {
  const words = listAt(json, member);
  const [before, word] = [words[index - 1], words[index]];
  if (typeof word !== "string") return undefined;
  const [, joined, tail] = /^(--[\w-]{1,60})=(\w{1,20})$/.exec(word) ?? [];
  const [option, size] = joined === undefined ? [before, word] : [joined, tail];
  const known = options.find((one) => typeof option === "string" && one.option.test(option) && isProgram(json, one.program));
  const [, digits, unit = ""] = /^(\d{1,15})([a-z]{0,2})$/i.exec(size ?? "") ?? [];
  const factor = Object.hasOwn(known?.units ?? {}, unit.toLowerCase()) ? known?.units[unit.toLowerCase()] : undefined;
  if (known === undefined || digits === undefined || size === undefined || factor === undefined || Number(digits) === 0) return undefined;
  return {
    bytes: Number(digits) * factor,
    size,
    around: `${joined === undefined ? "" : `${joined}=`}…`,
    share: known.share,
    holds: "data",
  };
}

function isProgram(json: Container["json"], program: RegExp): boolean {
  const image = (textAt(json, "image") ?? "").slice(0, 500).replace(/@.*$/, "");
  const words = [listAt(json, "command")[0], listAt(json, "args")[0]].filter((one): one is string => typeof one === "string");
  return [image, ...words].some((one) => program.test(one));
}

/** Does a line speak of such a bound, by the name of the program or of its option? */
export function tellsOfData(line: string): boolean {
  return /redis|valkey|keydb|memcached|mysql|mariadb|maxmemory|memory[-_ ]limit|buffer[-_ ]pool/i.test(line);
}
