/** A column of a table as kubectl prints it: a heading line in capitals, columns that start where their headings start. */
export interface TableRow {
  readonly [column: string]: string;
}

/** Rows of the first table in a text; none where there is no table. */
export function readTable(text: string): readonly TableRow[] {
  const lines = text.split("\n");
  const first = lines.findIndex((line) => /^(NAME|NAMESPACE|LAST SEEN)\b/.test(line));
  const heading = lines[first];
  if (heading === undefined) return [];
  const columns = [...heading.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ name: match[0], from: match.index }));
  const rows: TableRow[] = [];
  for (const line of lines.slice(first + 1)) {
    if (line.trim() === "") break;
    const row: Record<string, string> = {};
    for (const [index, column] of columns.entries()) row[column.name] = line.slice(column.from, columns[index + 1]?.from).trim();
    rows.push(row);
  }
  return rows;
}
