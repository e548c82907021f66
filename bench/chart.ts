export interface Series {
  readonly name: string;
  /** Prompt tokens computed in each turn; 0 where the model was not asked. */
  readonly values: readonly number[];
}

export interface Chart {
  readonly title: string;
  readonly subtitle: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

const [width, height] = [760, 440];
const plot = { left: 72, right: 736, top: 84, bottom: 352 };
/** Told apart by shape and by dash as well as by colour; each colour reads on white and on near-black. */
const marks = [
  { light: "#0b6e4f", dark: "#4fd1a5", dash: "", shape: "circle" },
  { light: "#b3261e", dark: "#ff8a80", dash: "", shape: "square" },
  { light: "#8a5a00", dark: "#ffc857", dash: "6 4", shape: "diamond" },
  { light: "#4b4fc4", dark: "#a8b1ff", dash: "2 4", shape: "triangle" },
] as const;

/**
 * Lines over the turns, on a logarithmic scale, as an SVG that follows the reader's light or dark scheme and needs nothing from outside. A zero
 * has no logarithm: it is drawn on the lowest line and named. Throws `RangeError` for more series than there are marks.
 */
export function drawChart({ title, subtitle, xLabel, yLabel, series }: Chart): string {
  if (series.length === 0 || series.length > marks.length)
    throw new RangeError(`A chart has 1 to ${marks.length} series, not ${series.length}.`);
  const turns = Math.max(...series.map(({ values }) => values.length));
  const scale = logScale(series.flatMap(({ values }) => values));
  const x = (turn: number): number =>
    turns === 1 ? (plot.left + plot.right) / 2 : plot.left + 16 + (turn * (plot.right - plot.left - 32)) / (turns - 1);
  const y = (value: number): number => plot.bottom - scale.share(value) * (plot.bottom - plot.top);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escapeMarkup(title)}</title>`,
    `<desc id="description">${escapeMarkup(describe(series))}</desc>`,
    style(),
    `<rect class="ground" width="${width}" height="${height}" rx="6"/>`,
    `<text class="title" x="24" y="32">${escapeMarkup(title)}</text>`,
    `<text class="small" x="24" y="52">${escapeMarkup(subtitle)}</text>`,
    ...scale.lines.map(
      (value) =>
        `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${round(y(value))}" y2="${round(y(value))}"/>` +
        `<text class="small" x="${plot.left - 8}" y="${round(y(value) + 4)}" text-anchor="end">${value.toLocaleString("en-US")}</text>`,
    ),
    ...Array.from(
      { length: turns },
      (_, turn) => `<text class="small" x="${round(x(turn))}" y="${plot.bottom + 20}" text-anchor="middle">${turn + 1}</text>`,
    ),
    `<text class="small" x="${(plot.left + plot.right) / 2}" y="${plot.bottom + 40}" text-anchor="middle">${escapeMarkup(xLabel)}</text>`,
    `<text class="small" x="${plot.left}" y="${plot.top - 12}">${escapeMarkup(yLabel)}</text>`,
    ...series.map(({ name, values }, index) => drawSeries(index, name, values, x, y)),
    ...series.map(({ name }, index) => drawKey(index, name)),
    "</svg>\n",
  ].join("\n");
}

interface Scale {
  readonly lines: readonly number[];
  /** 0 at the lowest line, 1 at the highest. */
  share(value: number): number;
}

/** Powers of ten around all values that are above zero. */
function logScale(values: readonly number[]): Scale {
  const positive = values.filter((value) => value > 0);
  const lowest = positive.length === 0 ? 0 : Math.floor(Math.log10(Math.min(...positive)));
  const highest = Math.max(lowest + 1, positive.length === 0 ? 1 : Math.ceil(Math.log10(Math.max(...positive))));
  return {
    lines: Array.from({ length: highest - lowest + 1 }, (_, n) => 10 ** (lowest + n)),
    share: (value) => (value <= 0 ? 0 : (Math.log10(value) - lowest) / (highest - lowest)),
  };
}

function drawSeries(
  index: number,
  name: string,
  values: readonly number[],
  x: (turn: number) => number,
  y: (value: number) => number,
): string {
  const dash = marks[index]?.dash ?? "";
  const points = values.map((value, turn) => `${round(x(turn))},${round(y(value))}`);
  const line = `<polyline class="line c${index}"${dash === "" ? "" : ` stroke-dasharray="${dash}"`} points="${points.join(" ")}"/>`;
  const dots = values.map(
    (value, turn) =>
      `<g class="c${index}"><title>${escapeMarkup(name)}, turn ${turn + 1}: ${value.toLocaleString("en-US")}${value === 0 ? " (no model was asked)" : ""}</title>` +
      `${drawMark(index, x(turn), y(value))}${value === 0 ? `<text class="small" x="${round(x(turn))}" y="${round(y(value) - 10)}" text-anchor="middle">0</text>` : ""}</g>`,
  );
  return [line, ...dots].join("\n");
}

function drawKey(index: number, name: string): string {
  const left = 24 + index * 178;
  return `<g class="c${index}">${drawMark(index, left + 6, height - 24)}</g><text class="small" x="${left + 18}" y="${height - 20}">${escapeMarkup(name)}</text>`;
}

function drawMark(index: number, x: number, y: number): string {
  const [cx, cy] = [round(x), round(y)];
  const shape = marks[index]?.shape ?? "circle";
  switch (shape) {
    case "circle":
      return `<circle cx="${cx}" cy="${cy}" r="4.5"/>`;
    case "square":
      return `<rect x="${round(x - 4)}" y="${round(y - 4)}" width="8" height="8"/>`;
    case "diamond":
      return `<path d="M${cx} ${round(y - 6)}L${round(x + 6)} ${cy}L${cx} ${round(y + 6)}L${round(x - 6)} ${cy}Z"/>`;
    case "triangle":
      return `<path d="M${cx} ${round(y - 5.5)}L${round(x + 5.5)} ${round(y + 4.5)}L${round(x - 5.5)} ${round(y + 4.5)}Z"/>`;
    default:
      return shape satisfies never;
  }
}

function style(): string {
  const light = marks.map((mark, index) => `.c${index}{fill:${mark.light}}.line.c${index}{stroke:${mark.light}}`).join("");
  const dark = marks.map((mark, index) => `.c${index}{fill:${mark.dark}}.line.c${index}{stroke:${mark.dark}}`).join("");
  return (
    `<style>text{font-family:system-ui,sans-serif;fill:#1f2328}.title{font-size:17px;font-weight:600}.small{font-size:12px}` +
    `.ground{fill:#ffffff}.grid{stroke:#d0d7de}.line{stroke-width:2}${light}.line{fill:none}.line[class]{fill:none}` +
    `@media (prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.grid{stroke:#30363d}${dark}.line[class]{fill:none}}</style>`
  );
}

/** The figures in words, for who cannot see them. */
function describe(series: readonly Series[]): string {
  return series.map(({ name, values }) => `${name}: ${values.join(", ")}`).join("; ");
}

/** A text for between tags and inside quoted attributes. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
