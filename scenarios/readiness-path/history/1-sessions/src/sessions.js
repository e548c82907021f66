import { randomUUID } from "node:crypto";

/** Sessions over a store with `get`, `set`, `delete` and `values`. Times are milliseconds since the epoch. */
export class Sessions {
  constructor({ store, now = Date.now, idleMs = 30 * 60_000 }) {
    Object.assign(this, { store, now, idleMs });
  }

  start(user) {
    if (!user) throw new TypeError("a session has a user");
    const session = { id: randomUUID(), user, until: this.now() + this.idleMs };
    this.store.set(session.id, session);
    return session;
  }

  read(id) {
    const session = this.store.get(id);
    if (session === undefined || session.until <= this.now()) return undefined;
    const renewed = { ...session, until: this.now() + this.idleMs };
    this.store.set(id, renewed);
    return renewed;
  }

  end(id) {
    if (!this.store.delete(id)) throw new RangeError("no such session");
  }
}
