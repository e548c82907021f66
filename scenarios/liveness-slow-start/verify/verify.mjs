// The fix of liveness-slow-start: the container gets the time to read its index, one that hangs is still found, and nothing else changes.
import { isDeepStrictEqual } from "node:util";
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

/** The 66 s of the log, and a tenth. */
const needed = 73;
/** A quarter of an hour: README.md. */
const longest = 900;

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const probe = (name) => ({ ...cause, field: [...cause.field.slice(0, -2), name] });
  const [liveness, startup] = ["livenessProbe", "startupProbe"].map((name) => fieldOf(head, probe(name)));

  // While a startup probe has not passed, the liveness probe does not ask.
  const given = givesUpAfter(startup ?? liveness, { between: true });
  const hangs = givesUpAfter({ ...liveness, ...(startup && { initialDelaySeconds: 0 }) }, { between: false });
  const ok = given >= needed && given <= longest && hangs <= longest;
  check("slow-start", ok, `${cause.name} is ended ${given} s after its start if it does not answer, and when it hangs within ${hangs} s; it needs ${needed} s, and has to be ended within ${longest} s`);

  const asked = (one) => one?.httpGet && { path: one.httpGet.path, port: one.httpGet.port };
  const same = startup === undefined || isDeepStrictEqual(asked(startup), asked(liveness));
  check("startup-asks", same, startup === undefined ? "there is no startup probe" : same ? "the startup probe asks as the liveness probe does" : "the startup probe asks for something else than the liveness probe");

  const timing = ["initialDelaySeconds", "periodSeconds", "failureThreshold"].map((name) => pathOf({ ...cause, field: [...probe("livenessProbe").field, name] }));
  checkKept(check, base, head, (path) => timing.includes(path) || path === pathOf(probe("startupProbe")));
});

/** Seconds from the start until the last failure that is allowed; NaN, which no comparison passes, where a number is none. */
function givesUpAfter(probe, { between }) {
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = probe ?? { periodSeconds: NaN };
  const numbers = [initialDelaySeconds, periodSeconds, failureThreshold];
  if (!numbers.every((number) => Number.isInteger(number)) || periodSeconds < 1 || failureThreshold < 1) return NaN;
  return initialDelaySeconds + periodSeconds * (failureThreshold - (between ? 1 : 0));
}
