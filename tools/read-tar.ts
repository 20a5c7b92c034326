export interface TarFile {
  readonly name: string
  readonly mode: number
  readonly bytes: Buffer
}

const blockBytes = 512

/**
 * The regular files of a ustar archive; folders follow from the names. Anything else an archive can hold (links,
 * devices, extended headers) is refused, as is a name that leaves the folder: we read known archives only.
 */
export function* readTar(archive: Buffer): Generator<TarFile> {
  let offset = 0
  while (offset + blockBytes <= archive.length) {
    const header = archive.subarray(offset, offset + blockBytes)
    if (header.every((byte) => byte === 0)) return
    verifyChecksum(header)
    const name = path(header)
    const size = octal(header, 124, 12)
    const type = String.fromCharCode(header[156] ?? 0)
    const start = offset + blockBytes
    if (start + size > archive.length) throw new Error(`The archive ends in the middle of ${name}`)
    if (type === '0' || type === '\0') {
      yield { name, mode: octal(header, 100, 8) & 0o777, bytes: archive.subarray(start, start + size) }
    } else if (type !== '5') {
      throw new Error(`The archive holds ${name}, which is neither a file nor a folder (type ${type})`)
    }
    offset = start + Math.ceil(size / blockBytes) * blockBytes
  }
  throw new Error('The archive has no end mark: it is cut short')
}

function path(header: Buffer): string {
  const isUstar = header.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isUstar ? text(header, 345, 155) : ''
  const name = prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`
  if (name.startsWith('/') || name.split('/').includes('..'))
    throw new Error(`The archive has the path ${name}`)
  return name
}

/** The sum of all header bytes, with the checksum's own eight taken as spaces. */
function verifyChecksum(header: Buffer): void {
  let sum = 0
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte
  if (sum !== octal(header, 148, 8)) throw new Error('This is not a tar archive, or it is damaged')
}

function octal(header: Buffer, start: number, length: number): number {
  const digits = text(header, start, length).trim()
  if (!/^[0-7]+$/.test(digits)) throw new Error('This is not a tar archive, or it is damaged')
  return Number.parseInt(digits, 8)
}

function text(header: Buffer, start: number, length: number): string {
  const bytes = header.subarray(start, start + length)
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end === -1 ? length : end)
}
