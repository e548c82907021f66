import { CloisterError } from "../../error.ts";
import type { Call, Conversation, JsonObject, JsonValue } from "../../messages/conversation.ts";
import type { Script, ScriptTurn } from "./script.ts";

export interface Line {
  readonly turn: ScriptTurn;
  readonly says: string;
  /** Ids are empty: the gateway gives them. */
  readonly calls: readonly Call[];
}

/**
 * The line that comes next: turn n of the script for a conversation with n answers in it. A pure function of the conversation, so a request
 * that is sent again is answered the same way. Throws `bad-request`, naming the turn, where the session does not go as it is written.
 */
export function nextLine(script: Script, conversation: Conversation, values: ReadonlyMap<string, string>): Line {
  const index = conversation.turns.filter((turn) => turn.role === "assistant").length;
  const turn = script.turns[index];
  if (turn === undefined) throw offScript(script, index, `the script ends after ${script.turns.length} turns`);
  const results = resultsByTurn(conversation);
  checkExpectation(script, index, turn, results.flat().at(-1));
  const known = new Map(values);
  for (const [at, earlier] of script.turns.slice(0, index + 1).entries()) {
    for (const [name, pattern] of earlier.capture) known.set(name, capture(script, at, name, pattern, results.slice(0, at + 1).flat()));
  }
  const fill = (text: string): string => fillIn(script, index, text, known);
  const calls = turn.calls.map(({ tool, input }): Call => {
    if (!conversation.tools.some((offered) => offered.name === tool)) throw offScript(script, index, `the tool ${tool} is not offered`);
    return { id: "", name: tool, input: fillObject(input, fill) };
  });
  return { turn, says: fill(turn.says ?? ""), calls };
}

/** The texts of the results that were there when each answer was given: element n holds those between answer n-1 and answer n. */
function resultsByTurn(conversation: Conversation): string[][] {
  const results: string[][] = [[]];
  for (const turn of conversation.turns) {
    if (turn.role === "assistant") results.push([]);
    else if (turn.role === "tool") results.at(-1)?.push(turn.text);
  }
  return results;
}

function checkExpectation(script: Script, index: number, turn: ScriptTurn, newest: string | undefined): void {
  const { expect } = turn;
  if (expect === undefined) return;
  const wanted = expect.kind === "text" ? JSON.stringify(expect.text) : String(expect.pattern);
  if (newest === undefined) throw offScript(script, index, `a result with ${wanted} is expected and there is no result yet`);
  const found = expect.kind === "text" ? newest.includes(expect.text) : expect.pattern.test(newest);
  if (!found)
    throw offScript(script, index, `the newest result does not hold ${wanted}; it begins ${JSON.stringify(newest.slice(0, 200))}`);
}

function capture(script: Script, index: number, name: string, pattern: RegExp, results: readonly string[]): string {
  for (const text of results.toReversed()) {
    const match = pattern.exec(text);
    if (match !== null) return match[1] ?? match[0];
  }
  throw offScript(script, index, `no result so far matches ${String(pattern)}, so there is no value for \${${name}}`);
}

function fillIn(script: Script, index: number, text: string, known: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$?\$\{(\w+)\}/g, (whole, name: string) => {
    if (whole.startsWith("$$")) return whole.slice(1);
    const value = known.get(name);
    if (value === undefined) throw offScript(script, index, `\${${name}} has no value: it is neither given nor captured`);
    return value;
  });
}

function fillObject(value: JsonObject, fill: (text: string) => string): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fillValue(member, fill)]));
}

function fillValue(value: JsonValue, fill: (text: string) => string): JsonValue {
  if (typeof value === "string") return fill(value);
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((member) => fillValue(member, fill));
  return typeof value === "object" && value !== null ? fillObject(value as JsonObject, fill) : value;
}

function offScript(script: Script, index: number, what: string): CloisterError {
  return new CloisterError("bad-request", `Script ${script.name}, turn ${index + 1}: ${what}.`, { field: `turns.${index}` });
}
