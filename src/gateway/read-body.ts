import { CloisterError } from "../error.ts";

/** The body of a request, of at most `limit` bytes. Throws `too-large`: at once where the client says the length, otherwise when it is passed. */
export async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(limit: number): CloisterError {
  return new CloisterError("too-large", `The request body is larger than ${limit} bytes.`);
}
