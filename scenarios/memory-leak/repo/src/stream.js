/** Sends a browser every scan of a parcel until it is delivered. */
export function streamEvents({ hub, parcel, lastSeen, response, heartbeatMs }) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": watching\n\n");

  const send = (scan) => {
    const { number, ...data } = scan;
    response.write(`id: ${number}\ndata: ${JSON.stringify(data)}\n\n`);
    if (scan.state === "delivered") response.end();
  };
  const heartbeat = setInterval(() => response.write(": still here\n\n"), heartbeatMs);
  hub.watch(parcel, send);
  response.on("finish", () => {
    clearInterval(heartbeat);
    hub.unwatch(parcel, send);
  });

  for (const scan of hub.since(parcel, lastSeen)) send(scan);
}
