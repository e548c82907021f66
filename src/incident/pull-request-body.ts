import type { Finding } from "../triage/finding.ts";
import { holdAgainstRecord, type StruckSentence } from "./claims.ts";
import type { PushCheck } from "./check-push.ts";
import { changeOf, commandsThatWorked, type RecordedCall, type SessionRecord } from "./session-record.ts";
import type { TestsCheck } from "./tests/check-tests.ts";

/** Whose session it is, for the section that says so. */
export interface SessionAuthor {
  readonly model: string;
  /** False for a written session. */
  readonly isModel: boolean;
  readonly guidance: string;
  readonly client: string;
}

export interface BodyFacts {
  /** What the model wrote. */
  readonly written: string;
  readonly commit: string;
  /** The check of that commit; absent where the session has no check of manifests. */
  readonly check: PushCheck | undefined;
  /** What the repository's tests said of that commit, where they judge it. */
  readonly tests?: TestsCheck | undefined;
  readonly record: SessionRecord;
  readonly author: SessionAuthor;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface ComposedBody {
  readonly body: string;
  readonly struck: readonly StruckSentence[];
}

const heading = "## Record of the session, written by Cloister";
const seam = `\n\n---\n\n${heading}\n`;
const mostCommands = 40;
const mostFindings = 10;

/**
 * The text that a pull request gets: what the model wrote, with the sentences struck out that the record contradicts, and then a section of ours that is written from
 * the record alone. Pure.
 */
export function composeBody(facts: BodyFacts): ComposedBody {
  const { text, struck } = holdAgainstRecord(facts.written, commandsThatWorked(facts.record));
  return { body: `${contain(text)}${seam}${sectionLines(facts, struck).join("\n")}\n`, struck };
}

/** What the model wrote of a text that `composeBody` made; a text without our section is all its own. */
export function modelsWords(body: string): string {
  const at = body.lastIndexOf(seam);
  return at < 0 ? body : body.slice(0, at);
}

/** The model's text so that it can neither pass for our section nor swallow it: an open fence is closed, HTML is shown and not read, our heading is not its. */
function contain(text: string): string {
  let fence: string | undefined;
  const lines = text
    .trim()
    .split("\n")
    .map((line) => {
      const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
      if (mark !== undefined) {
        if (fence === undefined) fence = mark;
        else if (mark.startsWith(fence)) fence = undefined;
        return line;
      }
      return fence === undefined
        ? line.replaceAll(/<(?=[A-Za-z/!?])/g, "&lt;").replaceAll(/written by cloister/gi, "(written by the model)")
        : line;
    });
  return [...lines, ...(fence === undefined ? [] : [fence])].join("\n");
}

function sectionLines(facts: BodyFacts, struck: readonly StruckSentence[]): readonly string[] {
  const { check, tests, record, commit } = facts;
  return [
    "",
    ...(check === undefined ? [] : [...checkLines(check, commit), ""]),
    ...(tests === undefined ? [] : [testsLine(tests, commit), ""]),
    "Nothing was applied, deployed or restarted: the session may only read the cluster.",
    "",
    `**Change:** ${changeText(facts)}`,
    "",
    `**Session:** ${authorText(facts)}; ${figures(facts)}.`,
    ...(record.refusedPushes === 0
      ? []
      : ["", `**Refused at the door:** ${counted(record.refusedPushes, "push", "pushes")} whose check failed.`]),
    ...(struck.length === 0
      ? []
      : [
          "",
          "**Struck out above**, because the record contradicts it:",
          ...struck.map(({ sentence, why }) => `- ${code(sentence)}: ${why}`),
        ]),
    "",
    "**Commands:**",
    ...commandLines(record.calls),
  ];
}

function checkLines({ ok, result }: PushCheck, commit: string): readonly string[] {
  const before: readonly Finding[] = [...result.gone, ...result.stays];
  const after: readonly Finding[] = [...result.stays, ...result.appears];
  return [
    "**Findings before:**",
    ...findingLines(before),
    "",
    `**Findings with commit ${commit.slice(0, 7)}:**`,
    ...findingLines(after),
    "",
    `**Checked:** the manifests of the commit were laid over the cluster's objects as they were read, and triage was asked again: ${ok ? "passed" : "**failed**"}. What only a running program shows was judged by rule.`,
  ];
}

function testsLine({ ok, passed, proved }: TestsCheck, commit: string): string {
  const counts = passed.after === undefined ? "" : `: ${passed.after} pass, ${passed.before ?? 0} did before`;
  const shown = proved
    ? "It brings a test that fails without it."
    : "It brings no test that fails without it, so nothing here shows that the fault is gone.";
  return `**Tested:** the repository's own tests were run over commit ${commit.slice(0, 7)}, and those of its base too, in a seal without network: ${ok ? "passed" : "**failed**"}${counts}. ${shown}`;
}

function findingLines(findings: readonly Finding[]): readonly string[] {
  if (findings.length === 0) return ["- none"];
  const more = findings.length - mostFindings;
  return [...findings.slice(0, mostFindings).map(({ says }) => `- ${plain(says, 300)}`), ...(more > 0 ? [`- and ${more} more`] : [])];
}

export function changeText({ record, author }: Pick<BodyFacts, "record" | "author">): string {
  const { quickFix, edits } = changeOf(record);
  const who = author.isModel ? "the model" : "the written session";
  if (quickFix === undefined) return `${who} wrote it.`;
  return `${plain(quickFix, 300)}; ${who} chose it${edits > 0 ? " and changed more by itself" : ""}.`;
}

function authorText({ author }: BodyFacts): string {
  const model = author.isModel ? `model ${plain(author.model, 80)}` : "no model, a written session";
  return `${model}, guidance ${plain(author.guidance, 20)}, Claude Code ${plain(author.client, 20)}, sealed`;
}

function figures({ record, now }: BodyFacts): string {
  const { calls, turns, promptTokens, cachedTokens, outputTokens, startedAt } = record;
  const failed = calls.filter(({ outcome }) => outcome?.failed === true).length;
  const seconds = startedAt === 0 ? 0 : Math.round((now - startedAt) / 1000);
  return `${counted(turns, "turn", "turns")}, ${counted(calls.length, "call", "calls")} (${failed} failed), ${promptTokens - cachedTokens} tokens read, ${outputTokens} written, ${seconds} s so far`;
}

function commandLines(calls: readonly RecordedCall[]): readonly string[] {
  const more = calls.length - mostCommands;
  const lines = calls.slice(-mostCommands).map(({ name, subject, outcome }) => {
    const what = name === "Bash" ? subject : `${name} ${subject}`;
    return `- ${code(what)}${outcome === undefined ? "" : outcome.failed ? " (failed)" : ""}`;
  });
  return more > 0 ? [`- ${more} before these`, ...lines] : lines;
}

/** A text of somebody's inside a code span: on one line, bounded, without what would end the span. */
function code(text: string): string {
  return `\`${plain(text, 200).replaceAll("`", "'")}\``;
}

function plain(text: string, longest: number): string {
  const line = text
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/<(?=[A-Za-z/!?])/g, "&lt;")
    .trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
