/**
 * The numbers of a row's raw figures as lines to read: `cloister: medianMs 1200, perTurn.ms 800 400`. One line for each member of
 * `contenders`, or one for all where there are none. Texts and lists of anything but numbers are for `--json`.
 */
export function rawFigures(raw: Readonly<Record<string, unknown>>): string[] {
  const { contenders, ...rest } = raw;
  const lines = isRecord(contenders) ? Object.entries(contenders).map(([name, value]) => [name, figuresIn(value)] as const) : [];
  const all = [...lines, ["", figuresIn(rest)] as const].filter(([, figures]) => figures.length > 0);
  return all.map(([name, figures]) => `${name === "" ? "" : `${name}: `}${figures.join(", ")}`);
}

const deepest = 3;

function figuresIn(value: unknown, path = "", depth = 0): string[] {
  if (typeof value === "number") return [`${path} ${short(value)}`.trim()];
  if (Array.isArray(value)) {
    const numbers = value.filter((one) => typeof one === "number");
    return numbers.length > 0 && numbers.length === value.length ? [`${path} ${numbers.map(short).join(" ")}`.trim()] : [];
  }
  if (!isRecord(value) || depth >= deepest) return [];
  return Object.entries(value).flatMap(([name, member]) => figuresIn(member, path === "" ? name : `${path}.${name}`, depth + 1));
}

/** Three digits that count; whole numbers as they are. */
export function short(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
