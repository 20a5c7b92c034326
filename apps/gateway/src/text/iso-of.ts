/** ISO 8601, UTC, milliseconds; null stays null. */
export function isoOf(column: string): string {
  return `to_char(to_timestamp(${column} / 1000.0) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
}
