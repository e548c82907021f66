/**
 * Waits until a member's own name gives its own address, looking it up every `waitMs`. `lookup(name)` resolves with an address or rejects; `log` hears of each
 * attempt. Ends after `tries`, for ever where that is not given.
 */
export async function findOwnName(name, address, lookup, { log = () => {}, waitMs = 5000, tries = Infinity } = {}) {
  for (let attempt = 1; attempt <= tries; attempt++) {
    try {
      const found = await lookup(name);
      if (found === address) return attempt;
      log(`own name ${name} gives ${found}, not ${address}; not joining`);
    } catch (error) {
      log(`own name ${name}: ${error.message}; not joining`);
    }
    await new Promise((done) => setTimeout(done, waitMs));
  }
  throw new Error(`own name ${name} was not found`);
}
