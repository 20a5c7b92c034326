import { expect, test } from 'vitest'
import { auditSales } from './audit.ts'
import type {
  AuditAcquirerEntry,
  AuditAttempt,
  AuditDevicePayment,
  AuditGatewayPayment,
  AuditIncrement,
} from './audit-input.ts'

const PAYMENT = 'pi_00000000000000000000000A'
const money = { amountMinor: 1250, currency: 'eur' } as const

function device(state: AuditDevicePayment['state'], drained = true) {
  return { deviceId: 'dev_1', drained, payments: [{ paymentId: PAYMENT, money, state }] }
}

function gateway(
  given: Partial<AuditGatewayPayment>,
  attempts = [attempt('approved', 1)],
): AuditGatewayPayment {
  const base = { paymentId: PAYMENT, deviceId: 'dev_1', terminalId: 'TERM0001', money, attention: null }
  return { ...base, status: 'succeeded', word: 'accepted', attempts, ...given }
}

function attempt(state: AuditAttempt['state'], n: number): AuditAttempt {
  const named = { stan: `00000${n}`, rrn: `RRN00000000${n}` }
  return { state, ...named, approvalCode: null, approvedMinor: null }
}

function entry(n: number, given: Partial<AuditAcquirerEntry> = {}): AuditAcquirerEntry {
  return {
    mti: '0100',
    terminal: 'TERM0001',
    stan: `00000${n}`,
    rrn: `RRN00000000${n}`,
    amountMinor: 1250,
    currency: '978',
    outcome: 'approved',
    responseCode: '00',
    reversed: false,
    chargedMinor: 1250,
    ...given,
  }
}

const reversed = { reversed: true, chargedMinor: 0 } as const
const declined = { outcome: 'declined', responseCode: '51', chargedMinor: 0 } as const
const voided = { status: 'canceled', word: 'voided' } as const

const clean = [
  ['approved online', { d: device('ACCEPTED_ONLINE'), g: gateway({}), a: [entry(1)] }, 'authorised'],
  ['stored, forwarded, approved', { d: device('PROCESSED'), g: gateway({}), a: [entry(1)] }, 'authorised'],
  [
    'stored, forwarded, declined',
    {
      d: device('FAILED_TO_PROCESS'),
      g: gateway({ status: 'declined' }, [attempt('declined', 1)]),
      a: [entry(1, declined)],
    },
    'declined',
  ],
  [
    'stored, forwarded, a part approved and given back since the contract takes none',
    {
      d: device('FAILED_TO_PROCESS'),
      g: gateway({ status: 'declined' }, [attempt('declined', 1)]),
      a: [entry(1, { ...reversed, responseCode: '10' })],
    },
    'declined',
  ],
  ['queued, unknown to the gateway', { d: device('QUEUED', false), g: null, a: [] }, 'pending'],
  ['voided without a trace', { d: device('VOIDED'), g: gateway(voided, []), a: [] }, 'voided'],
  [
    'voided and reversed',
    { d: device('VOIDED'), g: gateway(voided, [attempt('reversed', 1)]), a: [entry(1, reversed)] },
    'voided',
  ],
  [
    'voided, its reversal under way',
    { d: device('VOIDED'), g: gateway(voided, [attempt('reversing', 1)]), a: [entry(1)] },
    'pending',
  ],
  [
    'voided on the device, the void still queued',
    { d: device('VOIDED', false), g: gateway({ word: 'open', status: 'processing' }), a: [entry(1)] },
    'pending',
  ],
  [
    'a second card, the first one reversed',
    {
      d: device('PROCESSED'),
      g: gateway({}, [attempt('reversed', 1), attempt('approved', 2)]),
      a: [entry(1, reversed), entry(2)],
    },
    'authorised',
  ],
] as const

test.each(clean)('%s: no difference', (_, { d, g, a }, standing) => {
  const report = auditSales({ devices: [d], gateway: g === null ? [] : [g], acquirer: a })
  expect(report.differences).toEqual([])
  expect(report).toMatchObject({ sales: 1, [standing]: 1 })
})

const broken = [
  ['accepted_but_missing_at_gateway', { d: device('UPLOADED'), g: null, a: [] }],
  ['accepted_but_parked', { d: device('FAILED_TO_UPLOAD'), g: null, a: [] }],
  [
    'approved_twice',
    {
      d: device('PROCESSED'),
      g: gateway({}, [attempt('reversed', 1), attempt('approved', 2)]),
      a: [entry(1), entry(2)],
    },
  ],
  [
    'approved_but_not_accepted',
    { d: device('VOIDED'), g: gateway(voided, [attempt('reversed', 1)]), a: [entry(1)] },
  ],
  ['accepted_but_reversed', { d: device('PROCESSED'), g: gateway({}), a: [entry(1, reversed)] }],
  ['approval_not_at_acquirer', { d: device('PROCESSED'), g: gateway({}), a: [] }],
  [
    'amount_differs',
    { d: device('PROCESSED'), g: gateway({}), a: [entry(1, { amountMinor: 12.5, chargedMinor: 12.5 })] },
  ],
  ['amount_differs', { d: device('PROCESSED'), g: gateway({}), a: [entry(1, { chargedMinor: 1000 })] }],
  [
    'outcome_differs',
    {
      d: device('PROCESSED'),
      g: gateway({ status: 'declined' }, [attempt('declined', 1)]),
      a: [entry(1, declined)],
    },
  ],
  ['outcome_differs', { d: device('FAILED_TO_PROCESS'), g: gateway({}), a: [entry(1)] }],
  [
    'declined_but_approved',
    {
      d: device('FAILED_TO_PROCESS'),
      g: gateway({ status: 'declined' }, [attempt('declined', 1)]),
      a: [entry(1)],
    },
  ],
  [
    'declined_reversed',
    {
      d: device('FAILED_TO_PROCESS'),
      g: gateway({ status: 'declined' }, [attempt('declined', 1)]),
      a: [entry(1, { ...declined, reversed: true })],
    },
  ],
  ['acquirer_unknown', { d: device('PROCESSED'), g: gateway({}), a: [entry(1), entry(7)] }],
  [
    'missing_on_device',
    {
      d: { deviceId: 'dev_1', drained: true, payments: [] },
      g: gateway({ word: 'open', status: 'requires_payment_method' }, []),
      a: [],
    },
  ],
  ['needs_attention', { d: device('PROCESSED'), g: gateway({ attention: 'outcome_lost' }), a: [entry(1)] }],
  [
    'acceptance_not_known_at_gateway',
    { d: device('PROCESSED'), g: gateway({ word: 'open', status: 'requires_payment_method' }, []), a: [] },
  ],
  ['void_not_known_at_gateway', { d: device('VOIDED'), g: gateway({}), a: [entry(1)] }],
] as const

test.each(broken)('%s is named, with what to do about it', (code, { d, g, a }) => {
  const report = auditSales({ devices: [d], gateway: g === null ? [] : [g], acquirer: a })
  expect(report.differences.map((difference) => difference.code)).toContain(code)
  expect(report.differences.every(({ remedy }) => remedy.length > 0)).toBe(true)
})

test('MC3: a partial approval is what the acquirer charges, and no difference', () => {
  const partial = gateway({}, [{ ...attempt('approved', 1), approvedMinor: 700 }])
  const charged = (chargedMinor: number) =>
    auditSales({ devices: [device('PROCESSED')], gateway: [partial], acquirer: [entry(1, { chargedMinor })] })
  expect(charged(700).differences).toEqual([])
  expect(charged(1_250).differences.map(({ code }) => code)).toEqual(['amount_differs'])
})

test('what was captured, with its tip or less, is what the acquirer charges once it has heard of it', () => {
  const differences = (captured: AuditGatewayPayment['captured'], chargedMinor: number) =>
    auditSales({
      devices: [device('PROCESSED')],
      gateway: [gateway({ captured: captured ?? null })],
      acquirer: [entry(1, { chargedMinor })],
    }).differences.map(({ code }) => code)
  const told = { amountMinor: 1_500, isPresented: true }
  expect(differences(told, 1_500)).toEqual([])
  expect(differences(told, 1_250)).toEqual(['amount_differs'])
  const due = { ...told, isPresented: false }
  expect([differences(due, 1_250), differences(due, 1_500)]).toEqual([[], []])
  expect(differences(due, 1_400)).toEqual(['amount_differs'])
})

test('TM14: what was approved on top is charged with its sale, and what is being asked may be', () => {
  const differences = (states: readonly AuditIncrement['state'][], chargedMinor: number) =>
    auditSales({
      devices: [device('PROCESSED')],
      gateway: [
        gateway({
          status: 'requires_capture',
          increments: states.map((state, at) => ({ state, rrn: `00000000000${at}`, amountMinor: 500 })),
        }),
      ],
      acquirer: [entry(1, { chargedMinor })],
    }).differences.map(({ code }) => code)
  expect(differences(['approved', 'declined', 'reversed', 'canceled'], 1_750)).toEqual([])
  expect(differences(['approved'], 1_250)).toEqual(['amount_differs'])
  expect(differences(['declined'], 1_750)).toEqual(['amount_differs'])
  for (const state of ['sent', 'unknown', 'reversing'] as const) {
    expect([differences([state], 1_250), differences([state], 1_750)]).toEqual([[], []])
    expect(differences([state], 1_500)).toEqual(['amount_differs'])
  }
})

test('0008: more that a lost database had held is named with what counts it, until it is counted or given back', () => {
  const held = (rrn: string, answeredMinor: number, reversed = false) =>
    ({ ids: { rrn }, outcome: 'approved', reversed, answeredMinor }) as const
  const audited = (states: readonly AuditIncrement['state'][], chargedMinor: number) =>
    auditSales({
      devices: [device('PROCESSED')],
      gateway: [
        gateway({
          status: 'requires_capture',
          increments: states.map((state, at) => ({ state, rrn: `INCREMENT00${at}`, amountMinor: 500 })),
        }),
      ],
      acquirer: [
        entry(1, {
          chargedMinor,
          increments: [held('INCREMENT000', 500), held('INCREMENT001', 200), held('INCREMENT002', 90, true)],
        }),
      ],
    }).differences
  expect(audited([], 1_950)).toMatchObject([
    {
      code: 'increment_not_known_at_gateway',
      detail: 'held on top of 1250 eur: 500 by RRN INCREMENT000, then 200 by RRN INCREMENT001',
      remedy: expect.stringContaining('Ask for the same totals again') as string,
    },
  ])
  const codes = (...given: Parameters<typeof audited>) => audited(...given).map(({ code }) => code)
  expect(codes(['approved'], 1_950)).toEqual(['increment_not_known_at_gateway'])
  expect(codes(['canceled'], 1_950)).toEqual(['increment_not_known_at_gateway'])
  expect(codes(['declined'], 1_950)).toEqual(['amount_differs'])
  expect(codes([], 1_900)).toEqual(['amount_differs'])
  expect(codes([], 1_250)).toEqual([])
})

test('a till may have deleted what is settled', () => {
  const device = { deviceId: 'dev_1', drained: true, payments: [] }
  const report = auditSales({ devices: [device], gateway: [gateway({})], acquirer: [entry(1)] })
  expect(report).toMatchObject({ accepted: 1, authorised: 1, differences: [] })
})

test('a device whose journal is not at hand is judged by what the gateway heard', () => {
  const report = auditSales({ devices: [], gateway: [gateway({})], acquirer: [entry(1)] })
  expect(report).toMatchObject({ sales: 1, accepted: 1, authorised: 1, differences: [] })
})
