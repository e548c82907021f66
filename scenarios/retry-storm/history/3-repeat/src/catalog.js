import { CallError } from "./call-error.js";
import { withRetries } from "./retry.js";

const passing = new Set([429, 502, 503, 504]);

/** The catalog of tracks, another service. */
export class Catalog {
  #url;
  #deadlineMs;

  constructor({ url, deadlineMs }) {
    this.#url = url;
    this.#deadlineMs = deadlineMs;
  }

  /** `{ id, title, artist }` */
  track(id) {
    return withRetries(() => this.#call("GET", `/v1/tracks/${encodeURIComponent(id)}`), { deadlineMs: this.#deadlineMs });
  }

  async #call(method, path) {
    let response;
    try {
      response = await fetch(`${this.#url}${path}`, { method, signal: AbortSignal.timeout(this.#deadlineMs) });
    } catch (error) {
      throw new CallError(`catalog cannot be reached (${error.cause?.code ?? error.name})`, { status: 503, final: false });
    }
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    throw new CallError(`catalog answered ${response.status}`, {
      status: response.status === 404 ? 404 : 503,
      final: !passing.has(response.status),
    });
  }
}
