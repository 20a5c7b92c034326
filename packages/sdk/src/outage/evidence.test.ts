import { expect, test } from 'vitest'
import { describeEvidence, type Evidence, EvidenceList } from './evidence.ts'
import { outageOf } from './outage-of.ts'

const page = (status: number) => ({ reached: true, status, body: '<html>', retryAfterMs: null }) as const
const lost = (why: 'timeout' | 'dns' | 'tls' | 'refused' | 'offline') => ({ reached: false, why }) as const

test.each([
  // A page or a redirect in the gateway's name is a portal, whatever else answers.
  [page(200), true, 'internet'],
  [page(302), true, 'internet'],
  [page(511), true, 'internet'],
  // An error is somebody's own, unless nothing else answers either.
  [page(503), true, 'service'],
  [page(503), false, 'internet'],
  [page(503), null, 'service'],
  [page(404), null, 'service'],
  // Silence says nothing by itself.
  [lost('timeout'), true, 'service'],
  [lost('timeout'), false, 'internet'],
  [lost('timeout'), null, 'internet'],
  [lost('refused'), true, 'service'],
  [lost('dns'), true, 'service'],
  [lost('tls'), false, 'internet'],
  [lost('offline'), null, 'internet'],
] as const)('SQ1: %j with another place answering %s is an outage of the %s', (answer, elsewhere, outage) => {
  expect(outageOf(answer, elsewhere)).toBe(outage)
})

test('SQ2: the newest finding of each thing tried, in order, as lines that a person can read', () => {
  const list = new EvidenceList()
  list.note(evidence({ tried: 'ping', found: 'signed' }))
  list.note(evidence({ tried: 'elsewhere', target: 'https://example.org', found: 'answered', tookMs: 40.4 }))
  list.note(evidence({ tried: 'ping', found: 'unsigned', status: 200 }))
  list.note(evidence({ tried: 'attempt', found: 'timeout', tookMs: 1_000 }))
  expect(list.all().map(describeEvidence)).toEqual([
    'https://example.org: answered (40 ms)',
    'gateway, signed ping: HTTP 200 that the gateway did not sign (5 ms)',
    'gateway, a payment: no answer in time (1000 ms)',
  ])
})

test('faults 48 and 49: a name that is not found and a certificate that is not accepted are named', () => {
  expect(describeEvidence(evidence({ found: 'dns' }))).toContain('DNS')
  expect(describeEvidence(evidence({ found: 'tls' }))).toContain('TLS')
})

function evidence(part: Partial<Evidence>): Evidence {
  return { tried: 'ping', target: null, found: 'signed', status: null, tookMs: 5, atMs: 1, ...part }
}
