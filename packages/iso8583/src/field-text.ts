/** Terminal and merchant ids and approval codes have a fixed width on the wire and are blank-filled on the right. */
export function padded(id: string, width: number): string {
  return id.padEnd(width, ' ')
}

export function unpadded(id: string): string {
  return id.trimEnd()
}

/** DE4: minor units in twelve digits. What does not fit (a fraction, a sign) is refused by the codec. */
export function amountField(amountMinor: number): string {
  return String(amountMinor).padStart(12, '0')
}
