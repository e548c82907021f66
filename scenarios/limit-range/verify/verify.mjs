// The fix of limit-range: the container may have the memory that it asks for and gets what a picture needs; nothing else changes.
import { checkKept, fieldOf, pathOf, quantity, verify } from "../../check-manifests.mjs";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const { min, max } = cause.accept.memory;
  const request = { ...cause, field: cause.field.with(-2, "requests") };

  const limit = fieldOf(head, cause);
  const bytes = quantity(limit);
  const right = bytes !== undefined && bytes >= quantity(min) && bytes <= quantity(max);
  check("memory-limit", right, `limits.memory of ${cause.name} is ${limit ?? "absent"}: ${right ? "allowed, and enough" : `it must be between ${min}, which a picture needs, and ${max}, which the namespace allows`}`);

  const wanted = quantity(fieldOf(head, request));
  const fits = wanted !== undefined && bytes !== undefined && wanted <= bytes && wanted >= quantity(fieldOf(base, request));
  check("memory-request", fits, fits ? "the request fits" : "the request must be kept or raised, and not be above the limit");

  checkKept(check, base, head, (path) => path === pathOf(cause) || path === pathOf(request));
});
