import { messageField, readKubernetesProtobuf, textField, type ProtobufFields } from "./protobuf.ts";

const largest = 64 * 1024;

/**
 * The body of a question about access, from JSON or (kubectl 1.36 and later) from Kubernetes' protobuf.
 *
 * @returns undefined where it is too large or neither of the two
 */
export async function readReviewBody(request: Request, resource: string): Promise<unknown> {
  const bytes = await readBounded(request);
  if (bytes === undefined) return undefined;
  if (request.headers.get("content-type")?.startsWith("application/vnd.kubernetes.protobuf") === true) {
    const review = readKubernetesProtobuf(bytes);
    return review === undefined ? undefined : fromProtobuf(review, resource);
  }
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

async function readBounded(request: Request): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  if (request.body === null) return Buffer.alloc(0);
  for await (const part of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += part.byteLength;
    if (size > largest) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Field numbers as in `k8s.io/api/authorization/v1/generated.proto`. */
function fromProtobuf(review: ProtobufFields, resource: string): unknown {
  const spec = messageField(review, 2);
  if (resource === "selfsubjectrulesreviews") return { spec: { namespace: textField(messageField(review, 2), 1) } };
  const asked = messageField(spec, 1);
  const path = messageField(spec, 2);
  return {
    spec: {
      ...(asked === undefined
        ? {}
        : {
            resourceAttributes: {
              namespace: textField(asked, 1),
              verb: textField(asked, 2),
              group: textField(asked, 3),
              resource: textField(asked, 5),
              subresource: textField(asked, 6),
              name: textField(asked, 7),
            },
          }),
      ...(path === undefined ? {} : { nonResourceAttributes: { path: textField(path, 1), verb: textField(path, 2) } }),
    },
  };
}
