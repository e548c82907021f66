/** A bar chart as SVG; bars are scaled to the largest value. */
export function barChart(title, rows, { width = 640, bar = 18 } = {}) {
  const most = Math.max(1, ...rows.map(({ value }) => value));
  const bars = rows.map(({ label, value }, index) => {
    const y = 40 + index * (bar + 6);
    return `<rect x="160" y="${y}" width="${Math.round((value / most) * (width - 200))}" height="${bar}"/><text x="8" y="${y + bar - 4}">${escape(label)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${52 + rows.length * (bar + 6)}"><title>${escape(title)}</title>${bars.join("")}</svg>`;
}

export function escape(text) {
  return String(text).replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
}
