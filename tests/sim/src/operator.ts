import { UNKNOWN_STAN } from '@holdfast/core'
import {
  type GatewayWorld,
  OUTCOME_LOST,
  type PaymentRow,
  resolveLostOutcome,
  retrievalReference,
} from '@holdfast/gateway'
import type { World } from './world.ts'

const LOOK_MS = 5_000
/** A payment is not presented more often than this in a simulated day: a silent host without repeats got to six. */
const PRESENTATIONS_MAX = 40

/** After a restore somebody looks up in the acquirer's books what the gateway cannot find out, and tells it. */
export function operatorResolves(world: World): void {
  const { engine, gateways, database, counters } = world
  engine.after(LOOK_MS, 'operator', () => {
    const gateway = gateways.find((candidate) => candidate.world() !== null)?.world()
    const lost = [...database.payments.values()].filter(({ attention }) => attention === OUTCOME_LOST)
    if (gateway !== null && gateway !== undefined) for (const row of lost) void lookUp(world, gateway, row)
    counters.sometimes('state.outcome_lost', lost.length > 0)
    operatorResolves(world)
  })
}

async function lookUp({ acquirer, engine }: World, gateway: GatewayWorld, row: PaymentRow): Promise<void> {
  const { account, story } = row
  const { paymentId } = story
  const rrns = new Set<string>()
  for (const { attemptId } of story.attempts)
    for (let presentation = 1; presentation <= PRESENTATIONS_MAX; presentation += 1)
      rrns.add(await retrievalReference(gateway.crypto, { paymentId, attemptId, presentation }))
  // What is known by its STAN is known.
  for (const attempt of story.attempts)
    if ('rrn' in attempt && attempt.stan !== UNKNOWN_STAN) rrns.delete(attempt.rrn)
  const standing = acquirer.entries().find(({ rrn, chargedMinor }) => chargedMinor > 0 && rrns.has(rrn))
  const resolved = await resolveLostOutcome(
    gateway,
    { account, paymentId },
    standing === undefined
      ? { found: 'nothing' }
      : {
          found: 'approval',
          stan: standing.stan,
          rrn: standing.rrn,
          transmittedAtMs: standing.atMs,
          saleLocalTime: { MMDD: standing.localDate, hhmmss: standing.localTime },
          responseCode: standing.responseCode,
          approvalCode: standing.approvalCode ?? '',
          approvedMinor: standing.chargedMinor,
        },
  )
  engine.tell(
    `operator: ${paymentId} ${standing === undefined ? 'nothing' : standing.rrn}: ${resolved.result}`,
  )
}
