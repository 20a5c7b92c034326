import { expect, test } from 'vitest'
import { auditSales } from './audit.ts'
import type { AuditAcquirerEntry, AuditGatewayRefund } from './audit-input.ts'

const PAYMENT = 'pi_00000000000000000000000A'
const money = { amountMinor: 1_250, currency: 'eur' } as const
const named = { terminalId: 'TERM0001', money }

const payment = {
  ...named,
  paymentId: PAYMENT,
  deviceId: 'dev_1',
  status: 'succeeded' as const,
  word: 'accepted' as const,
  attention: null,
  attempts: [
    {
      state: 'approved' as const,
      stan: '000001',
      rrn: 'SALE00000001',
      approvalCode: 'A',
      approvedMinor: null,
    },
  ],
}

function refund(
  amountMinor: number,
  status: AuditGatewayRefund['status'] = 'succeeded',
  paymentId: string | null = PAYMENT,
): AuditGatewayRefund {
  const money = { amountMinor, currency: 'eur' } as const
  return { refundId: `re_${amountMinor}`, paymentId, terminalId: 'TERM0001', money, status }
}

const sale: AuditAcquirerEntry = {
  mti: '0200',
  terminal: 'TERM0001',
  stan: '000001',
  rrn: 'SALE00000001',
  amountMinor: 1_250,
  currency: '978',
  outcome: 'approved',
  responseCode: '00',
  reversed: false,
  chargedMinor: 1_250,
  kind: 'online',
}

function paid(amountMinor: number, given: Partial<AuditAcquirerEntry> = {}): AuditAcquirerEntry {
  const ids = { stan: '000002', rrn: `BACK${amountMinor}` }
  const money = { amountMinor, chargedMinor: -amountMinor }
  return { ...sale, ...ids, ...money, kind: 'refund', saleRrn: 'SALE00000001', ...given }
}

const unlinked: Partial<AuditAcquirerEntry> = { saleRrn: undefined }
const takenBack = { reversed: true, chargedMinor: 0 }

test.each<[string, readonly AuditGatewayRefund[], readonly AuditAcquirerEntry[], readonly string[]]>([
  ['given back in parts, on both sides', [refund(500), refund(750)], [paid(750), paid(500)], []],
  ['given back twice', [refund(500)], [paid(500), paid(500)], ['refund_unknown']],
  ['taken back before it was asked again', [refund(500)], [paid(500, takenBack), paid(500)], []],
  ['never paid', [refund(500)], [], ['refund_not_at_acquirer']],
  ['another amount', [refund(500)], [paid(600)], ['refund_not_at_acquirer', 'refund_unknown']],
  ['under way', [refund(500, 'submitted')], [], []],
  ['under way, and paid already', [refund(500, 'submitted')], [paid(500)], []],
  ['failed, and paid', [refund(500, 'failed')], [paid(500)], ['refund_unknown']],
  ['asked for by nobody', [], [paid(500)], ['refund_unknown']],
  ['of a sale that nobody knows', [], [paid(500, { saleRrn: 'SALE00000009' })], ['refund_unknown']],
  ['without a payment', [refund(500, 'succeeded', null)], [paid(500, unlinked)], []],
  [
    'without a payment, twice',
    [refund(500, 'succeeded', null)],
    [paid(500, unlinked), paid(500, unlinked)],
    ['refund_unknown'],
  ],
  [
    'in another currency',
    [refund(500)],
    [paid(500, { currency: '840' })],
    ['refund_not_at_acquirer', 'refund_unknown'],
  ],
])('P2: a refund %s', (_what, refunds, entries, codes) => {
  const report = auditSales({ devices: [], gateway: [payment], acquirer: [sale, ...entries], refunds })
  expect(report.differences.map(({ code }) => code)).toEqual(codes)
})

test('P1: what a till has asked to give back must be with the gateway once the till is drained', () => {
  const followUps = { refunds: [{ refundId: 're_500' }] }
  const codes = (drained: boolean, refunds: readonly AuditGatewayRefund[]) => {
    const payments = [{ paymentId: PAYMENT, money, state: 'PROCESSED' as const, followUps }]
    const devices = [{ deviceId: 'dev_1', drained, payments }]
    const acquirer = refunds.length === 0 ? [sale] : [sale, paid(500)]
    return auditSales({ devices, gateway: [payment], acquirer, refunds }).differences.map(({ code }) => code)
  }
  expect(codes(false, [])).toEqual([])
  expect(codes(true, [])).toEqual(['refund_not_known_at_gateway'])
  expect(codes(true, [refund(500)])).toEqual([])
})

test('where refunds are not looked at, nothing is said of them', () => {
  const report = auditSales({ devices: [], gateway: [payment], acquirer: [sale, paid(500)] })
  expect(report.differences).toEqual([])
})
