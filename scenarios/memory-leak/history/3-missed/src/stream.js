/** Sends a browser every scan of a parcel. */
export function streamEvents({ hub, parcel, lastSeen, response }) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": watching\n\n");

  const send = (scan) => {
    const { number, ...data } = scan;
    response.write(`id: ${number}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  hub.watch(parcel, send);
  response.on("close", () => hub.unwatch(parcel, send));

  for (const scan of hub.since(parcel, lastSeen)) send(scan);
}
