import { CloisterError } from "../../error.ts";
import { parseInstant } from "./rebase.ts";

/** A whole number of a query, within bounds; undefined where it is not given. */
export function integerOf(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const number = Number(text);
  if (!/^-?\d{1,18}$/.test(text)) throw refused(name, `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (number < least)
    throw refused(name, `${name}: Invalid value: ${number}: must be ${least === 0 ? "greater than or equal to 0" : "greater than 0"}`);
  return number;
}

/** A yes-or-no of a query, as the API server reads it: anything that is not `false` or `0` is yes. */
export function isYes(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text !== null && text.toLowerCase() !== "false" && text !== "0";
}

/** An RFC3339 instant of a query, in milliseconds since the epoch. */
export function instantOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const at = parseInstant(text);
  if (at === undefined) throw refused(name, `${name}: Invalid value: ${JSON.stringify(text)}: must be an RFC3339 instant`);
  return at;
}

function refused(field: string, message: string): CloisterError {
  return new CloisterError("bad-request", message, { field });
}
