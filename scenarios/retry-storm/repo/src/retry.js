/** Repeats a read that fails for a passing reason. */
export async function withRetries(read, { deadlineMs }) {
  const end = Date.now() + deadlineMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (error.final || Date.now() >= end) {
        error.message += `, attempt ${attempt}`;
        throw error;
      }
    }
  }
}
