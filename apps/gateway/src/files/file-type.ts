/** What banks take as evidence; Stripe's words for them. */
export type FileType = 'pdf' | 'jpg' | 'png'

/** As much as Stripe takes of evidence for a dispute. */
export const FILE_BYTES_MAX = 5 * 1_024 * 1_024

/** By its first bytes, whatever its name says; null for everything else. */
export function fileTypeOf(content: Uint8Array): FileType | null {
  const found = SIGNATURES.find(([, bytes]) => bytes.every((byte, at) => content[at] === byte))
  return found === undefined ? null : found[0]
}

/** ISO 32000-1 §7.5.2, ISO/IEC 10918-1 annex B.1.1.3, ISO/IEC 15948 §5.2. */
const SIGNATURES: readonly (readonly [FileType, readonly number[]])[] = [
  ['pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['jpg', [0xff, 0xd8, 0xff]],
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
]
