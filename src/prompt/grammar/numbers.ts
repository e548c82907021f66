import { literal, type Rules } from "./rules.ts";

/**
 * Numbers in JSON.stringify's spelling: no exponent, no `-0`, no zero at the end of a fraction, at most 15 significant digits. So
 * each comes back as it was written.
 */
export interface Bounds {
  /** Inclusive; infinite where there is none. */
  readonly min: number;
  readonly max: number;
}

const largest = 999_999_999_999_999;
/** Most values of `multipleOf` that are written out one by one. */
const mostMultiples = 500;

/** Integers within bounds, exactly. Undefined where there is none. */
export function integerRule(rules: Rules, bounds: Bounds, multipleOf?: number): string | undefined {
  const min = Math.max(Math.ceil(bounds.min), -largest);
  const max = Math.min(Math.floor(bounds.max), largest);
  if (min > max) return undefined;
  if (multipleOf !== undefined && multipleOf !== 1) {
    const multiples = multiplesWithin(min, max, multipleOf);
    if (multiples !== undefined)
      return multiples.length === 0 ? undefined : rules.share("integer", multiples.map((value) => literal(String(value))).join(" | "));
  }
  const alternatives = [
    ...(max >= 0 ? digitsWithin(Math.max(min, 0), max) : []),
    ...(min < 0 ? digitsWithin(Math.max(-max, 1), -min).map((digits) => `"-" ${digits}`) : []),
  ];
  return rules.share("integer", alternatives.join(" | "));
}

function multiplesWithin(min: number, max: number, step: number): number[] | undefined {
  if (!Number.isInteger(step) || step <= 0) return undefined;
  const first = Math.ceil(min / step);
  const last = Math.floor(max / step);
  if (last - first >= mostMultiples) return undefined;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => (first + at) * step + 0);
}

/** Numbers within bounds, integers and fractions of up to 6 digits. Undefined where none is found. */
export function numberRule(rules: Rules, bounds: Bounds): string | undefined {
  const { min, max } = bounds;
  const wholes = integerRule(rules, bounds);
  // n.f lies between n and n + 1: every n that has both within bounds may have a fraction.
  const above = fractions(rules, Math.max(0, Math.ceil(min)), Math.floor(max) - 1);
  const below = fractions(rules, Math.max(0, Math.ceil(-max)), Math.floor(-min) - 1);
  const alternatives = [...(wholes ? [wholes] : []), ...(above ? [above] : []), ...(below ? [`"-" ${below}`] : [])];
  if (alternatives.length === 0) return between(rules, bounds);
  return rules.share("number", alternatives.join(" | "));
}

function fractions(rules: Rules, from: number, to: number): string | undefined {
  const wholes = integerRule(rules, { min: from, max: Math.min(to, 999_999_999) });
  return wholes === undefined ? undefined : `${wholes} ${rules.share("fraction", '"." [0-9]{0,5} [1-9]')}`;
}

/** Bounds with no whole number between them: the decimals of the first precision that has any. */
function between(rules: Rules, { min, max }: Bounds): string | undefined {
  for (let scale = 10; scale <= 1_000_000; scale *= 10) {
    const first = Math.ceil(min * scale);
    const count = Math.min(Math.floor(max * scale) - first + 1, mostMultiples);
    const values = Array.from({ length: Math.max(0, count) }, (_, at) => (first + at) / scale).filter(
      (value) => value >= min && value <= max,
    );
    if (values.length > 0) return rules.share("number", values.map((value) => literal(String(value))).join(" | "));
  }
  return undefined;
}

/** The integers from `from` to `to`, neither negative, as sequences of digit classes. */
function digitsWithin(from: number, to: number): string[] {
  const alternatives: string[] = [];
  for (let low = from; low <= to;) {
    const length = String(low).length;
    const high = Math.min(to, 10 ** length - 1);
    alternatives.push(...sameLength(String(low), String(high)));
    low = high + 1;
  }
  return alternatives;
}

function sameLength(low: string, high: string): string[] {
  if (low === "") return [""];
  const rest = low.length - 1;
  const free = rest === 0 ? "" : ` [0-9]{${rest}}`;
  const [lowFirst, highFirst] = [Number(low[0]), Number(high[0])];
  const lowRest = low.slice(1);
  const highRest = high.slice(1);
  if (lowFirst === highFirst) {
    if (/^0*$/.test(lowRest) && /^9*$/.test(highRest)) return [`${digit(lowFirst, highFirst)}${free}`];
    return sameLength(lowRest, highRest).map((tail) => `${digit(lowFirst, lowFirst)} ${tail}`);
  }
  const alternatives: string[] = [];
  let [from, to] = [lowFirst, highFirst];
  if (!/^0*$/.test(lowRest)) {
    alternatives.push(...sameLength(lowRest, "9".repeat(rest)).map((tail) => `${digit(lowFirst, lowFirst)} ${tail}`));
    from++;
  }
  const last: string[] = [];
  if (!/^9*$/.test(highRest)) {
    last.push(...sameLength("0".repeat(rest), highRest).map((tail) => `${digit(highFirst, highFirst)} ${tail}`));
    to--;
  }
  if (from <= to) alternatives.push(`${digit(from, to)}${free}`);
  return [...alternatives, ...last];
}

function digit(from: number, to: number): string {
  return from === to ? `"${from}"` : `[${from}-${to}]`;
}
