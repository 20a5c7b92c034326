/** RFC 4180. */
export function csvLine(fields: readonly (string | null)[]): string {
  return `${fields.map(csvField).join(',')}\r\n`
}

function csvField(field: string | null): string {
  if (field === null) return ''
  // A spreadsheet takes these for a formula, and a till's operator can type them. A plain number is none.
  const isFormula = /^[=+\-@\t\r]/.test(field) && !/^-?\d+(\.\d+)?$/.test(field)
  const safe = isFormula ? `'${field}` : field
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
