import { advance, must, type StoryEvent } from '@holdfast/core'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { withFreshDetails } from '../payments/fresh-details.ts'
import { settle } from '../payments/settle.ts'
import type { AttemptDetails, LinkOwnership, PaymentRow } from '../store/gateway-store.ts'
import type { AcquirerAnswer, AcquirerPort } from '../acquirer/acquirer-port.ts'

/** What drives a payment at its acquirer. */
export interface Drive {
  readonly world: GatewayWorld
  readonly acquirer: AcquirerPort
  /** Null once the lease of the link has run out. */
  readonly ownership: () => LinkOwnership | null
  readonly nextStan: () => string | null
  /** Somebody answers whom nobody waits for any more. */
  readonly late: (answer: LateAnswer) => void
}

export interface LateAnswer {
  readonly account: string
  readonly paymentId: string
  readonly number: number
  readonly stan: string
  readonly rrn: string
  readonly answer: AcquirerAnswer
}

const TRIES_MAX = 20

/** Applies the event to the newest row; null when the payment moved on without it or the ownership is gone. */
export async function record(drive: Drive, row: PaymentRow, event: StoryEvent): Promise<PaymentRow | null> {
  let base = row
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const result = advance(base.story, event)
    if ('refusal' in result) return null
    const next = withFreshDetails(drive.world, { ...base, story: result.story }, drive.world.clock.wallMs())
    const saved = await save(drive, base, next)
    if (saved !== null) return saved
    const fresh = await reload(drive, base)
    if (fresh === null) return null
    // Before a byte has left, what the device said meanwhile is decided on anew.
    if (event.type === 'sent' || event.type === 'reversal_planned') return fresh
    // Nor does a void wait for a human who was to find out about asking: what has to be taken back is taken back.
    const attention =
      fresh.story.word.said === 'voided' ? fresh.attention : (base.attention ?? fresh.attention)
    base = { ...fresh, details: mergeVaults(fresh, base), attention }
  }
  return null
}

/** Was the database lost since, and may the lost one have asked for this payment? */
export async function isInDoubt(world: GatewayWorld, row: Pick<PaymentRow, 'asOf'>): Promise<boolean> {
  return row.asOf < (await world.store.generation())
}

/** Null on conflict. */
export async function save(drive: Drive, before: PaymentRow, row: PaymentRow): Promise<PaymentRow | null> {
  const { world } = drive
  const ownership = drive.ownership()
  if (ownership === null) return null
  const parts = await settle(world, before, row, world.clock.wallMs())
  const fence = { link: world.profile.link, generation: ownership.generation }
  if ((await world.store.commit({ fence, ...parts })) === 'conflict') return null
  world.changes.notify(row.story.paymentId)
  if ((parts.outcomes ?? []).length > 0) world.changes.notify(row.deviceId)
  const saved = must(parts.payments?.[0], 'settling keeps the row')
  return { ...saved, version: saved.version + 1 }
}

async function reload(drive: Drive, row: PaymentRow): Promise<PaymentRow | null> {
  const { rows } = await drive.world.store.payments(row.account, [row.story.paymentId])
  const fresh = rows[0]
  // The row stood still: the conflict was the fence, and the link belongs to somebody else now.
  return fresh === undefined || fresh.version === row.version ? null : fresh
}

function mergeVaults(fresh: PaymentRow, mine: PaymentRow): AttemptDetails[] {
  return fresh.details.map((detail, at) => ({
    ...detail,
    vault: detail.vault ?? mine.details[at]?.vault ?? null,
  }))
}
