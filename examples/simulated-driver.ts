import type { Crypto } from '@holdfast/core'
import { createSimulatedReader } from '@holdfast/reader'
import type { ReaderDriver } from '@holdfast/sdk'

/** One simulated reader in reach, and a customer who puts a test card into it as soon as it waits. */
export function simulatedDriver(crypto: Crypto, serialNumber: string): ReaderDriver {
  const open = (readerId: string) =>
    createSimulatedReader({
      readerId,
      serialNumber,
      crypto,
      fingerprintKey: new TextEncoder().encode('an example has no secret'),
      present: () => 'visa',
    })
  const { info } = open(UNNAMED)
  return {
    name: 'simulated',
    discover: async () => [
      {
        info,
        softwareUpdatedMs: null,
        connect: async ({ readerId }) => ({
          reader: open(readerId ?? UNNAMED),
          disconnect: async () => {},
        }),
      },
    ],
  }
}

/** Until the gateway has given it an id. */
const UNNAMED = 'rdr_000000000000000000000000'
