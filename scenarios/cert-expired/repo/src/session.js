import { EventEmitter } from "node:events";

/**
 * Keeps one session open. `open()` resolves with a socket; one that ends is opened anew after `waitMs`, and so is one that could not be opened. Emits
 * `line` with what there is to say.
 */
export class Session extends EventEmitter {
  #open;
  #waitMs;
  #timer;
  ready = false;

  constructor(open, waitMs = 30_000) {
    super();
    this.#open = open;
    this.#waitMs = waitMs;
  }

  async start() {
    try {
      const socket = await this.#open();
      this.ready = true;
      this.emit("line", "clearing: session open");
      socket.once("close", () => this.#again("clearing: session closed by the other side"));
    } catch (error) {
      this.#again(`clearing: no session: ${error.message}${error.code === undefined ? "" : ` (${error.code})`}`);
    }
  }

  stop() {
    clearTimeout(this.#timer);
  }

  #again(line) {
    this.ready = false;
    this.emit("line", `${line}; trying again in ${this.#waitMs / 1000} s`);
    this.#timer = setTimeout(() => void this.start(), this.#waitMs);
  }
}
