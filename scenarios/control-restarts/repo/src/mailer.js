/** Sends what is in the outbox, one at a time, and goes on trying for a minute. Ends with 1 when the relay stays away. */
export async function sendAll(outbox, send, { log = console.log, tries = 5, wait = (ms) => new Promise((done) => setTimeout(done, ms)) } = {}) {
  for (const mail of outbox) {
    for (let attempt = 1; ; attempt++) {
      try {
        await send(mail);
        break;
      } catch (error) {
        log(`relay: ${error.message}, attempt ${attempt} of ${tries}`);
        if (attempt >= tries) throw error;
        await wait(attempt * 4000);
      }
    }
  }
  return outbox.length;
}
