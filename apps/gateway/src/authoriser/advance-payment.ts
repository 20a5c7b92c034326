import {
  advance,
  type Attempt,
  assert,
  type AuthoriserStep,
  holdsOnly,
  isAdvice,
  isBlind,
  must,
  nextStep,
  type PaymentStory,
  presentationOf,
  UNKNOWN_STAN,
} from '@holdfast/core'
import { openCard } from '@holdfast/envelope'
import type { CardSecrets } from '@holdfast/protocol'
import type { GatewayWorld } from '../world/gateway-world.ts'
import { openVault, sealVault } from '../payments/card-vault.ts'
import { withFreshDetails } from '../payments/fresh-details.ts'
import {
  CARD_BLOCK_GONE,
  CARD_BLOCK_UNREADABLE,
  DEFERRED_TOO_OLD,
  OUTCOME_LOST,
} from '../payments/attention.ts'
import type { AttemptDetails, PaymentRow } from '../store/gateway-store.ts'
import type { AdviceMessage, MessageIdentity, OnLate, SendLimits } from '../acquirer/acquirer-port.ts'
import { type Drive, isInDoubt, record, save } from './drive.ts'
import { retryDelayMs } from '../acquirer/retry-delay.ts'
import { retrievalReference } from '../acquirer/retrieval-reference.ts'
import { settleAnswer } from './settle-answer.ts'

const STEPS_MAX = 20
/** So long the processes of a gateway may take to be started again with a new key. */
const KEY_NEWS_MS = 3_600_000
const KEY_RETRY_MS = 10_000
/** As after so many failures: half a second to eight, so a backlog comes back apart and soon. */
const ACQUIRER_DOWN_TRIES = 3

/**
 * Takes one payment as far as it goes now. Each step is decided by `nextStep`, made durable, and only then done; a
 * conflict means that the device said something new meanwhile: read again, decide again. False when it did not get on.
 */
export async function advancePayment(drive: Drive, start: PaymentRow): Promise<boolean> {
  const { world } = drive
  let row: PaymentRow | null = start
  for (let steps = 0; row !== null && steps < STEPS_MAX; steps += 1) {
    if (row.attention !== null) return true
    const nowMs = world.clock.wallMs()
    const orphan = row.story.attempts.find((attempt) => attempt.state === 'sent')
    if (orphan?.state === 'sent') {
      // Its sender is gone, and nothing can leave for it any more: the answer is unknown.
      if (orphan.sendBeforeMs > nowMs) return false
      row = await record(drive, row, { type: 'no_answer', number: orphan.number, retryAtMs: nowMs })
      continue
    }
    const step = await nextSafeStep(world, row, nowMs)
    if (isBlind(row.story, step, world.profile) && (await isInDoubt(world, row))) {
      row = await save(drive, row, { ...row, attention: OUTCOME_LOST })
      return row !== null
    }
    switch (step.do) {
      case 'authorise':
      case 'repeat':
        row = await authorise(drive, row, step.attempt, nowMs)
        break
      case 'plan_reversal': {
        const stan = drive.nextStan()
        if (stan === null) return false
        const { number } = step.attempt
        row = await record(drive, row, { type: 'reversal_planned', number, why: step.why, stan, nowMs })
        break
      }
      case 'send_reversal':
        row = await reverse(drive, row, step.attempt, nowMs)
        break
      case 'represent':
        row = await represent(drive, row, step.attempt, nowMs)
        break
      case 'expire':
        row = await expire(drive, row, step.attempt)
        break
      case 'wait':
        if (row.dueMs === step.untilMs) return true
        return (await save(drive, row, row)) !== null
    }
  }
  return row !== null
}

/** A lost database may have heard the answer and told it: where the host knows repeats, it is asked once more and not undone. */
async function nextSafeStep(world: GatewayWorld, row: PaymentRow, nowMs: number): Promise<AuthoriserStep> {
  const step = nextStep(row.story, world.profile, nowMs)
  const undoes = step.do === 'plan_reversal' && step.why === 'no_answer' && world.profile.hostDeduplicates
  return undoes && (await isInDoubt(world, row)) ? { do: 'repeat', attempt: step.attempt } : step
}

async function authorise(
  drive: Drive,
  row: PaymentRow,
  attempt: Attempt,
  nowMs: number,
): Promise<PaymentRow | null> {
  const { world, acquirer } = drive
  if (acquirer.state() === 'down') {
    // Nothing can leave: an outage of the acquirer spends no STAN and does not write each waiting sale twice a second.
    const retryAtMs = nowMs + retryDelayMs(world.crypto, ACQUIRER_DOWN_TRIES)
    return record(drive, row, { type: 'not_sent', number: attempt.number, retryAtMs })
  }
  const detail = detailsOf(row, attempt)
  const opened = await openSealed(world, row, attempt, detail)
  if (opened === 'key_not_yet_here') {
    const retryAtMs = nowMs + KEY_RETRY_MS
    return record(drive, row, { type: 'not_sent', number: attempt.number, retryAtMs })
  }
  if (opened === null) return save(drive, row, { ...row, attention: CARD_BLOCK_UNREADABLE })
  // What a lost database may have asked is asked again as a repeat: the host answers as it did, or for the first time.
  const repeat = attempt.state !== 'planned' || (await isInDoubt(world, row))
  const known = attempt.state === 'unknown' && attempt.stan !== UNKNOWN_STAN ? attempt : null
  const stan = known?.stan ?? drive.nextStan()
  if (stan === null) return null
  const limits = sendLimits(drive, nowMs)
  if (limits === null) return null
  const sending = {
    stan,
    rrn:
      attempt.state === 'unknown'
        ? attempt.rrn
        : await retrievalReference(world.crypto, {
            paymentId: row.story.paymentId,
            attemptId: attempt.attemptId,
            presentation: presentationOf(row.story, attempt),
          }),
    transmittedAtMs: known?.transmittedAtMs ?? nowMs,
    sendBeforeMs: limits.sendBeforeMs,
    repeats: attempt.state === 'unknown' ? attempt.repeats + 1 : 0,
    ...(isAdvice(row.story, attempt) ? { advice: true as const } : {}),
    // A repeat is of the very message that went out, whatever was written in since.
    ...((known === null ? holdsOnly(row.story) : known.holds === true) ? { holds: true as const } : {}),
  }
  const vault = detail.vault ?? (await sealVault(world, row.story.paymentId, opened))
  const vaulted = withDetail(row, { ...detail, vault })
  const sent = await record(drive, vaulted, { type: 'sent', number: attempt.number, sending })
  if (sent === null || stateOf(sent, attempt.number) !== 'sent') return sent
  const message = {
    ...identity(sent, sending, repeat),
    card: opened,
    contactless: detail.card.entryMode === 'contactless',
    holds: sending.holds === true,
  }
  const onLate = lateAnswerTo(drive, sent, attempt.number, sending)
  const answer = isAdvice(row.story, attempt)
    ? await acquirer.advise({ ...message, advised: advisedOf(row, detail) }, limits, onLate)
    : await acquirer.authorise({ ...message, deferred: attempt.deferred }, limits, onLate)
  return settleAnswer(drive, sent, attempt.number, answer, sending.repeats)
}

/** Outlives the exchange, so it holds what tells the message apart and no card. */
function lateAnswerTo(
  drive: Drive,
  { account, story }: PaymentRow,
  number: number,
  { stan, rrn }: { readonly stan: string; readonly rrn: string },
): OnLate {
  const { paymentId } = story
  return (answer) => drive.late({ account, paymentId, number, stan, rrn, answer })
}

/** Who has decided: the card says so in its receipt, or the cashier wrote down what the voice said. */
function advisedOf({ story: { word } }: PaymentRow, { receipt }: AttemptDetails): AdviceMessage['advised'] {
  if (word.said === 'accepted' && word.via === 'offline' && word.voiceCode !== undefined)
    return { kind: 'voice', approvalCode: word.voiceCode }
  return { kind: 'card_approved', responseCode: receipt?.authorisationResponseCode === 'Y3' ? 'Y3' : 'Y1' }
}

async function reverse(
  drive: Drive,
  row: PaymentRow,
  attempt: Attempt,
  nowMs: number,
): Promise<PaymentRow | null> {
  assert(attempt.state === 'reversing', 'only a planned reversal is sent')
  const { world, acquirer } = drive
  const { reversal } = attempt
  const limits = sendLimits(drive, nowMs)
  if (limits === null) return null
  const { vault } = detailsOf(row, attempt)
  const card = vault === null ? null : await openVault(world, row.story.paymentId, vault)
  const message = { ...attempt, stan: reversal.stan, transmittedAtMs: reversal.transmittedAtMs }
  const answer = await acquirer.reverse(
    {
      ...identity(row, message, reversal.tries > 0),
      pan: card?.pan ?? null,
      approvalCode: null,
      // A refused part is given back by us, as a void is.
      why: reversal.why === 'voided' || reversal.why === 'part_refused' ? 'customer' : 'no_answer',
      original: {
        advice: attempt.advice === true,
        holds: attempt.holds === true,
        stan: attempt.stan,
        transmittedAtMs: attempt.transmittedAtMs,
      },
    },
    limits,
  )
  const { number, attemptId } = attempt
  if (answer.kind === 'reversed') {
    const isUnsure = answer.wasKnown && reversal.why !== 'part_refused' && (await isInDoubt(world, row))
    if (!isUnsure) return record(drive, row, { type: 'reversed', number })
    const { paymentId } = row.story
    const presentation = presentationOf(row.story, attempt) + 1
    const rrn = await retrievalReference(world.crypto, { paymentId, attemptId, presentation })
    return record(drive, row, { type: 'reversed', number, next: { rrn, nowMs: world.clock.wallMs() } })
  }
  const retryAtMs = world.clock.wallMs() + retryDelayMs(world.crypto, reversal.tries)
  return record(drive, row, { type: 'reversal_unanswered', number, retryAtMs })
}

async function represent(
  drive: Drive,
  row: PaymentRow,
  attempt: Attempt,
  nowMs: number,
): Promise<PaymentRow | null> {
  const { world } = drive
  const detail = detailsOf(row, attempt)
  if (detail.sealed === null) return save(drive, row, { ...row, attention: CARD_BLOCK_GONE })
  const result = advance(row.story, { type: 'represented', number: attempt.number, nowMs })
  assert('story' in result, 'a re-presentation is never refused')
  return save(drive, row, withFreshDetails(world, { ...row, story: result.story }, nowMs))
}

/** A database that was lost may have asked in time: then somebody looks at the acquirer's first. */
async function expire(drive: Drive, row: PaymentRow, { number }: Attempt): Promise<PaymentRow | null> {
  if (await isInDoubt(drive.world, row)) return save(drive, row, { ...row, attention: OUTCOME_LOST })
  return record(drive, { ...row, attention: DEFERRED_TOO_OLD }, { type: 'expired', number })
}

async function openSealed(
  world: GatewayWorld,
  row: PaymentRow,
  attempt: Attempt,
  detail: AttemptDetails,
): Promise<CardSecrets | 'key_not_yet_here' | null> {
  if (detail.sealed === null) return null
  const { amountMinor, currency } = row.story.money
  const context = {
    account: row.account,
    mode: row.mode,
    device: row.deviceId,
    reader: row.reader,
    payment: row.story.paymentId,
    read: attempt.readId,
    amountMinor,
    currency,
  }
  const opened = await openCard(world.crypto, (keyId) => world.keys.sealKey(keyId), context, detail.sealed)
  if (opened.ok) return opened.secrets
  world.log.error({ payment: row.story.paymentId, code: opened.code }, 'sealed block cannot be opened')
  // Sealed to a key that was made since this process was started: another one has it, or this one after its next start.
  const mayCome = opened.code === 'sealed_key_unknown' && world.clock.wallMs() - row.receivedMs < KEY_NEWS_MS
  return mayCome ? 'key_not_yet_here' : null
}

function identity(
  row: PaymentRow,
  sending: { stan: string; rrn: string; transmittedAtMs: number },
  repeat: boolean,
): MessageIdentity {
  const { stan, rrn, transmittedAtMs } = sending
  const { terminalId, utcOffsetMin, openedMs } = row
  return {
    repeat,
    terminalId,
    stan,
    rrn,
    transmittedAtMs,
    saleMs: openedMs,
    utcOffsetMin,
    money: row.story.money,
  }
}

/** Never beyond the ownership: a frozen owner that wakes up later sends nothing. */
function sendLimits({ world, ownership: own }: Drive, nowMs: number): SendLimits | null {
  const ownership = own()
  if (ownership === null) return null
  const { answerTimeoutMs, sendWithinMs } = world.profile
  return { timeoutMs: answerTimeoutMs, sendBeforeMs: Math.min(nowMs + sendWithinMs, ownership.untilMs) }
}

function detailsOf(row: PaymentRow, attempt: Attempt): AttemptDetails {
  return must(row.details[attempt.number - 1], 'every attempt has its details')
}

function withDetail(row: PaymentRow, detail: AttemptDetails): PaymentRow {
  return { ...row, details: row.details.map((other) => (other.number === detail.number ? detail : other)) }
}

function stateOf({ story }: { readonly story: PaymentStory }, number: number): Attempt['state'] | undefined {
  return story.attempts[number - 1]?.state
}
