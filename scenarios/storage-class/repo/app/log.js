import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";

/** An append-only file of JSON lines. What `append` has returned is on the disk. */
export class EventLog {
  #file;
  #path;
  #next;

  constructor(path) {
    this.#path = path;
    this.#file = openSync(path, "a");
    this.#next = readFileSync(path, "utf8").split("\n").length - 1;
  }

  append(type, data) {
    const event = { number: this.#next++, type, data };
    writeSync(this.#file, `${JSON.stringify(event)}\n`);
    fsyncSync(this.#file);
    return event.number;
  }

  /** Events from a number on. A last line that was cut by a crash is left out. */
  from(number) {
    const lines = readFileSync(this.#path, "utf8").split("\n").slice(0, -1);
    return lines.slice(number).map((line) => JSON.parse(line));
  }

  close() {
    closeSync(this.#file);
  }
}
