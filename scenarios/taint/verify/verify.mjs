// The fix of taint: the pods tolerate the taint of the nodes that they are sent to, no more; they are still sent there.
import { checkKept, fieldOf, pathOf, verify } from "../../check-manifests.mjs";

const taint = { key: "acme.example/dedicated", value: "encoding", effect: "NoSchedule" };

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const list = { ...cause, field: cause.field.slice(0, -2) };
  const tolerations = fieldOf(head, list);
  const given = Array.isArray(tolerations) ? tolerations : [];
  const fits = given.some(
    ({ key, operator, value, effect }) =>
      key === taint.key && (effect === undefined || effect === taint.effect) && (operator === "Exists" ? value === undefined : (operator || "Equal") === "Equal" && value === taint.value),
  );
  const others = given.filter(({ key }) => key !== taint.key);
  const why = fits ? (others.length === 0 ? "they fit the taint of the pool" : "they fit more than the taint of the pool") : `none of them fits ${taint.key}=${taint.value}:${taint.effect}`;
  check("tolerations", fits && others.length === 0, `tolerations of ${cause.name} are ${JSON.stringify(tolerations)}: ${why}`);
  checkKept(check, base, head, (path) => path === pathOf(list) || path.startsWith(`${pathOf(list)}[`));
});
