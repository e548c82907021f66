import { listAt, textAt } from "./kube-object.ts";
import { quantity } from "./quantity.ts";
import type { Container, Workload } from "./workloads.ts";

/** A volume in memory at `/dev/shm`, and how large it may become. */
export interface SharedMemory {
  readonly volume: string;
  readonly size: string;
}

/** The shared memory that a container is given by a volume with a size; the one that every container has by itself is none of a manifest. */
export function sharedMemoryOf({ template }: Pick<Workload, "template">, { json }: Container): SharedMemory | undefined {
  const mount = listAt(json, "volumeMounts").find((one) => textAt(one, "mountPath")?.replace(/\/+$/, "") === "/dev/shm");
  const volume = textAt(mount, "name");
  const found = listAt(template, "spec", "volumes").find((one) => volume !== undefined && textAt(one, "name") === volume);
  const size = textAt(found, "emptyDir", "sizeLimit");
  return volume === undefined || size === undefined || quantity(size) === undefined || textAt(found, "emptyDir", "medium") !== "Memory"
    ? undefined
    : { volume, size };
}

/** What lies in a volume in memory counts to the container that wrote it: a half at most, so that the program has the other. */
export function fitsMemory({ json }: Container, bytes: number): boolean {
  const limit = quantity(textAt(json, "resources", "limits", "memory"));
  return limit === undefined || bytes <= limit / 2;
}

/** Does a line say that there is no room left in shared memory? */
export function tellsFull(line: string): boolean {
  return (
    (/no space left on device|\bENOSPC\b/i.test(line) && /shared memory|\/dev\/shm\b|\bshm_open\b/i.test(line)) ||
    /insufficient shared memory \(shm\)/i.test(line)
  );
}

/** How large the segment was to become for which there was no room, in bytes. */
export function segmentSize(text: string): number | undefined {
  const digits = /shared memory segment\b.{0,120}? to (\d{1,15}) bytes/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
