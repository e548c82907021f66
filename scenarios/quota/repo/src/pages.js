import { barChart } from "./chart.js";

/** Splits the rows of a report into pages and draws each. */
export function drawPages(report, { perPage = 30 } = {}) {
  const pages = [];
  for (let at = 0; at < Math.max(1, report.rows.length); at += perPage)
    pages.push(barChart(`${report.title}, page ${pages.length + 1}`, report.rows.slice(at, at + perPage)));
  return pages;
}
