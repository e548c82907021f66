import { type ContainerState, lastRunLog } from "./container-state.ts";
import { isObject, type KubeObject, numberAt, valueAt } from "./kube-object.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Container } from "./workloads.ts";

/** No start that a log speaks of takes longer, in seconds; a larger number is about something else. */
const longestStart = 1800;

/** How long the start takes by the program's own words, `takes about 66 s`, in seconds; `undefined` where its last run says nothing of it. */
export function toldStart(snapshot: Snapshot, pod: KubeObject, state: ContainerState): { seconds: number; line: string } | undefined {
  const lines = (lastRunLog(snapshot, pod, state) ?? []).slice(-200);
  const told = lines.flatMap((line) =>
    [
      ...line.matchAll(
        /\b(?:takes?|took|needs?|about|approximately|expected|estimated|eta|in|after|up to)\b[ :=~]*(?:about |~ ?)?(\d+(?:\.\d+)?) ?(s|secs?|seconds|m|mins?|minutes)\b/gi,
      ),
    ].map((match) => ({ line, seconds: Number(match[1]) * (/^m/i.test(match[2] ?? "") ? 60 : 1) })),
  );
  return told
    .filter(({ seconds }) => seconds <= longestStart)
    .reduce<{ seconds: number; line: string } | undefined>(
      (longest, one) => (longest === undefined || one.seconds > longest.seconds ? one : longest),
      undefined,
    );
}

/** Seconds from a container's start to the failure at which a probe ends it; while a startup probe has not passed, the liveness probe does not ask. */
export function givesUpAfter(container: Container): number {
  const member = isObject(valueAt(container.json, "startupProbe")) ? "startupProbe" : "livenessProbe";
  const { delay, period, failures } = timing(container, member);
  return delay + period * (failures - 1);
}

/** Seconds within which a container that hangs is ended. */
export function findsHangWithin(container: Container): number {
  const { delay, period, failures } = timing(container, "livenessProbe");
  return (isObject(valueAt(container.json, "startupProbe")) ? 0 : delay) + period * failures;
}

/** Kubernetes' own defaults where nothing is written. */
function timing(container: Container, member: string): { readonly delay: number; readonly period: number; readonly failures: number } {
  const number = (name: string, otherwise: number): number => numberAt(container.json, member, name) ?? otherwise;
  return { delay: number("initialDelaySeconds", 0), period: number("periodSeconds", 10), failures: number("failureThreshold", 3) };
}

/** Do two probes of a container ask the program the same? How often and how long does not matter. */
export function asksTheSame(container: Container, one: string, other: string): boolean {
  const asked = (member: string): string =>
    JSON.stringify([
      valueAt(container.json, member, "httpGet", "path"),
      ...["httpGet", "tcpSocket", "grpc"].map((way) => valueAt(container.json, member, way, "port")),
      valueAt(container.json, member, "exec", "command"),
    ]);
  return asked(one) === asked(other);
}
