import { listAt, numberAt, textAt, type RecordedObject } from "./recorded-object.ts";
import type { CustomColumn, ResourceType } from "./resource-types.ts";

/** How the definition of a kind says that its objects are shown; nothing where it says nothing, or where there is none. */
export function columnsOf(
  { group, version, resource }: Pick<ResourceType, "group" | "version" | "resource">,
  definitions: readonly RecordedObject[],
): readonly CustomColumn[] {
  const definition = definitions.find(({ metadata }) => metadata.name === `${resource}.${group}`);
  const found = listAt(definition, "spec", "versions").find((one) => textAt(one, "name") === version);
  return listAt(found, "additionalPrinterColumns").map((column) => ({
    name: textAt(column, "name"),
    type: textAt(column, "type"),
    format: textAt(column, "format"),
    description: textAt(column, "description"),
    priority: numberAt(column, "priority"),
    jsonPath: textAt(column, "jsonPath"),
  }));
}
