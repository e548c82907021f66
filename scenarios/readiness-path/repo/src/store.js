import { connect } from "node:net";

/** The store at `tcp://HOST:PORT`; without one, memory alone. Connects again whenever the connection is lost. */
export function openStore(address, log, { retryMs = 2000 } = {}) {
  const map = new Map();
  if (address === undefined) return { map, isConnected: () => true };
  const { hostname, port } = new URL(address);
  let connected = false;
  const dial = () => {
    const socket = connect(Number(port), hostname, () => {
      connected = true;
      log(`store: connected to ${hostname}:${port}`);
    });
    socket.on("error", (error) => log(`store: ${error.message}`));
    socket.on("close", () => {
      connected = false;
      setTimeout(dial, retryMs).unref();
    });
  };
  dial();
  return { map, isConnected: () => connected };
}
