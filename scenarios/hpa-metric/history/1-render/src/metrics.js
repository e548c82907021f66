/** What `/metrics` says, in the text format of Prometheus. */
export function metricsOf(queue) {
  return [
    "# TYPE renderer_jobs_queued gauge",
    `renderer_jobs_queued ${queue.waiting}`,
    "# TYPE renderer_jobs_active gauge",
    `renderer_jobs_active ${queue.running}`,
    "",
  ].join("\n");
}
