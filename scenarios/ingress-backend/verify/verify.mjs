// The fix of ingress-backend: /live reaches the pods that stream, all else goes where it went, and nothing else changes.
import { checkKept, pathOf, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const services = [...head.values()].filter(({ kind, metadata }) => kind === "Service" && metadata.namespace === "travel");
  const paths = (head.get("Ingress/travel/timetable")?.spec?.rules ?? [])
    .filter(({ host }) => host === "travel.example")
    .flatMap(({ http }) => http?.paths ?? []);

  const live = paths.find(({ path }) => path === "/live");
  const backend = live?.backend?.service;
  const service = services.find(({ metadata }) => metadata.name === backend?.name);
  const port = service?.spec?.ports?.find((one) => (backend.port?.name === undefined ? one.port === backend.port?.number : one.name === backend.port.name));
  const streams = service?.spec?.selector?.app === "timetable-events" && port !== undefined && ["sse", 8090].includes(port.targetPort ?? port.port);
  const said = `/live goes to ${backend?.name ?? "nowhere"}, port ${backend?.port?.name ?? backend?.port?.number ?? "none"}`;
  check("live-backend", streams, `${said}: ${streams ? "the pods that stream" : "not a port of the pods that stream"}`);

  // The same port may be written by its number.
  const name = pathOf(cause);
  const byNumber = name.replace(/\.name$/, ".port.");
  checkKept(check, base, head, (path) => path === name || path === `${byNumber}name` || path === `${byNumber}number`);
});
