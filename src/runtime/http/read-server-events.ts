import { CloisterError } from "../../error.ts";
import { readLines } from "./read-lines.ts";

/** One server-sent event. */
export interface ServerEvent {
  /** `message` where the server named none; `error` is llama-server's way to say that it failed. */
  readonly name: string;
  readonly data: string;
}

const longestEvent = 16 * 2 ** 20;

/**
 * Server-sent events as the HTML standard has them, without `id` and `retry`, which mean nothing here. Comments, which servers send as
 * pings, give nothing. Unlike in a browser an event that the end of the stream cuts off comes out: some servers leave its empty line away.
 */
export async function* readServerEvents(body: AsyncIterable<Uint8Array>, longest = longestEvent): AsyncGenerator<ServerEvent> {
  let name = "";
  let data: string[] = [];
  let length = 0;
  const finish = (): ServerEvent[] => {
    const event = data.length === 0 ? [] : [{ name: name === "" ? "message" : name, data: data.join("\n") }];
    [name, data, length] = ["", [], 0];
    return event;
  };
  for await (const line of readLines(body, longest)) {
    if (line === "") {
      yield* finish();
      continue;
    }
    const [, field = "", value = ""] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
    if (field === "event") name = value;
    // Old versions of llama-server wrote failures as a field of their own.
    if (field === "error") name = "error";
    if (field !== "data" && field !== "error") continue;
    data.push(value);
    length += value.length;
    if (length > longest) throw new CloisterError("engine-lost", `The server sent an event of more than ${longest} characters.`);
  }
  yield* finish();
}
