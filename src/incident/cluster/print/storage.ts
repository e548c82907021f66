import { listAt, textAt, valueAt, type RecordedObject } from "../recorded-object.ts";
import { accessModesCell, age, isBeingDeleted } from "./cells.ts";
import { text, wide, type Printer } from "./printer.ts";

export const volumePrinter: Printer = {
  columns: [
    text("Name"),
    text("Capacity"),
    text("Access Modes"),
    text("Reclaim Policy"),
    text("Status"),
    text("Claim"),
    text("StorageClass"),
    text("VolumeAttributesClass"),
    text("Reason"),
    text("Age"),
    wide(text("VolumeMode")),
  ],
  cells: (object, now) => [
    object.metadata.name,
    textAt(object, "spec", "capacity", "storage") || "0",
    accessModesCell(listAt(object, "spec", "accessModes")),
    textAt(object, "spec", "persistentVolumeReclaimPolicy"),
    phase(object),
    valueAt(object, "spec", "claimRef") === undefined
      ? ""
      : `${textAt(object, "spec", "claimRef", "namespace")}/${textAt(object, "spec", "claimRef", "name")}`,
    storageClass(object),
    textAt(object, "spec", "volumeAttributesClassName") || "<unset>",
    textAt(object, "status", "reason"),
    age(object, now),
    textAt(object, "spec", "volumeMode") || "<unset>",
  ],
};

export const claimPrinter: Printer = {
  columns: [
    text("Name"),
    text("Status"),
    text("Volume"),
    text("Capacity"),
    text("Access Modes"),
    text("StorageClass"),
    text("VolumeAttributesClass"),
    text("Age"),
    wide(text("VolumeMode")),
  ],
  cells(object, now) {
    const volume = textAt(object, "spec", "volumeName");
    return [
      object.metadata.name,
      phase(object),
      volume,
      volume === "" ? "" : textAt(object, "status", "capacity", "storage") || "0",
      volume === "" ? "" : accessModesCell(listAt(object, "status", "accessModes")),
      storageClass(object),
      textAt(object, "spec", "volumeAttributesClassName") || "<unset>",
      age(object, now),
      textAt(object, "spec", "volumeMode") || "<unset>",
    ];
  },
};

function phase(object: RecordedObject): string {
  return isBeingDeleted(object) ? "Terminating" : textAt(object, "status", "phase");
}

function storageClass(object: RecordedObject): string {
  return object.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? textAt(object, "spec", "storageClassName");
}

const defaultMarks = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

export const storageClassPrinter: Printer = {
  columns: [text("Name"), text("Provisioner"), text("ReclaimPolicy"), text("VolumeBindingMode"), text("AllowVolumeExpansion"), text("Age")],
  cells(object, now) {
    const isDefault = defaultMarks.some((mark) => object.metadata.annotations?.[mark] === "true");
    return [
      isDefault ? `${object.metadata.name} (default)` : object.metadata.name,
      textAt(object, "provisioner"),
      textAt(object, "reclaimPolicy") || "Delete",
      textAt(object, "volumeBindingMode") || "Immediate",
      valueAt(object, "allowVolumeExpansion") === true,
      age(object, now),
    ];
  },
};
