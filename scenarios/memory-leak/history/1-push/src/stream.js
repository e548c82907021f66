/** Sends a browser every scan of a parcel. */
export function streamEvents({ hub, parcel, response }) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": watching\n\n");

  const send = (scan) => response.write(`data: ${JSON.stringify(scan)}\n\n`);
  hub.watch(parcel, send);
  response.on("close", () => hub.unwatch(parcel, send));
}
