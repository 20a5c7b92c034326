import { parseJson } from '@holdfast/envelope'
import { recordHeader } from '@holdfast/protocol'
import type { StoredRecord } from '@holdfast/sdk'
import type { Random } from '@holdfast/testing'
import { repeat } from './plan-faults.ts'
import type { SimDevice } from './sim-device.ts'
import type { World } from './world.ts'

/** A record whose bytes are no longer what was written. */
export interface Damage {
  readonly device: SimDevice
  readonly seq: number
  readonly hash: string
  readonly kind: string
  readonly paymentId: string | null
  readonly part: (typeof PARTS)[number]
}

const PARTS = ['header', 'signature', 'sealed', 'hash'] as const

export const damageFaults = PARTS.map((part) => `disk.bit_flipped_in_${part}`)

/** Bits flip in records that wait on the disk (reliability, fault 8). */
export function planDamage(world: World, draw: Random, endMs: number): void {
  for (const device of world.devices) {
    repeat(world, draw, endMs, draw.pick([0, 0, 0, 1, 3]), () => {
      const { records } = device.disk.image()
      const damaged = new Set(
        world.damages.flatMap(({ device: { disk }, seq }) => (disk === device.disk ? [seq] : [])),
      )
      const waiting = [...records.values()].filter(
        ({ seq, verdict }) => verdict === null && !damaged.has(seq),
      )
      if (waiting.length === 0) return
      const row = draw.pick(waiting)
      const part = draw.pick(row.wire.sealed === null ? PARTS.filter((name) => name !== 'sealed') : PARTS)
      const parsed = recordHeader.safeParse(parseJson(row.wire.header))
      if (!parsed.success) return
      const { data: header } = parsed
      const paymentId = 'payment' in header ? header.payment : null
      const { seq, hash } = row
      records.set(seq, flipBit(row, part, draw))
      world.damages.push({ device, seq, hash, kind: header.kind, paymentId, part })
      world.counters.hit(`disk.bit_flipped_in_${part}`)
      world.engine.tell(`${device.name} record ${seq} (${header.kind}): a bit of its ${part} flips`)
    })
  }
}

function flipBit(row: StoredRecord, part: Damage['part'], draw: Random): StoredRecord {
  const text = part === 'hash' ? row.hash : (row.wire[part] ?? '')
  const at = draw.int(0, text.length - 1)
  const flipped =
    text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << draw.int(0, 6))) + text.slice(at + 1)
  return part === 'hash' ? { ...row, hash: flipped } : { ...row, wire: { ...row.wire, [part]: flipped } }
}
