/** The next departure of each line, in whole minutes after the full hour. */
export function departuresOf(lines, now) {
  const minute = now.getUTCMinutes();
  return lines.map(({ line, every, first }) => {
    const missed = Math.max(0, Math.ceil((minute - first) / every));
    return { line, minute: (first + missed * every) % 60 };
  });
}
