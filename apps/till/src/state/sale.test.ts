import type { CardFacts } from '@holdfast/core'
import type { PaymentIntent } from '@holdfast/sdk'
import { describe, expect, test } from 'vitest'
import { advance, isBusy, NO_SALE, type Sale, type SaleEvent } from './sale.ts'

const money = { amountMinor: 1250, currency: 'eur' } as const
const intent: PaymentIntent = {
  paymentId: 'pi_1',
  saleId: 'sale_1',
  money,
  captureMethod: 'automatic',
  offlineBehavior: 'prefer_online',
  offlineRefusal: null,
  offlineNeeds: [],
}
const card: CardFacts = {
  brand: 'visa',
  last4: '4242',
  bin: '42424242',
  expMonth: 12,
  expYear: 2030,
  entryMode: 'contact',
  cvm: 'offline_pin',
  aid: 'A0000000031010',
  applicationLabel: 'VISA CREDIT',
  fingerprint: 'f',
}
const receipt = {
  applicationPreferredName: '',
  applicationCryptogram: '',
  cryptogramType: 'ARQC',
  terminalVerificationResults: '',
  transactionStatusInformation: '',
  authorisationResponseCode: '',
} as const

const paid: SaleEvent = { type: 'paid', money }
const created: SaleEvent = { type: 'created', result: { status: 'created', intent } }
const collected: SaleEvent = { type: 'collected', result: { status: 'collected', card } }
const canceled: SaleEvent = { type: 'collected', result: { status: 'canceled' } }
const approved: SaleEvent = {
  type: 'confirmed',
  result: {
    status: 'approved',
    paymentId: 'pi_1',
    approvalCode: 'A1',
    approvedMinor: 1250,
    owedMinor: 0,
    card,
    receipt,
  },
}
const stored: SaleEvent = {
  type: 'confirmed',
  result: { status: 'stored', paymentId: 'pi_1', kind: 'deferred', why: 'internet', card, receipt },
}
const declined: SaleEvent = {
  type: 'confirmed',
  result: { status: 'declined', paymentId: 'pi_1', responseCode: '51' },
}
const refused: SaleEvent = {
  type: 'confirmed',
  result: { status: 'refused', code: 'offline_amount_above_limit' },
}

function after(...events: SaleEvent[]): Sale {
  return events.reduce(advance, NO_SALE)
}

describe('a sale on the screen', () => {
  test('goes from Pay over the card to the answer', () => {
    expect(after(paid).step).toBe('opening')
    expect(after(paid, created).step).toBe('waiting')
    expect(after(paid, created, collected).step).toBe('deciding')
    expect(after(paid, created, collected, approved)).toMatchObject({ step: 'approved', approvalCode: 'A1' })
  })

  test('stored is an outcome of its own and never carries an approval code', () => {
    const sale = after(paid, created, collected, stored)
    expect(sale).toMatchObject({ step: 'stored', kind: 'deferred', why: 'internet' })
    expect(sale).not.toHaveProperty('approvalCode')
  })

  test('a decline keeps the sale for another card', () => {
    expect(after(paid, created, collected, declined, { type: 'other_card' })).toMatchObject({
      step: 'waiting',
      again: true,
      intent: { paymentId: 'pi_1' },
    })
  })

  test('a refused card can be followed by another one or by cash', () => {
    const sale = after(paid, created, collected, refused)
    expect(sale).toMatchObject({ step: 'refused', code: 'offline_amount_above_limit' })
    expect(advance(sale, { type: 'given_up' }).step).toBe('closing')
  })

  test('cancelling while the reader waits closes the sale by a void', () => {
    expect(after(paid, created, canceled).step).toBe('closing')
    expect(after(paid, created, canceled, { type: 'closed', refusal: null })).toBe(NO_SALE)
  })

  test('a void that could not be written leaves the sale on the screen with the reason', () => {
    const sale = after(paid, created, canceled, { type: 'closed', refusal: 'journal_failed' })
    expect(sale).toMatchObject({ step: 'refused', code: 'journal_failed', intent })
  })

  test('a sale that was never opened has nothing to close', () => {
    const sale = after(paid, { type: 'created', result: { status: 'refused', code: 'journal_failed' } })
    expect(sale).toMatchObject({ step: 'refused', intent: null })
    expect(advance(sale, { type: 'given_up' })).toBe(NO_SALE)
    expect(advance(sale, { type: 'other_card' })).toBe(sale)
  })

  test('while the bank is asked nothing that is pressed changes anything', () => {
    const deciding = after(paid, created, collected)
    for (const event of [paid, { type: 'other_card' }, { type: 'given_up' }, { type: 'finished' }] as const)
      expect(advance(deciding, event)).toBe(deciding)
  })

  test('a late answer never replaces a newer sale', () => {
    const next = after(paid, created, collected, approved, { type: 'finished' }, paid)
    expect(advance(next, stored)).toBe(next)
    expect(advance(next, collected)).toBe(next)
  })

  test('a fault of the till ends in words and never in a spinner', () => {
    expect(after(paid, created, collected, { type: 'broken' })).toMatchObject({
      step: 'refused',
      code: 'till_fault',
    })
    const done = after(paid, created, collected, approved)
    expect(advance(done, { type: 'broken' })).toBe(done)
  })

  test('"store now" is offered while the bank thinks and where it may be, and nowhere else', () => {
    const deciding = after(paid, created, collected)
    expect(deciding).toMatchObject({ mayStoreNow: false })
    expect(advance(deciding, { type: 'bank_asked', mayStore: true })).toMatchObject({ mayStoreNow: true })
    expect(advance(deciding, { type: 'bank_asked', mayStore: false })).toMatchObject({ mayStoreNow: false })
    const waiting = after(paid, created)
    expect(advance(waiting, { type: 'bank_asked', mayStore: true })).toBe(waiting)
  })

  test('what only a person can add is asked for, one thing after the other, and nothing that was given is lost', () => {
    const needs = (code: 'offline_approval_required' | 'offline_contact_required'): SaleEvent => {
      return { type: 'confirmed', result: { status: 'refused', code } }
    }
    const asking = after(paid, created, collected, needs('offline_approval_required'))
    expect(asking).toMatchObject({ step: 'asking', need: 'offline_approval_required', given: {} })
    expect(isBusy(asking)).toBe(true)
    const approvedBy = advance(asking, { type: 'consented', consent: { approver: 'Ada' } })
    expect(approvedBy).toMatchObject({ step: 'deciding', given: { approver: 'Ada' } })
    const again = advance(approvedBy, needs('offline_contact_required'))
    expect(again).toMatchObject({ step: 'asking', need: 'offline_contact_required' })
    const contact = { email: null, phone: '+33 1 23 45 67 89' }
    const both = advance(again, { type: 'consented', consent: { contact } })
    expect(both).toMatchObject({ step: 'deciding', given: { approver: 'Ada', contact } })
    expect(advance(both, stored)).toMatchObject({ step: 'stored' })
    expect(advance(asking, { type: 'given_up' })).toMatchObject({ step: 'closing' })
    const waiting = after(paid, created)
    expect(advance(waiting, { type: 'consented', consent: { approver: 'Ada' } })).toBe(waiting)
  })

  test('only between sales and on a good outcome may a new version take over', () => {
    expect(isBusy(NO_SALE)).toBe(false)
    expect(isBusy(after(paid, created, collected, approved))).toBe(false)
    expect(isBusy(after(paid, created))).toBe(true)
    expect(isBusy(after(paid, created, collected, declined))).toBe(true)
  })
})

describe('MC3: a part that the bank approves', () => {
  const part: SaleEvent = {
    type: 'confirmed',
    result: {
      status: 'approved',
      paymentId: 'pi_1',
      approvalCode: 'A1',
      approvedMinor: 700,
      owedMinor: 550,
      card,
      receipt,
    },
  }

  test('is a result of its own, and nobody reloads the page over it', () => {
    const sale = after(paid, created, collected, part)
    expect(sale).toMatchObject({ step: 'partly_approved', money, approvedMinor: 700, owedMinor: 550 })
    expect(isBusy(sale)).toBe(true)
  })

  test('ends when the cashier has chosen what follows', () => {
    expect(after(paid, created, collected, part, { type: 'finished' })).toBe(NO_SALE)
  })
})

describe('a sale that the bank may still approve by telephone', () => {
  const referred: SaleEvent = {
    type: 'confirmed',
    result: { status: 'declined', paymentId: 'pi_1', responseCode: '01', voicePossible: true },
  }
  const tooLarge: SaleEvent = {
    type: 'confirmed',
    result: { status: 'refused', code: 'offline_amount_above_limit', voicePossible: true },
  }

  test.each([referred, tooLarge])('asks for the code of the bank, and confirms with it (%#)', (event) => {
    const asking = after(paid, created, collected, event)
    expect(asking).toMatchObject({ step: 'asking', need: 'voice_code' })
    const consented = advance(asking, { type: 'consented', consent: { voiceCode: 'AB12' } })
    expect(consented).toMatchObject({ step: 'deciding', given: { voiceCode: 'AB12' } })
  })

  test('goes on as it was refused where the bank gives none', () => {
    expect(after(paid, created, collected, referred, { type: 'no_code' })).toMatchObject({
      step: 'declined',
      responseCode: '01',
    })
    expect(after(paid, created, collected, tooLarge, { type: 'no_code' })).toMatchObject({
      step: 'refused',
      code: 'offline_amount_above_limit',
    })
  })

  test('the code is kept when a supervisor is asked after it', () => {
    const need: SaleEvent = {
      type: 'confirmed',
      result: { status: 'refused', code: 'offline_approval_required' },
    }
    const code: SaleEvent = { type: 'consented', consent: { voiceCode: 'AB12' } }
    const approver: SaleEvent = { type: 'consented', consent: { approver: 'Ada' } }
    expect(after(paid, created, collected, tooLarge, code, need, approver)).toMatchObject({
      step: 'deciding',
      given: { voiceCode: 'AB12', approver: 'Ada' },
    })
  })
})
