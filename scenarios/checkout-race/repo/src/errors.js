/** An error that a client may see, with the status of its answer. */
export class CheckoutError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}
