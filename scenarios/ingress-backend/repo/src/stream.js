/** Open streams of server-sent events. */
export class DelayStream {
  #open = new Set();

  open(response) {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": hello\n\n");
    this.#open.add(response);
    response.on("close", () => this.#open.delete(response));
  }

  get size() {
    return this.#open.size;
  }

  tell(delay) {
    for (const response of this.#open) response.write(`data: ${JSON.stringify(delay)}\n\n`);
  }
}
