import { listAt, textAt, type RecordedObject } from "../recorded-object.ts";
import { age } from "./cells.ts";
import { integer, text, wide, type Printer } from "./printer.ts";

/** Role bindings of a namespace and of the cluster. */
export const bindingPrinter: Printer = {
  columns: [text("Name"), text("Role"), text("Age"), wide(text("Users")), wide(text("Groups")), wide(text("ServiceAccounts"))],
  cells: (object, now) => [
    object.metadata.name,
    `${textAt(object, "roleRef", "kind")}/${textAt(object, "roleRef", "name")}`,
    age(object, now),
    subjects(object, "User"),
    subjects(object, "Group"),
    subjects(object, "ServiceAccount"),
  ],
};

function subjects(binding: RecordedObject, kind: string): string {
  return listAt(binding, "subjects")
    .filter((subject) => textAt(subject, "kind") === kind)
    .map((subject) => (kind === "ServiceAccount" ? `${textAt(subject, "namespace")}/${textAt(subject, "name")}` : textAt(subject, "name")))
    .join(", ");
}

/** Mutating and validating webhooks. */
export const webhookPrinter: Printer = {
  columns: [text("Name"), integer("Webhooks"), text("Age")],
  cells: (object, now) => [object.metadata.name, listAt(object, "webhooks").length, age(object, now)],
};
