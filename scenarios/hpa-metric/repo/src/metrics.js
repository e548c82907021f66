/** What `/metrics` says, in the text format of Prometheus. */
export function metricsOf(queue, finished) {
  const gauge = (name, value) => [`# TYPE ${name} gauge`, `${name} ${value}`];
  return [
    ...gauge("renderer_jobs_waiting", queue.waiting),
    ...gauge("renderer_jobs_running", queue.running),
    "# TYPE renderer_documents_total counter",
    `renderer_documents_total ${finished}`,
    "",
  ].join("\n");
}
