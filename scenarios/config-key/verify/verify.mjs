// The fix of config-key: MAIL_FROM of the mailer is the sender that customers see, and nothing else changes.
import { checkKept, fieldOf, pathOf, stepInto, verify } from "../../check-manifests.mjs";

const settings = "ConfigMap/notify/mail-settings";

verify(import.meta.url, ({ truth, base, head, check }) => {
  const [cause] = truth.causes;
  const variable = { ...cause, field: cause.field.slice(0, -3) };
  const sender = stepInto(base.get(settings), ["data", "from-address"]);

  const { value, valueFrom } = fieldOf(head, variable) ?? {};
  const { name, key, optional } = valueFrom?.configMapKeyRef ?? {};
  const read = valueFrom === undefined ? value : optional === true ? undefined : stepInto(head.get(`ConfigMap/notify/${name}`), ["data", key ?? ""]);
  check("sender", read === sender, `MAIL_FROM of ${cause.name} is ${read ?? "not there"}${read === sender ? "" : `; it must be the address that from-address holds, and be required`}`);

  const added = `${settings}: data.sender-address`;
  checkKept(check, base, head, (path) => path.startsWith(`${pathOf(variable)}.`) || path === added);
});
