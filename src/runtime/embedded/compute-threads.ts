/** What the machine says about itself; texts are those of Linux's files, absent elsewhere. */
export interface CpuFacts {
  /** `/proc/cpuinfo` */
  readonly cpuinfo?: string | undefined;
  /** cgroup v2 `cpu.max`: quota and period in microseconds, or `max`. */
  readonly cpuMax?: string | undefined;
  /** Logical processors this process may use. */
  readonly available: number;
}

/**
 * Upper bound of compute threads: physical cores that this process may use. Two threads on one core make llama.cpp slower; more
 * threads than processors make it stop (0.3 tokens a second with 4 threads on 2 cores), so a container's quota counts too.
 */
export function computeThreads({ cpuinfo, cpuMax, available }: CpuFacts): number {
  const bounds = [available, physicalCores(cpuinfo), quotaCores(cpuMax)].filter((bound) => bound !== undefined);
  return Math.max(1, Math.min(...bounds));
}

/** Distinct pairs of socket and core; undefined where the file does not name them (most ARM machines, some virtual ones). */
function physicalCores(cpuinfo: string | undefined): number | undefined {
  const cores = new Set<string>();
  for (const processor of (cpuinfo ?? "").split(/\n\s*\n/)) {
    const core = /^core id\s*:\s*(\d+)/m.exec(processor)?.[1];
    if (core === undefined) continue;
    const socket = /^physical id\s*:\s*(\d+)/m.exec(processor)?.[1] ?? "0";
    cores.add(`${socket}/${core}`);
  }
  return cores.size === 0 ? undefined : cores.size;
}

function quotaCores(cpuMax: string | undefined): number | undefined {
  const match = /^(\d+) (\d+)/.exec(cpuMax ?? "");
  if (match === null) return undefined;
  const period = Number(match[2]);
  return period > 0 ? Math.max(1, Math.floor(Number(match[1]) / period)) : undefined;
}
