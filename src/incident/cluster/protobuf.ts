/** The length-delimited fields of a protobuf message (texts, bytes, nested messages), by number; the last one of a number counts. */
export type ProtobufFields = ReadonlyMap<number, Uint8Array>;

/**
 * Reads one protobuf message. Numbers are skipped: the questions that kubectl asks in this form hold none that matter.
 *
 * @returns undefined where the bytes are not a message
 */
export function readProtobuf(bytes: Uint8Array): ProtobufFields | undefined {
  const fields = new Map<number, Uint8Array>();
  let at = 0;
  const varint = (): number | undefined => {
    let value = 0;
    for (let power = 1; at < bytes.length && power <= 2 ** 63; power *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * power;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === undefined) return undefined;
    switch (tag % 8) {
      case 0:
        if (varint() === undefined) return undefined;
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        if (length === undefined || at + length > bytes.length) return undefined;
        fields.set(Math.floor(tag / 8), bytes.subarray(at, at + length));
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        return undefined;
    }
  }
  return at === bytes.length ? fields : undefined;
}

export function messageField(fields: ProtobufFields | undefined, number: number): ProtobufFields | undefined {
  const bytes = fields?.get(number);
  return bytes === undefined ? undefined : readProtobuf(bytes);
}

export function textField(fields: ProtobufFields | undefined, number: number): string {
  return Buffer.from(fields?.get(number) ?? []).toString("utf8");
}

const magic = Buffer.from("k8s\0");

/** The object inside Kubernetes' envelope (`k8s\0` and a `runtime.Unknown`, whose second field is the object). */
export function readKubernetesProtobuf(bytes: Uint8Array): ProtobufFields | undefined {
  if (!magic.equals(bytes.subarray(0, magic.length))) return undefined;
  return messageField(readProtobuf(bytes.subarray(magic.length)), 2);
}
