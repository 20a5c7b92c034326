import {
  advance,
  type Attempt,
  assert,
  isAdvice,
  isBlind,
  must,
  nextStep,
  type PaymentStory,
  presentationOf,
  type StoryEvent,
  UNKNOWN_STAN,
} from '@holdfast/core'
import { openCard } from '@holdfast/envelope'
import type { CardSecrets } from '@holdfast/protocol'
import type { GatewayWorld } from '../gateway-world.ts'
import { openVault, sealVault } from '../payments/card-vault.ts'
import { withFreshDetails } from '../payments/fresh-details.ts'
import { OUTCOME_LOST } from '../payments/resolve-lost-outcome.ts'
import { settle } from '../payments/settle.ts'
import type { AttemptDetails, LinkOwnership, PaymentRow } from '../store/gateway-store.ts'
import type {
  AcquirerAnswer,
  AcquirerPort,
  AdviceMessage,
  MessageIdentity,
  SendLimits,
} from './acquirer-port.ts'
import { retryDelayMs } from './retry-delay.ts'
import { retrievalReference } from './retrieval-reference.ts'

const STEPS_MAX = 20
const ADVICE_TRIES_MAX = 6
/** As after so many failures: half a second to eight, so a backlog comes back apart and soon. */
const ACQUIRER_DOWN_TRIES = 3

export interface Drive {
  readonly world: GatewayWorld
  readonly acquirer: AcquirerPort
  /** Null once the lease of the link has run out. */
  readonly ownership: () => LinkOwnership | null
  readonly nextStan: () => string | null
}

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
    const step = nextStep(row.story, world.profile, nowMs)
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
      case 'wait':
        if (row.dueMs === step.untilMs) return true
        return (await save(drive, row, row)) !== null
    }
  }
  return row !== null
}

async function authorise(
  drive: Drive,
  row: PaymentRow,
  attempt: Attempt,
  nowMs: number,
): Promise<PaymentRow | null> {
  const { world, acquirer } = drive
  if (attempt.state === 'planned' && acquirer.state() === 'down') {
    // Nothing can leave: an outage of the acquirer spends no STAN and does not write each waiting sale twice a second.
    const retryAtMs = nowMs + retryDelayMs(world.crypto, ACQUIRER_DOWN_TRIES)
    return record(drive, row, { type: 'not_sent', number: attempt.number, retryAtMs })
  }
  const detail = detailsOf(row, attempt)
  const opened = await openSealed(world, row, attempt, detail)
  if (opened === null) return save(drive, row, { ...row, attention: 'card_block_unreadable' })
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
  }
  const vault = detail.vault ?? (await sealVault(world, row.story.paymentId, opened))
  const vaulted = withDetail(row, { ...detail, vault })
  const sent = await record(drive, vaulted, { type: 'sent', number: attempt.number, sending })
  if (sent === null || stateOf(sent, attempt.number) !== 'sent') return sent
  const message = {
    ...identity(sent, sending, repeat),
    card: opened,
    contactless: detail.card.entryMode === 'contactless',
  }
  const answer = isAdvice(row.story, attempt)
    ? await acquirer.advise({ ...message, advised: advisedOf(row, detail) }, limits)
    : await acquirer.authorise({ ...message, deferred: attempt.deferred }, limits)
  return settleAnswer(drive, sent, attempt.number, answer, sending.repeats)
}

/** Who has decided: the card says so in its receipt, or the cashier wrote down what the voice said. */
function advisedOf({ story: { word } }: PaymentRow, { receipt }: AttemptDetails): AdviceMessage['advised'] {
  if (word.said === 'accepted' && word.via === 'offline' && word.voiceCode !== undefined)
    return { kind: 'voice', approvalCode: word.voiceCode }
  return { kind: 'card_approved', responseCode: receipt?.authorisationResponseCode === 'Y3' ? 'Y3' : 'Y1' }
}

async function settleAnswer(
  drive: Drive,
  row: PaymentRow,
  number: number,
  answer: AcquirerAnswer,
  repeats: number,
): Promise<PaymentRow | null> {
  const { world } = drive
  const nowMs = world.clock.wallMs()
  const retryAtMs = nowMs + retryDelayMs(world.crypto, repeats)
  switch (answer.kind) {
    case 'approved': {
      const { responseCode, approvalCode } = answer
      // No issuer promises more than it was asked for.
      const approvedMinor = Math.min(answer.amountMinor, row.story.money.amountMinor)
      return record(drive, row, {
        type: 'approved',
        number,
        responseCode,
        approvalCode,
        approvedMinor,
        nowMs,
      })
    }
    case 'declined':
      return record(drive, row, {
        type: 'declined',
        number,
        responseCode: answer.responseCode,
        retryAtMs: null,
        nowMs,
      })
    case 'retry_later': {
      const { responseCode } = answer
      return record(drive, row, {
        type: 'declined',
        number,
        responseCode,
        retryAtMs: nowMs + retryDelayMs(world.crypto, number),
        nowMs,
      })
    }
    case 'refused': {
      // Only technically: the sale is done whatever the host says. After so many tries a human finds out why.
      const waits = repeats < ADVICE_TRIES_MAX ? row : { ...row, attention: 'advice_refused' }
      return record(drive, waits, { type: 'no_answer', number, retryAtMs })
    }
    case 'not_sent':
      return record(drive, row, { type: 'not_sent', number, retryAtMs })
    case 'reversed':
      return record(drive, row, { type: 'found_reversed', number })
    case 'no_answer':
      return record(drive, row, { type: 'no_answer', number, retryAtMs })
  }
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
      why: reversal.why === 'voided' ? 'customer' : 'no_answer',
      original: {
        advice: attempt.advice === true,
        stan: attempt.stan,
        transmittedAtMs: attempt.transmittedAtMs,
      },
    },
    limits,
  )
  const { number, attemptId } = attempt
  if (answer.kind === 'reversed') {
    const isUnsure = answer.wasKnown && (await isInDoubt(world, row))
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
  if (detail.sealed === null) return save(drive, row, { ...row, attention: 'card_block_gone' })
  const result = advance(row.story, { type: 'represented', number: attempt.number, nowMs })
  assert('story' in result, 'a re-presentation is never refused')
  return save(drive, row, withFreshDetails(world, { ...row, story: result.story }, nowMs))
}

/** Applies the event to the newest row; null when the payment moved on without it or the ownership is gone. */
async function record(drive: Drive, row: PaymentRow, event: StoryEvent): Promise<PaymentRow | null> {
  let base = row
  for (let tries = 0; tries < STEPS_MAX; tries += 1) {
    const result = advance(base.story, event)
    if ('refusal' in result) return null
    const next = withFreshDetails(drive.world, { ...base, story: result.story }, drive.world.clock.wallMs())
    const saved = await save(drive, base, next)
    if (saved !== null) return saved
    const fresh = await reload(drive, base)
    if (fresh === null) return null
    // Before a byte has left, what the device said meanwhile is decided on anew.
    if (event.type === 'sent' || event.type === 'reversal_planned') return fresh
    base = { ...fresh, details: mergeVaults(fresh, base), attention: base.attention ?? fresh.attention }
  }
  return null
}

/** Was the database lost since, and may the lost one have asked for this payment? */
async function isInDoubt(world: GatewayWorld, row: PaymentRow): Promise<boolean> {
  return row.asOf < (await world.store.generation())
}

/** Null on conflict. */
async function save(drive: Drive, before: PaymentRow, row: PaymentRow): Promise<PaymentRow | null> {
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

async function openSealed(
  world: GatewayWorld,
  row: PaymentRow,
  attempt: Attempt,
  detail: AttemptDetails,
): Promise<CardSecrets | null> {
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
  return null
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

function mergeVaults(fresh: PaymentRow, mine: PaymentRow): AttemptDetails[] {
  return fresh.details.map((detail, at) => ({
    ...detail,
    vault: detail.vault ?? mine.details[at]?.vault ?? null,
  }))
}

function stateOf({ story }: { readonly story: PaymentStory }, number: number): Attempt['state'] | undefined {
  return story.attempts[number - 1]?.state
}
