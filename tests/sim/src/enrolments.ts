import { fromBase64Url, must, newId } from '@holdfast/core'
import { parseJson } from '@holdfast/envelope'
import { keyIdOf } from '@holdfast/envelope/node'
import { type EnrolmentAnswer, enrolmentRequest } from '@holdfast/protocol'
import type { Random } from '@holdfast/testing'
import {
  type DeviceRow,
  type GatewayWorld,
  type LeaseTerms,
  type MemoryGatewayState,
  renewLease,
} from '@holdfast/gateway'

interface EnrolledReader {
  readonly reader: string
  readonly offlineCapable: boolean
}

/** The way in for a new device; the same code and key again give the same device. */
export interface Enrolments {
  answer(
    world: GatewayWorld,
    body: string,
    leaseTerms: (device: DeviceRow) => LeaseTerms,
  ): Promise<{ status: number; body: unknown }>
  /** By device: its readers. */
  readonly readers: ReadonlyMap<string, readonly EnrolledReader[]>
  /** The merchant names another reader for the device. */
  addReader(deviceId: string, reader: string): void
}

export function createEnrolments(
  state: MemoryGatewayState,
  random: Random,
  place: { readonly account: string; readonly location: string },
): Enrolments {
  const byKey = new Map<string, string>()
  const readers = new Map<string, readonly EnrolledReader[]>()
  const ids = { wallMs: () => 0, randomBytes: (length: number) => random.bytes(length) }
  return {
    readers,
    addReader(deviceId, reader) {
      readers.set(deviceId, [...(readers.get(deviceId) ?? []), { reader, offlineCapable: true }])
    },
    async answer(world, body, leaseTerms) {
      const request = enrolmentRequest.parse(parseJson(body))
      const { publicKey } = request
      const deviceId = byKey.get(publicKey) ?? newId('dev', ids)
      byKey.set(publicKey, deviceId)
      const reader = readers.get(deviceId)?.[0]?.reader ?? newId('rdr', ids)
      if (!readers.has(deviceId))
        readers.set(deviceId, [{ reader, offlineCapable: request.reader.offlineCapable }])
      const keyId = keyIdOf(must(fromBase64Url(publicKey), 'the schema admits only keys'))
      const row: DeviceRow = state.devices.get(deviceId) ?? {
        ...place,
        mode: 'test',
        deviceId,
        terminalId: `T${String(state.devices.size + 1).padStart(7, '0')}`,
        keys: [{ keyId, publicKey }],
        status: 'active',
        statedSeq: 0,
        receivedSeq: 0,
        syncedGeneration: state.generation,
        lease: null,
      }
      state.devices.set(deviceId, row)
      const lease = await renewLease(world, row, leaseTerms(row))
      const answer: EnrolmentAnswer = { device: deviceId, reader, lease }
      return { status: 200, body: answer }
    },
  }
}
