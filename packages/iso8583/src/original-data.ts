import { transmissionTime } from './transmission-time.ts'

/** What DE90 names: an earlier message, always by its first MTI (0100, not 0101). */
export type OriginalReference = {
  readonly mti: string
  readonly stan: string
  readonly transmittedAtMs: number
}

export type ReceivedOriginalReference = Omit<OriginalReference, 'transmittedAtMs'> & {
  readonly transmissionTime: string
}

/** DE90: MTI, STAN, DE7, then acquirer and forwarder, which no host needs beside DE32 and which are zeros. */
export function writeOriginal({ mti, stan, transmittedAtMs }: OriginalReference): string {
  return `${mti}${stan}${transmissionTime(transmittedAtMs)}`.padEnd(42, '0')
}

export function readOriginal(field: string): ReceivedOriginalReference {
  return { mti: field.slice(0, 4), stan: field.slice(4, 10), transmissionTime: field.slice(10, 20) }
}
