import { InvalidArgumentError } from "commander";
import { type Ablation, ablations } from "../eval/setting.ts";
import { type SessionPart, sessionParts } from "../incident/session-part.ts";

/** A parser for an option's number, with its bounds. */
export function boundedInteger(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`It has to be a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** A parser for names with commas between them, of which there is at least one. */
export function listOfNames(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.some((name) => name === "")) throw new InvalidArgumentError("It has to be names with commas between them.");
  return [...new Set(names)];
}

export function parseParts(text: string): readonly SessionPart[] {
  return someOf(sessionParts, text);
}

export function parseAblations(text: string): readonly Ablation[] {
  return someOf(ablations, text);
}

function someOf<Name extends string>(all: readonly Name[], text: string): readonly Name[] {
  return listOfNames(text).map((name) => {
    const found = all.find((one) => one === name);
    if (found === undefined) throw new InvalidArgumentError(`There is no part ${name}: ${all.join(", ")}.`);
    return found;
  });
}
