import { age } from "./cells.ts";
import { text, type Printer } from "./printer.ts";

/** Kubernetes' own kinds that have no printer of their own: roles, limit ranges and others. */
export const plainPrinter: Printer = {
  columns: [text("Name"), { ...text("Created At"), type: "date" }],
  cells: (object) => [object.metadata.name, object.metadata.creationTimestamp],
};

/** Custom resources whose definition names no columns. */
export const customPrinter: Printer = {
  columns: [text("Name"), { ...text("Age"), type: "date" }],
  cells: (object, now) => [object.metadata.name, age(object, now)],
};
