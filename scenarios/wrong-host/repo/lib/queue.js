import { connect } from "node:net";
import { once } from "node:events";

/** Where the queue is, out of `amqp://HOST:PORT/VHOST`. */
export function queueAddress(url) {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== "amqp:") throw new Error(`QUEUE_URL is no address of a queue: ${protocol}//`);
  return { host: hostname, port: Number(port || 5672) };
}

/** Opens the connection, or throws what the system says. */
export async function openQueue(url) {
  const socket = connect(queueAddress(url));
  await once(socket, "connect");
  socket.write("AMQP\x00\x00\x09\x01");
  return socket;
}
