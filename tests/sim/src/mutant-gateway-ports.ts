import { claimedAttempt } from '@holdfast/core'
import { fromUtf8, utf8 } from '@holdfast/envelope'
import type { AcquirerPort, GatewayStore, MemoryGatewayState, PaymentRow } from '@holdfast/gateway'
import type { CryptoSuite } from '@holdfast/testing'
import type { Mutant } from './mutants.ts'

/** The gateway's store with one deliberate bug. */
export function gatewayStoreWith(
  mutant: Mutant | undefined,
  store: GatewayStore,
  state: MemoryGatewayState,
): GatewayStore {
  if (mutant === 'dedupes_by_time') return dedupingByTime(store, state)
  if (mutant === 'skips_locked_without_an_owner') return withoutOwner(store, state)
  if (mutant === 'late_decline_stored_over') return storingOverDeclines(store, state)
  if (mutant !== 'void_outrun_by_its_payment') return store
  return { ...store, duePayments: (query) => store.duePayments({ ...query, holdMs: 0 }) }
}

/** What follows from payment, attempt and presentation follows from the restore too. */
export function askingAnew(suite: CryptoSuite, state: MemoryGatewayState): CryptoSuite {
  return {
    ...suite,
    crypto(random) {
      const crypto = suite.crypto(random)
      return {
        ...crypto,
        sha256(data) {
          const isReference = state.generation > 1 && RRN_TEXT.test(fromUtf8(data) ?? '')
          return crypto.sha256(isReference ? utf8(`${fromUtf8(data)}/${state.generation}`) : data)
        },
      }
    },
  }
}

const RRN_TEXT = /^pi_\w{24}\/att_\w{24}\/\d+$/

/** The link is whoever's asks for it, and what was decided without it is written all the same. */
function withoutOwner(store: GatewayStore, { links }: MemoryGatewayState): GatewayStore {
  return {
    ...store,
    claimLink(claim) {
      const held = links.get(claim.link)
      if (held !== undefined) links.set(claim.link, { ...held, untilMs: 0 })
      return store.claimLink(claim)
    },
    commit: ({ fence: _none, ...change }) => store.commit(change),
  }
}

function storingOverDeclines(store: GatewayStore, state: MemoryGatewayState): GatewayStore {
  return {
    ...store,
    commit: (change) =>
      change.payments === undefined
        ? store.commit(change)
        : store.commit({ ...change, payments: change.payments.map((row) => askedAgain(row, state)) }),
  }
}

/** A decline of the question that was asked while the customer was there, of a sale that the till has stored since. */
function askedAgain(row: PaymentRow, { payments }: MemoryGatewayState): PaymentRow {
  const { story } = row
  const claimed = claimedAttempt(story)
  const isStored = story.word.said === 'accepted' && story.word.via === 'offline'
  if (!isStored || claimed?.state !== 'declined' || claimed.deferred || claimed.retryAtMs !== null) return row
  const retryAtMs = claimed.answeredAtMs
  const attempts = story.attempts.map((attempt) =>
    attempt.number === claimed.number ? { ...claimed, retryAtMs } : attempt,
  )
  const before = payments.get(`${row.account}/${story.paymentId}`)
  const details = row.details.map((detail, at) => ({
    ...detail,
    sealed: before?.details[at]?.sealed ?? null,
  }))
  return { ...row, story: { ...story, attempts }, details, dueMs: retryAtMs }
}

/** No approval, so whatever it was is taken back. */
export function reversingDeclines(port: AcquirerPort): AcquirerPort {
  return {
    ...port,
    async authorise(message, limits, onLate) {
      const answer = await port.authorise(message, limits, onLate)
      if (answer.kind !== 'declined') return answer
      const { card, stan, transmittedAtMs } = message
      const original = { advice: false, stan, transmittedAtMs }
      const taken = { pan: card.pan, approvalCode: null, why: 'no_answer', original } as const
      await port.reverse({ ...message, ...taken, repeat: false, stan: REVERSAL_STAN }, limits)
      return answer
    },
  }
}

const REVERSAL_STAN = '999999'

const SAME_WITHIN_MS = 60_000

function dedupingByTime(store: GatewayStore, state: MemoryGatewayState): GatewayStore {
  const isRepeat = (row: PaymentRow): boolean =>
    row.version === 0 &&
    [...state.payments.values()].some(
      (known) =>
        known.deviceId === row.deviceId &&
        known.story.paymentId !== row.story.paymentId &&
        known.story.money.amountMinor === row.story.money.amountMinor &&
        Math.abs(known.openedMs - row.openedMs) < SAME_WITHIN_MS,
    )
  return {
    ...store,
    commit(change) {
      const repeats = new Set(change.payments?.filter(isRepeat).map(({ story }) => story.paymentId))
      const isNew = ({ paymentId }: { readonly paymentId: string }): boolean => !repeats.has(paymentId)
      return store.commit({
        ...change,
        payments: change.payments?.filter(({ story }) => isNew(story)) ?? [],
        outcomes: change.outcomes?.filter(isNew) ?? [],
        events: change.events?.filter(isNew) ?? [],
      })
    },
  }
}
