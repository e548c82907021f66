/** What a client is told: the status, and why. */
export class FareError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}
