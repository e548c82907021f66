/** A call to another service that failed: `final` when asking again would change nothing. */
export class CallError extends Error {
  constructor(message, { status, final }) {
    super(message);
    this.status = status;
    this.final = final;
  }
}
