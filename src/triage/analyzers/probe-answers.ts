import type { Candidate, Evidence, Finding } from "../finding.ts";
import { listAt, numberAt, refOf, textAt } from "../kube-object.ts";
import type { KubeObject } from "../kube-object.ts";
import { quote } from "../quote.ts";
import type { Container } from "../workloads.ts";

type Answer = Pick<Finding, "fault" | "severity" | "field" | "value" | "says" | "candidates"> & { readonly shown?: Evidence | undefined };

/** A probe that reaches the program and takes its answer for none: it speaks another protocol than the program, or waits less than the program takes. */
export function explainAnswer(
  said: string,
  container: Container,
  member: string,
  word: string,
  pod: KubeObject,
  lines: readonly string[],
): Answer | undefined {
  return (
    noProgram(said, container, member, word) ??
    otherScheme(said, container, member, word) ??
    tooSlow(said, container, member, word, pod, lines)
  );
}

/** The probe runs a program that the image does not have. */
function noProgram(said: string, container: Container, member: string, word: string): Answer | undefined {
  const program = /exec: \\?"([^"\\]{1,200})\\?": (?:executable file not found|stat [^:]{1,200}: no such file)/.exec(said)?.[1];
  const words = listAt(container.json, member, "exec", "command");
  if (program === undefined || words[0] !== program) return undefined;
  return {
    fault: "probe-program",
    severity: "cause",
    field: [...container.field, member, "exec", "command"],
    value: words.filter((one) => typeof one === "string").join(" "),
    says: `the ${word} probe of container ${container.name} runs ${quote(program, 80)}, a program that its image does not have`,
    candidates: [],
  };
}

function otherScheme(said: string, container: Container, member: string, word: string): Answer | undefined {
  const wanted = /server gave HTTP response to HTTPS client/i.test(said)
    ? "HTTP"
    : /malformed HTTP response "?\\x15\\x03|HTTP request to an? HTTPS server/i.test(said)
      ? "HTTPS"
      : undefined;
  if (wanted === undefined) return undefined;
  const value = textAt(container.json, member, "httpGet", "scheme") ?? "HTTP";
  return {
    fault: "probe-scheme",
    severity: "cause",
    field: [...container.field, member, "httpGet", "scheme"],
    value,
    says: `the ${word} probe of container ${container.name} asks over ${value}, and the program speaks ${wanted}`,
    candidates: [{ value: wanted, why: "what the program answers" }],
  };
}

/** Where the log tells how long answers to the probe take: longer than it waits. Where it tells nothing the program may as well hang. */
function tooSlow(
  said: string,
  container: Container,
  member: string,
  word: string,
  pod: KubeObject,
  lines: readonly string[],
): Answer | undefined {
  if (!/context deadline exceeded|Client\.Timeout|timed? ?out/i.test(said)) return undefined;
  const told = answerSeconds(lines, textAt(container.json, member, "httpGet", "path"));
  const waits = numberAt(container.json, member, "timeoutSeconds") ?? 1;
  if (told === undefined || told.seconds <= waits) return undefined;
  const candidates: Candidate[] = [
    { value: String(Math.ceil(told.seconds * 2)), why: `twice the ${told.seconds} s that an answer took by its log` },
  ];
  return {
    fault: "probe-timeout",
    severity: "cause",
    field: [...container.field, member, "timeoutSeconds"],
    value: String(waits),
    says: `the ${word} probe of container ${container.name} waits ${waits} s for an answer, and the program takes longer`,
    candidates,
    shown: { object: refOf(pod), from: "log", text: quote(told.line, 240) },
  };
}

/** No answer that a log speaks of takes longer, in seconds. */
const longestAnswer = 120;

/** The longest that an answer for a path took, by lines as programs log requests: `GET /live 200 1840 ms`. */
export function answerSeconds(lines: readonly string[], path: string | undefined): { seconds: number; line: string } | undefined {
  if (path === undefined || path === "/") return undefined;
  const told = lines.slice(-200).flatMap((line) => {
    if (!line.split(/[\s"?=]+/).includes(path)) return [];
    const [, amount, unit] = /(?<![\w.])(\d+(?:\.\d+)?) ?(ms|s|sec|seconds)\b/.exec(line) ?? [];
    return amount === undefined ? [] : [{ line, seconds: Number(amount) / (unit === "ms" ? 1000 : 1) }];
  });
  const likely = told.filter(({ seconds }) => seconds <= longestAnswer);
  return likely.sort((a, b) => b.seconds - a.seconds)[0];
}
