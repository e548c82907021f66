// The fix of oom-kill: the container gets the memory that it needs, and nothing else changes.
import { checkKept, fieldOf, pathOf, quantity, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const { min, max } = cause.accept.memory;
  const request = { ...cause, field: cause.field.with(-2, "requests") };

  const limit = fieldOf(head, cause);
  const bytes = quantity(limit);
  const enough = bytes !== undefined && bytes >= quantity(min) && bytes <= quantity(max);
  const asked = bytes === undefined ? "it is no quantity" : enough ? "the service fits" : `it must be between ${min} and ${max}`;
  check("memory-limit", enough, `limits.memory of ${cause.name} is ${limit ?? "absent"}: ${asked}`);

  const wanted = fieldOf(head, request);
  const wantedBytes = quantity(wanted);
  const fits = wantedBytes !== undefined && bytes !== undefined && wantedBytes <= bytes && wantedBytes >= quantity(fieldOf(base, request));
  check("memory-request", fits, `requests.memory is ${wanted ?? "absent"}: ${fits ? "not above the limit" : "it must be kept or raised, and not be above the limit"}`);

  checkKept(check, base, head, (path) => path === pathOf(cause) || path === pathOf(request));
});
