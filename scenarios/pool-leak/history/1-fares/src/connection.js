import { connect } from "node:net";
import { createInterface } from "node:readline";
import { FareError } from "./errors.js";

/** A connection to the fare engine. One question at a time; after a failure it is `broken` and good for nothing. */
export class Connection {
  broken = false;
  #socket;
  #lines;
  #timeoutMs;

  static open({ host, port, timeoutMs }) {
    return new Promise((done, fail) => {
      const socket = connect({ host, port, noDelay: true }, () => done(new Connection(socket, timeoutMs)));
      socket.once("error", (error) => fail(new FareError(502, `the fare engine cannot be reached: ${error.message}`)));
    });
  }

  constructor(socket, timeoutMs) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    this.#lines = createInterface({ input: socket });
    socket.on("error", () => {});
    socket.on("close", () => (this.broken = true));
  }

  close() {
    this.#socket.destroy();
  }

  /** Sends a line and returns the engine's. */
  ask(question) {
    return new Promise((done, fail) => {
      const settle = (finish, value) => {
        clearTimeout(timer);
        this.#lines.off("line", answered);
        this.#socket.off("close", hungUp);
        finish(value);
      };
      const answered = (line) => settle(done, line);
      const hungUp = () => settle(fail, new FareError(502, "the fare engine hung up"));
      const late = () => {
        // The answer may still come, and would be taken for that of the next question.
        this.broken = true;
        settle(fail, new FareError(504, `the fare engine did not answer within ${this.#timeoutMs} ms`));
        this.#socket.destroy();
      };
      const timer = setTimeout(late, this.#timeoutMs);
      this.#lines.once("line", answered);
      this.#socket.once("close", hungUp);
      this.#socket.write(`${question}\n`);
    });
  }
}
