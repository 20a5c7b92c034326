import { createRequire } from 'node:module'

import type { Iso8583Message } from '../../../packages/iso8583/src/message.ts'

/** The codec of the npm package `iso_8583`: writes ASCII and, always, two bitmaps. */
export interface NpmCodec {
  readonly version: string
  write(message: Iso8583Message): Uint8Array
  read(framed: Uint8Array): unknown
}

type IsoPack = new (message?: Readonly<Record<string, string>>) => {
  getBufferMessage(): unknown
  getIsoJSON(framed: Uint8Array): unknown
}

/** Null where the package is not installed. */
export function loadNpmCodec(): NpmCodec | null {
  const load = createRequire(import.meta.url)
  const name = 'iso_8583'
  try {
    const { version } = load(`${name}/package.json`) as { version: string }
    // It has no types of its own; the README names these two methods.
    const Pack = load(name) as IsoPack
    return {
      version,
      write: (message) => bytesOf(new Pack(fieldsOf(message)).getBufferMessage()),
      read: (framed) => new Pack().getIsoJSON(framed),
    }
  } catch {
    return null
  }
}

/** As it wants them: the MTI is field 0, and every value is text. */
export function fieldsOf({ mti, fields }: Iso8583Message): Record<string, string> {
  const texts = Object.entries(fields).map(([number, value]) => {
    if (typeof value !== 'string') throw new Error(`field ${number} is not text`)
    return [number, value] as const
  })
  return Object.fromEntries([['0', mti], ...texts])
}

function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new Error(`iso_8583 refuses the message: ${JSON.stringify(value)}`)
  return value
}
