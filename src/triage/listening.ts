import { commandWords, type Variable, variablesOf } from "./environment.ts";
import { listAt, numberAt } from "./kube-object.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Container, containersOf, type Workload } from "./workloads.ts";

/** Words of programs and runtimes for a port at which they could not listen. */
const portPatterns: readonly RegExp[] = [
  /\blisten (?:tcp|udp)[46]? \S{0,60}?:(\d{1,5}):/,
  /\blisten E[A-Z]{3,20}:[^:]{0,60}\s\S{0,60}?:(\d{1,5})(?!\d)/,
  /\bbind\(\) to \S{0,60}?:(\d{1,5}) failed/,
  /\bbind on address \('[^']{0,60}', (\d{1,5})/,
  /\bbind to address \S{0,60}?:(\d{1,5})(?!\d)/,
  /\blistening socket \S{0,60}?:(\d{1,5}):/,
  /\bport (\d{1,5}) (?:was|is) already in use/i,
  /\bconnection in use: \('[^']{0,60}', (\d{1,5})/i,
];

/** The port at which a program could not listen, out of a line of its log. */
export function refusedPort(line: string): number | undefined {
  for (const pattern of portPatterns) {
    const port = Number(pattern.exec(line)?.[1] ?? 0);
    if (port > 0 && port < 65536) return port;
  }
  return undefined;
}

/** A setting by which a container is told at which port it has to listen. */
export interface ListenSetting extends Variable {
  /** What stands before the number: `--web.listen-address=:`. */
  readonly lead: string;
  readonly port: number;
}

/** `8080`, `:8080`, `0.0.0.0:8080`, alone or behind the name of an option; the address of somebody else is none. */
const address = /^((?:-{1,2}[\w.-]{1,80}=)?((?:0\.0\.0\.0|127\.0\.0\.1|localhost|\[::1?\]|\*)?:)?)(\d{1,5})$/;

/** The lead and the port of a value that says where to listen. */
export function readListenAddress(value: string): { readonly lead: string; readonly port: number; readonly bare: boolean } | undefined {
  const [, lead = "", colon, digits] = address.exec(value) ?? [];
  const port = Number(digits ?? 0);
  return port > 0 && port < 65536 ? { lead, port, bare: colon === undefined } : undefined;
}

/** The one setting of a container that says it has to listen at this port; `undefined` where none does, or more than one may. */
export function listenSetting(snapshot: Snapshot, workload: Workload, container: Container, port: number): ListenSetting | undefined {
  const found = settingsOf(snapshot, workload, container).filter((one) => one.port === port);
  const ranks = [0, 1].map((rank) => found.filter((one) => rankOf(one.called) === rank));
  const [first, ...others] = ranks.find((some) => some.length > 0) ?? [];
  return others.length > 0 ? undefined : first;
}

interface Called extends ListenSetting {
  /** The variable's name, or the option's. */
  readonly called: string;
}

function settingsOf(snapshot: Snapshot, workload: Workload, container: Container): readonly Called[] {
  const variables = variablesOf(snapshot, workload, container);
  const names = new Set(variables.map(({ name }) => name));
  // The port of a host that is named beside it is somebody else's.
  const own = variables.filter(
    ({ name }) => !["HOST", "HOSTNAME", "ADDR"].some((one) => names.has(name.replace(/PORT$/, one)) && /._PORT$/.test(name)),
  );
  const words = commandWords(workload, container);
  return [
    ...own.map((variable) => ({ variable, called: variable.name })),
    ...words.map((variable, index) => ({ variable, called: optionOf(variable.value) ?? optionOf(words[index - 1]?.value ?? "") ?? "" })),
  ].flatMap(({ variable, called }) => {
    const read = readListenAddress(variable.value);
    if (read === undefined || (rankOf(called) > 1 && read.bare)) return [];
    return [{ ...variable, called, lead: read.lead, port: read.port }];
  });
}

function optionOf(word: string): string | undefined {
  return /^-{1,2}([\w.-]{1,80})/.exec(word)?.[1];
}

/** How surely a name is that of where to listen; a number under a name above 1 is any number. */
function rankOf(called: string): number {
  if (/listen|bind/i.test(called) || /^(?:http[_.-]?|server[_.-]?)?port$/i.test(called)) return 0;
  return /port|addr/i.test(called) || called === "p" ? 1 : 2;
}

/** The ports that a container declares. */
export function declaredPorts({ json }: Container): readonly number[] {
  return listAt(json, "ports").flatMap((one) => numberAt(one, "containerPort") ?? []);
}

/** Does a container listen at a port, by what it declares or by a setting of it? */
export function takesPort(snapshot: Snapshot, workload: Workload, container: Container, port: number): boolean {
  return declaredPorts(container).includes(port) || settingsOf(snapshot, workload, container).some((one) => one.port === port);
}

/** Does another container of the pod than this one listen at a port? */
export function takenBeside(snapshot: Snapshot, workload: Workload, name: string, port: number): Container | undefined {
  return containersOf(workload).find((one) => !one.init && one.name !== name && takesPort(snapshot, workload, one, port));
}
