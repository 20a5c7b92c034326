/** Strict on purpose: throws on anything but a flat list of unique tags in shortest form (EMV Book 3 annex B). */
export function parseBerTlv(hex: string): ReadonlyMap<string, string> {
  if (!/^([0-9A-F]{2})*$/.test(hex)) throw new Error('not upper-case hexadecimal')
  const items = new Map<string, string>()
  let at = 0
  const take = (bytes: number): string => {
    if (at + bytes * 2 > hex.length) throw new Error(`truncated at ${at / 2}`)
    at += bytes * 2
    return hex.slice(at - bytes * 2, at)
  }
  while (at < hex.length) {
    let tag = take(1)
    if (tag === '00' || tag === 'FF') throw new Error('padding is no tag')
    if ((Number.parseInt(tag, 16) & 0x1f) === 0x1f) {
      tag += take(1)
      while ((Number.parseInt(tag.slice(-2), 16) & 0x80) !== 0) tag += take(1)
    }
    if (items.has(tag)) throw new Error(`duplicate ${tag}`)
    const length = Number.parseInt(take(1), 16)
    if (length >= 0x80) throw new Error(`${tag} has a long length; no value here needs one`)
    items.set(tag, take(length))
  }
  return items
}
