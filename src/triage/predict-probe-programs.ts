import type { JsonValue } from "../messages/conversation.ts";
import { containerOf, type FaultRule } from "./fault-rule.ts";
import { listAt, numberAt, objectAt, textAt, valueAt } from "./kube-object.ts";
import { declaredPorts } from "./listening.ts";
import { quote } from "./quote.ts";
import type { Place } from "./predict.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Container } from "./workloads.ts";

/** What a probe's program asks of the container itself. */
interface Asked {
  readonly scheme: string;
  readonly port: number;
  readonly path: string;
}

/** Options of `curl` and `wget` that change nothing of what is asked, and where the answer goes. */
const plainOptions =
  /^(?:-[sSfqkv]+|-q?O-|-qO|-O|-o|--(?:silent|fail|show-error|quiet|spider|insecure|no-check-certificate|output-document=-))$/;
const sinks: ReadonlySet<string> = new Set(["-", "/dev/null"]);

/** The request of a command line of `curl` or `wget` that fails where the answer is a failure; `undefined` where it asks more than that. */
export function askedBy(words: readonly string[]): Asked | undefined {
  const [program = "", ...rest] = words;
  const name = program.slice(program.lastIndexOf("/") + 1);
  const options = rest.filter((word) => word.startsWith("-") && word !== "-");
  const [url, ...more] = rest.filter((word) => !word.startsWith("-") && !sinks.has(word));
  if ((name !== "curl" && name !== "wget") || url === undefined || more.length > 0) return undefined;
  if (!options.every((word) => plainOptions.test(word))) return undefined;
  // To curl every answer is one, unless it is told otherwise.
  if (name === "curl" && !options.some((word) => /^-[a-zA-Z]*f|^--fail$/.test(word))) return undefined;
  const [, scheme = "http", port, path = ""] =
    /^(?:(https?):\/\/)?(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(\/[^\s#]*)?$/.exec(url) ?? [];
  if (!/^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)/.test(url)) return undefined;
  return { scheme: scheme.toUpperCase(), port: Number(port ?? (scheme === "https" ? 443 : 80)), path: path === "" ? "/" : path };
}

/** The kubelet asks by itself what the program was to ask, at a port that the container opens to others; how often and how long stays. */
export const probeProgramRule: FaultRule = {
  places: ({ field }) => ["exec", "httpGet"].map((way) => [...field.slice(0, -2), way]),
  stays: ({ finding, was, now, before }) => {
    const probe = finding.field.slice(containerOf(finding.field).length, -2);
    const at = ({ json }: Container, ...way: readonly string[]): JsonValue | undefined => valueAt(json, ...probe, ...way);
    if (at(now.container, "exec") !== undefined) return "nothing shows that the image has another program for its probe";
    if (at(now.container, "httpGet") === undefined) return "the program is not asked the same any more";
    const words = listAt(was.container.json, ...probe, "exec", "command").filter((word): word is string => typeof word === "string");
    const asked = askedBy(words);
    if (asked === undefined) return "what its program asks is more than the kubelet can ask";
    const { path, port, scheme = "HTTP", ...more } = objectAt(now.container.json, ...probe, "httpGet");
    if (Object.keys(more).length > 0) return "the probe asks more than it did";
    if (path !== asked.path || scheme !== asked.scheme || portOf(now.container, port) !== asked.port)
      return `the probe asks something else than ${quote(`${asked.scheme} ${asked.path} at port ${asked.port}`, 100)}`;
    if (listensInside(before, was, asked.port)) return `by its log the program listens at port ${asked.port} for its own pod alone`;
    return declaredPorts(was.container).includes(asked.port)
      ? undefined
      : `nothing shows that port ${asked.port} can be reached from outside the pod`;
  },
};

function portOf({ json }: Container, port: JsonValue | undefined): JsonValue | undefined {
  return typeof port === "string"
    ? numberAt(
        listAt(json, "ports").find((one) => textAt(one, "name") === port),
        "containerPort",
      )
    : port;
}

/** Does a program say that it listens at the address of its own pod alone, where the kubelet does not reach it? */
function listensInside(snapshot: Snapshot, { workload, container }: Place, port: number): boolean {
  return workload.pods.some((pod) =>
    (snapshot.log({ namespace: pod.namespace ?? "", pod: pod.name, container: container.name, previous: false }) ?? [])
      .slice(0, 200)
      .some(
        (line) => /listen|serv|start|bound/i.test(line) && new RegExp(`(?:127\\.0\\.0\\.1|localhost|\\[::1\\]):${port}(?!\\d)`).test(line),
      ),
  );
}
