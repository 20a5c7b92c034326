import { DatabaseError } from 'pg'
import { beforeEach, describe, expect, test } from 'vitest'
import { sampleId, samplePayment } from '../test-support/sample-rows.ts'
import { createCommitLanes } from './commit-lanes.ts'
import type { GatewayChange } from './gateway-store.ts'

type Outcome = 'committed' | 'conflict'

/** A database that ends its transactions when the test says so. */
let written: string[][]
let ends: PromiseWithResolvers<Outcome>[]
let commit: (change: GatewayChange) => Promise<Outcome>

beforeEach(() => {
  written = []
  ends = []
  commit = createCommitLanes((changes) => {
    written.push(changes.map(nameOf))
    const end = Promise.withResolvers<Outcome>()
    ends.push(end)
    return end.promise
  })
})

const payment = (n: number): GatewayChange => ({ payments: [samplePayment(n)] })
const voided = (n: number): GatewayChange => ({
  voids: [
    {
      account: samplePayment(n).account,
      paymentId: sampleId('pi', n),
      deviceId: sampleId('dev', 1),
      reason: 'canceled',
    },
  ],
})

function nameOf({ payments = [], voids = [] }: GatewayChange): string {
  const id = payments[0]?.story.paymentId ?? voids[0]?.paymentId ?? ''
  return String(Number(id.slice(3)))
}

/** Fills every lane, so that what comes now waits. */
function fill(): void {
  for (const n of [101, 102, 103, 104]) void commit(payment(n))
}

/** Ends what is running in the order in which it began. */
async function end(...outcomes: (Outcome | Error)[]): Promise<void> {
  for (const outcome of outcomes) {
    const next = ends.shift()
    if (outcome instanceof Error) next?.reject(outcome)
    else next?.resolve(outcome)
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
}

test('a change that comes alone is written at once and alone', async () => {
  const done = commit(payment(1))
  expect(written).toEqual([['1']])
  await end('committed')
  expect(await done).toBe('committed')
})

test('what comes while all lanes are busy is written together, in its order', async () => {
  fill()
  const done = [1, 2, 3].map((n) => commit(payment(n)))
  expect(written).toHaveLength(4)
  await end('committed')
  expect(written.slice(4)).toEqual([['1', '2', '3']])
  await end('committed', 'committed', 'committed', 'committed')
  expect(await Promise.all(done)).toEqual(['committed', 'committed', 'committed'])
})

test('no payment is twice in one transaction, neither by itself nor by its void', async () => {
  fill()
  for (const change of [payment(1), payment(2), payment(1), payment(3), voided(3)]) void commit(change)
  await end('committed', 'committed', 'committed')
  expect(written.slice(4)).toEqual([['1', '2'], ['1', '3'], ['3']])
})

test('a transaction has no more rows than its limit, and one change that is larger goes alone', async () => {
  fill()
  const large: GatewayChange = { payments: Array.from({ length: 80 }, (_, at) => samplePayment(200 + at)) }
  for (let n = 1; n <= 70; n += 1) void commit(payment(n))
  void commit(large)
  void commit(payment(90))
  await end('committed', 'committed', 'committed', 'committed')
  expect(written.slice(4).map((group) => group.length)).toEqual([64, 6, 1, 1])
})

describe('when a shared transaction is refused', () => {
  test('by a conflict, each change is tried alone and has its own outcome', async () => {
    fill()
    const done = [1, 2, 3].map((n) => commit(payment(n)))
    await end('committed', 'committed', 'committed', 'committed', 'conflict')
    await end('committed', 'conflict', 'committed')
    expect(written.slice(5)).toEqual([['1'], ['2'], ['3']])
    expect(await Promise.all(done)).toEqual(['committed', 'conflict', 'committed'])
  })

  test('by the database, the one at fault does not take the others with it', async () => {
    fill()
    const done = Promise.allSettled([1, 2].map((n) => commit(payment(n))))
    const refused = new DatabaseError('duplicate key', 0, 'error')
    await end('committed', 'committed', 'committed', 'committed', refused, refused, 'committed')
    expect((await done).map((result) => result.status)).toEqual(['rejected', 'fulfilled'])
  })

  test('with an unknown outcome, nothing is tried again and everybody is told', async () => {
    fill()
    const done = Promise.allSettled([1, 2].map((n) => commit(payment(n))))
    const lost = new Error('connection lost')
    await end('committed', 'committed', 'committed', 'committed', lost)
    expect(written).toHaveLength(5)
    for (const result of await done) expect(result).toMatchObject({ reason: lost })
  })
})
