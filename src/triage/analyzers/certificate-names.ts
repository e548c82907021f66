import { commandWords, variablesOf } from "../environment.ts";
import type { Finding } from "../finding.ts";
import { listAt } from "../kube-object.ts";
import { placeOf, readAddress } from "../predict-hosts.ts";
import { quote } from "../quote.ts";
import type { Snapshot } from "../snapshot.ts";
import { type Crash, lastLines, logLine } from "./crash.ts";

/** Words of clients for a certificate that is not for the name by which they called; the names that it is for, where they say them. */
const refusals: readonly { readonly pattern: RegExp; readonly host: number; readonly names?: number }[] = [
  { pattern: /certificate is (?:only )?valid for ([\w.*:, -]{1,1000}?), not ([\w.-]{1,253})/, host: 2, names: 1 },
  { pattern: /Host: ([\w.-]{1,253}?)\.? is not in the cert's altnames: ([\w.*:, -]{1,1000})/, host: 1, names: 2 },
  { pattern: /certificate is not valid for '([\w.-]{1,253})'/, host: 1 },
  { pattern: /(?:certificate subject name|alternative certificate subject name).{0,60}\bhost ?name '([\w.-]{1,253})'/, host: 1 },
  { pattern: /No subject alternative DNS name matching ([\w.-]{1,253}) found/, host: 1 },
];

/** A program calls a service by one of its names, and the service's certificate is for others of them. */
export function certificateNames(crash: Crash): Finding | undefined {
  const { snapshot, workload, container } = crash;
  const namespace = workload.object.namespace ?? "";
  for (const line of lastLines(crash).toReversed()) {
    const read = refusedName(line);
    const place = read === undefined ? undefined : placeOf(read.host, namespace);
    if (read === undefined || place === undefined || snapshot.find("Service", place.namespace, place.name) === undefined) continue;
    const settings = [...variablesOf(snapshot, workload, container), ...commandWords(workload, container)].filter(
      ({ value }) => /^[\x21-\x7e]{1,300}$/.test(value) && readAddress(value)?.host === read.host,
    );
    const [setting, ...others] = settings;
    // Which of several was asked is not told.
    if (setting === undefined || others.length > 0) continue;
    const names = read.names ?? certificateFor(snapshot, place.namespace, place.name);
    const around = readAddress(setting.value)?.around ?? "";
    const port = readAddress(setting.value)?.port;
    const meant = [".svc", ".svc.cluster.local", ""].map((tail) => `${place.name}.${place.namespace}${tail}`);
    return {
      fault: "certificate-names",
      severity: "cause",
      object: setting.object,
      field: setting.field,
      value: setting.value,
      says: `container ${container.name} calls Service ${place.name} by the name ${quote(read.host, 80)}, which the service's certificate does not have`,
      evidence: [logLine(crash, line)],
      candidates: [...meant, ...(place.namespace === namespace ? [place.name] : [])]
        .filter((name) => name !== read.host && names.some((one) => isFor(one, name)))
        .map((name) => ({
          value: around.replace("…", () => `${name}${port === undefined ? "" : `:${port}`}`),
          why: "a name of the same service that its certificate has",
        })),
    };
  }
  return undefined;
}

function refusedName(line: string): { readonly host: string; readonly names: readonly string[] | undefined } | undefined {
  for (const { pattern, host, names } of refusals) {
    const found = pattern.exec(line);
    const name = found?.[host];
    if (found === null || name === undefined) continue;
    const listed = names === undefined ? undefined : (found[names] ?? "").split(/,\s*/).map((one) => one.replace(/^DNS:/, "").trim());
    return { host: name, names: listed };
  }
  return undefined;
}

/** The names of the one certificate of cert-manager that is for a service; none where several are, or none is. */
function certificateFor(snapshot: Snapshot, namespace: string, service: string): readonly string[] {
  const found = snapshot
    .of("Certificate", namespace)
    .filter(({ apiVersion }) => apiVersion.startsWith("cert-manager.io/"))
    .map(({ json }) => listAt(json, "spec", "dnsNames").filter((one): one is string => typeof one === "string"))
    .filter((names) => names.some((one) => one.split(".")[0] === service));
  return found.length === 1 ? (found[0] ?? []) : [];
}

/** Is a name of a certificate this one? A star stands for the first part alone. */
function isFor(pattern: string, name: string): boolean {
  return pattern === name || (pattern.startsWith("*.") && name.includes(".") && pattern.slice(1) === name.slice(name.indexOf(".")));
}
