import {
  approvedMinorOf,
  type Attempt,
  type CaptureRefusal,
  captureLimitMinor,
  claimedAttempt,
  decideCapture,
  must,
  newId,
  type Presentment,
} from '@holdfast/core'
import type { Tx } from '../database/transaction.ts'
import { joinBatch } from '../batches/join-batch.ts'
import { type GatewayWorld, idSourceOf } from '../world/gateway-world.ts'
import { insertPresentment, type PresentmentMessage } from '../presentments/presentment-row.ts'
import type { PaymentRow } from '../store/gateway-store.ts'
import { type CaptureRow, insertCapture } from './capture-row.ts'
import { postPresented } from './post-presented.ts'

/**
 * Takes so much of a payment's approval, and says how the acquirer is to learn of it: by the approval itself where that
 * took the money, by a completion where it only held it, and by the batch where the terminal captures.
 */
export async function openCapture(
  tx: Tx,
  world: GatewayWorld,
  row: PaymentRow,
  wanted: { readonly amountMinor: number; readonly tipMinor: number },
): Promise<CaptureRow | CaptureRefusal> {
  const { host } = world.profile
  const authorisedMinor = approvedMinorOf(row.story)
  const { tipPercentMax } = host
  const refusal = decideCapture(wanted, { authorisedMinor, tipPercentMax })
  if (refusal !== null) return refusal
  const attempt = must(claimedAttempt(row.story), 'only an approval is captured')
  const nowMs = world.clock.wallMs()
  const source = idSourceOf(world)
  const message = messageOf(world, attempt)
  const { account, mode, link, terminalId } = row
  const { paymentId, money, captureMethod } = row.story
  const capture: CaptureRow = {
    account,
    captureId: newId('cap', source),
    paymentId,
    mode,
    chargeId: must(row.details[attempt.number - 1], 'every attempt has its details').chargeId,
    method: captureMethod,
    currency: money.currency,
    authorisedMinor,
    limitMinor: captureLimitMinor(authorisedMinor, tipPercentMax),
    ...wanted,
    state: message === 'sale' ? 'presented' : 'due',
    createdMs: nowMs,
  }
  await insertCapture(tx, capture)
  await insertPresentment(tx, {
    account,
    presentmentId: newId('prs', source),
    mode,
    subjectKind: 'capture',
    subject: capture.captureId,
    paymentId,
    link,
    terminalId,
    currency: money.currency,
    amountMinor: wanted.amountMinor,
    message,
    // A completion joins the batch that is open when the acquirer has taken it.
    batchId:
      message === 'completion'
        ? null
        : await joinBatch(tx, { account, mode, link, terminalId, currency: money.currency }, source),
    createdMs: nowMs,
    presentment: presentmentFor(message, attempt, nowMs),
  })
  if (message === 'sale') await postPresented(tx, world, capture, nowMs)
  return capture
}

/** Then it took what was asked, and a tip that came after that is told by a message of its own. */
export function isTakenByApproval(world: GatewayWorld, { story }: PaymentRow): boolean {
  const attempt = claimedAttempt(story)
  return attempt !== null && messageOf(world, attempt) === 'sale'
}

function messageOf({ profile }: GatewayWorld, attempt: Attempt): PresentmentMessage {
  if (profile.host.settlement === 'terminal_capture') return 'upload'
  return 'holds' in attempt && attempt.holds ? 'completion' : 'sale'
}

function presentmentFor(message: PresentmentMessage, attempt: Attempt, nowMs: number): Presentment {
  if (message === 'upload') return { state: 'due', dueMs: null, presentation: 1 }
  if (message !== 'sale' || attempt.state !== 'approved')
    return { state: 'due', dueMs: nowMs, presentation: 1 }
  const { stan, transmittedAtMs, sendBeforeMs, repeats, responseCode, answeredAtMs } = attempt
  const sending = { presentation: 1, stan, transmittedAtMs, sendBeforeMs, repeats }
  return { state: 'accepted', acceptedMs: answeredAtMs, responseCode, sending }
}
