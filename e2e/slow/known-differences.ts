import type { Command } from "./commands.ts";

/** A way in which a recorded cluster is not like a real one, and why it stays so. `docs/recorded-cluster.md` lists the same. */
export interface KnownDifference {
  readonly commands: (command: Command) => boolean;
  readonly reason: string;
}

const begins =
  (line: string) =>
  ({ args }: Command): boolean =>
    args.join(" ").startsWith(line);

export const knownDifferences: readonly KnownDifference[] = [
  { commands: begins("auth can-i delete"), reason: "nobody may change a recording, and the answer says so" },
  { commands: begins("auth can-i --list"), reason: "what may be done with a recording is to read it" },
  { commands: begins("explain"), reason: "a recording does not describe the fields of kinds" },
  { commands: begins("cluster-info"), reason: "the address of the server" },
  {
    commands: begins("api-versions"),
    reason: "a recording serves each kind in one version, and Kubernetes' own kinds as they were in 1.31",
  },
  {
    commands: begins("api-resources"),
    reason: "Kubernetes' own kinds as they were in 1.31, where the recording does not say which its server had",
  },
  {
    commands: ({ args }) => args[0] === "get" && args[1]?.startsWith("ipaddresses") === true && args.includes("--show-labels"),
    reason: "a real server gives these rows an age and no column for it",
  },
];

export function reasonFor(command: Command): string | undefined {
  return knownDifferences.find(({ commands }) => commands(command))?.reason;
}
