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

/** The way in for a new device; the same code and key again give the same device. */
export interface Enrolments {
  answer(
    world: GatewayWorld,
    body: string,
    leaseTerms: (device: DeviceRow) => LeaseTerms,
  ): Promise<{ status: number; body: unknown }>
  /** By device: its reader. */
  readonly readers: ReadonlyMap<string, { readonly reader: string; readonly offlineCapable: boolean }>
}

export function createEnrolments(
  state: MemoryGatewayState,
  random: Random,
  place: { readonly account: string; readonly location: string },
): Enrolments {
  const byKey = new Map<string, string>()
  const readers = new Map<string, { reader: string; offlineCapable: boolean }>()
  const ids = { wallMs: () => 0, randomBytes: (length: number) => random.bytes(length) }
  return {
    readers,
    async answer(world, body, leaseTerms) {
      const request = enrolmentRequest.parse(parseJson(body))
      const { publicKey } = request
      const deviceId = byKey.get(publicKey) ?? newId('dev', ids)
      byKey.set(publicKey, deviceId)
      const reader = readers.get(deviceId)?.reader ?? newId('rdr', ids)
      readers.set(deviceId, { reader, offlineCapable: request.reader.offlineCapable })
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
