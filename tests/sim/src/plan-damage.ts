import { parseJson } from '@holdfast/envelope'
import { recordHeader } from '@holdfast/protocol'
import type { StoredRecord } from '@holdfast/sdk'
import type { Random } from '@holdfast/testing'
import { type Damage, damageableParts } from './damage.ts'
import { repeat } from './plan-faults.ts'
import type { World } from './world.ts'

export const damageFaults = damageableParts.map(faultOf)

/** Bits flip in records that wait on the disk, or somebody writes another amount into one (reliability, faults 8 and 62). */
export function planDamage(world: World, draw: Random, endMs: number): void {
  for (const device of world.devices) {
    repeat(world, draw, endMs, draw.pick([0, 0, 0, 1, 3]), (own) => {
      const { records } = device.disk.image()
      const damaged = new Set(
        world.damages.flatMap(({ device: { disk }, seq }) => (disk === device.disk ? [seq] : [])),
      )
      const waiting = [...records.values()].filter(
        ({ seq, verdict }) => verdict === null && !damaged.has(seq),
      )
      if (waiting.length === 0) return
      const row = own.pick(waiting)
      const part = own.pick(damageableParts.filter((name) => isIn(row, name)))
      const parsed = recordHeader.safeParse(parseJson(row.wire.header))
      if (!parsed.success) return
      const { data: header } = parsed
      const paymentId = 'payment' in header ? header.payment : null
      const { seq, hash } = row
      records.set(seq, part === 'amount' ? withAmount(row) : flipBit(row, part, own))
      world.damages.push({ device, seq, hash, kind: header.kind, paymentId, part })
      world.counters.hit(faultOf(part))
      world.engine.tell(`${device.name} record ${seq} (${header.kind}): its ${part} is damaged`)
    })
  }
}

function faultOf(part: Damage['part']): string {
  return part === 'amount' ? 'disk.amount_edited' : `disk.bit_flipped_in_${part}`
}

function isIn({ wire }: StoredRecord, part: Damage['part']): boolean {
  if (part === 'amount') return AMOUNT.test(wire.header)
  return part !== 'sealed' || wire.sealed !== null
}

const AMOUNT = /"amountMinor":(\d+)/

/** Ten times as much: it is well formed, and what it was hashed and signed as is not. */
function withAmount(row: StoredRecord): StoredRecord {
  return { ...row, wire: { ...row.wire, header: row.wire.header.replace(AMOUNT, '"amountMinor":$10') } }
}

function flipBit(row: StoredRecord, part: Exclude<Damage['part'], 'amount'>, draw: Random): StoredRecord {
  const text = part === 'hash' ? row.hash : (row.wire[part] ?? '')
  const at = draw.int(0, text.length - 1)
  const flipped =
    text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << draw.int(0, 6))) + text.slice(at + 1)
  return part === 'hash' ? { ...row, hash: flipped } : { ...row, wire: { ...row.wire, [part]: flipped } }
}
