import { barChart } from "./chart.js";

/** A report is one page. */
export function drawPages(report) {
  return [barChart(report.title, report.rows)];
}
