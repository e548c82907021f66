/** Values pushed on one side, pulled on the other, in order; ends with an error where one is given. */
export interface Mailbox<T> {
  push(value: T): void;
  fail(error: unknown): void;
  /** The next value; throws what `fail` was given once the values before it are taken. One caller at a time. */
  take(): Promise<T>;
}

export function createMailbox<T>(): Mailbox<T> {
  const values: T[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;

  function awaken(): void {
    wake?.();
    wake = undefined;
  }

  return {
    push(value) {
      values.push(value);
      awaken();
    },
    fail(error) {
      failure ??= { error };
      awaken();
    },
    async take() {
      for (;;) {
        if (values.length > 0) return values.shift() as T;
        if (failure !== undefined) throw failure.error;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
