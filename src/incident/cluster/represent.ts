import { asNewEvent } from "./event-forms.ts";
import type { Representation } from "./negotiate.ts";
import { printerOf } from "./print/printers.ts";
import type { RecordedObject } from "./recorded-object.ts";
import { groupVersionOf, type ResourceType } from "./resource-types.ts";
import type { Page } from "./select.ts";

export interface Showing {
  readonly type: ResourceType;
  readonly as: Representation;
  /** Of a table's rows: whole objects, their metadata, or nothing. */
  readonly include: "Object" | "Metadata" | "None";
  /** Milliseconds since the epoch, from which ages are told. */
  readonly now: number;
  /** The version that lists and watches of the recording have. */
  readonly resourceVersion: string;
}

/** One object as the client wants to see it. */
export function representObject(object: RecordedObject, showing: Showing): unknown {
  switch (showing.as.as) {
    case "table":
      return table([object], showing, { resourceVersion: object.metadata.resourceVersion ?? showing.resourceVersion });
    case "metadata":
      return partial(object);
    default:
      return shape(object, showing.type);
  }
}

/** A page of objects as the client wants to see it. */
export function representList(page: Page, showing: Showing): unknown {
  const metadata = {
    resourceVersion: showing.resourceVersion,
    ...(page.continueToken === "" ? {} : { continue: page.continueToken }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  };
  switch (showing.as.as) {
    case "table":
      return table(page.items, showing, metadata);
    case "metadata":
      return { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata, items: page.items.map(partial) };
    default: {
      const { type } = showing;
      const items = page.items.map((item) => shape(item, type));
      return {
        kind: `${type.kind}List`,
        apiVersion: groupVersionOf(type),
        metadata,
        // A server leaves out what the list's own kind says already; custom resources keep it.
        items: type.builtIn ? items.map(({ kind: _kind, apiVersion: _apiVersion, ...rest }) => rest) : items,
      };
    }
  }
}

function shape(object: RecordedObject, type: ResourceType): RecordedObject {
  return type.group === "events.k8s.io" ? asNewEvent(object) : object;
}

function partial(object: RecordedObject): unknown {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

function table(objects: readonly RecordedObject[], showing: Showing, metadata: unknown): unknown {
  const printer = printerOf(showing.type);
  const version = showing.as.as === "table" ? showing.as.version : "v1";
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: printer.columns,
    rows: objects.map((object) => ({ cells: printer.cells(object, showing.now), object: rowObject(object, showing) })),
  };
}

function rowObject(object: RecordedObject, showing: Showing): unknown {
  switch (showing.include) {
    case "Object":
      return shape(object, showing.type);
    case "None":
      return null;
    default:
      return partial(object);
  }
}
