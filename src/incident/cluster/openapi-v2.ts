import type { ResourceType } from "./resource-types.ts";

/**
 * `GET /openapi/v2` in the protobuf that kubectl before 1.27 reads: like the third version, only that each kind's PATCH knows `dryRun`, so
 * that `apply --dry-run=server` and `diff` get as far as the server's refusal. Field numbers as in gnostic's `OpenAPIv2.proto`.
 */
export function openapiV2Protobuf(types: readonly ResourceType[]): Uint8Array {
  return message(text(1, "2.0"), nested(2, text(1, "Recorded cluster"), text(2, "unversioned")), nested(8, ...types.map(pathOf)));
}

/** The same for clients that ask for JSON: they only look whether there is a document. */
export function openapiV2Json(): unknown {
  return { swagger: "2.0", info: { title: "Recorded cluster", version: "unversioned" }, paths: {} };
}

function pathOf({ group, version, kind, resource }: ResourceType): Buffer {
  const dryRun = nested(8, nested(1, nested(2, nested(3, text(2, "query"), text(4, "dryRun")))));
  const kindText = JSON.stringify({ group, version, kind });
  const extension = nested(13, text(1, "x-kubernetes-group-version-kind"), nested(2, text(2, kindText)));
  return nested(2, text(1, `/${group}/${version}/${resource}/{name}`), nested(2, nested(8, dryRun, extension)));
}

function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}

function nested(number: number, ...fields: readonly Buffer[]): Buffer {
  return lengthDelimited(number, Buffer.concat(fields));
}

function text(number: number, value: string): Buffer {
  return lengthDelimited(number, Buffer.from(value));
}

function lengthDelimited(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
