import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync } from "node:fs";

/**
 * Counts what was sent to an address without a route in a process's network namespace. Such attempts pass no proxy, so nothing else
 * sees them. The files stay readable after every process of the namespace is gone, because an open one keeps the namespace, and
 * what is sealed in cannot write to them.
 */
export interface RouteCounters {
  /** Packets and connects that the kernel dropped for want of a route since the namespace was made, IPv4 and IPv6. */
  attempts(): number;
  close(): void;
}

/** Opens the counters of the first descendant of `pid` that has a network namespace of its own; undefined while there is none. */
export function openRouteCounters(pid: number): RouteCounters | undefined {
  const ours = namespaceOf("self");
  for (const descendant of descendantsOf(pid)) {
    const theirs = namespaceOf(String(descendant));
    if (theirs === undefined || theirs === ours) continue;
    const opened: number[] = [];
    try {
      for (const file of ["snmp", "snmp6"]) opened.push(openSync(`/proc/${descendant}/net/${file}`, "r"));
    } catch {
      for (const descriptor of opened) closeSync(descriptor);
      continue;
    }
    const [v4 = -1, v6 = -1] = opened;
    return {
      attempts: () => droppedV4(readAll(v4)) + droppedV6(readAll(v6)),
      close: () => opened.forEach((descriptor) => closeSync(descriptor)),
    };
  }
  return undefined;
}

/** `Ip: … OutNoRoutes …` of /proc/net/snmp: a line of names, then a line of values. */
export function droppedV4(snmp: string): number {
  const [names, values] = snmp
    .split("\n")
    .filter((line) => line.startsWith("Ip:"))
    .map((line) => line.trim().split(/\s+/));
  const index = names?.indexOf("OutNoRoutes") ?? -1;
  return index < 0 ? 0 : Number(values?.[index] ?? 0);
}

/** `Ip6OutNoRoutes N` of /proc/net/snmp6. */
export function droppedV6(snmp6: string): number {
  return Number(/^Ip6OutNoRoutes\s+(\d+)/m.exec(snmp6)?.[1] ?? 0);
}

/** Processes that `pid` started, and those that they started, parents first. */
export function descendantsOf(pid: number): number[] {
  const found: number[] = [];
  const left = [pid];
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    for (const child of childrenOf(next)) {
      found.push(child);
      left.push(child);
    }
  }
  return found;
}

function childrenOf(pid: number): number[] {
  try {
    // Each thread has children of its own.
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
  } catch {
    return []; // gone meanwhile
  }
}

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

function readAll(descriptor: number): string {
  const buffer = Buffer.alloc(64 * 1024);
  return buffer.toString("latin1", 0, readSync(descriptor, buffer, 0, buffer.length, 0));
}
