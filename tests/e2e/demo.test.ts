import { freeBasePort } from '@holdfast/local'
import { expect, it } from 'vitest'

import { dropHome, newHome, runLocal } from './support/running-stack.ts'

interface DemoAnswer {
  readonly ok: boolean
  readonly seconds: number
  readonly sales: readonly { readonly part: string; readonly result: string; readonly end: string }[]
  readonly money: {
    readonly tip: { readonly paymentId: string; readonly amountMinor: number; readonly tipMinor: number }
    readonly batches: readonly { readonly state: string; readonly sales: { readonly count: number } }[]
    readonly payouts: readonly {
      readonly status: string
      readonly amountMinor: number
      readonly items: readonly {
        readonly paymentId: string
        readonly amountMinor: number
        readonly netMinor: number
      }[]
    }[]
  }
  readonly books: readonly string[]
  readonly audit: { readonly sales: number; readonly pending: number; readonly differences: unknown[] }
}

it('npm run demo: an outage day in under 60 s that ends with a clean audit', async () => {
  const home = newHome()
  try {
    const demo = await runLocal('demo', { home, basePort: await freeBasePort() }, ['--json'])
    expect(demo.code, demo.output).toBe(0)
    const { ok, seconds, sales, money, books, audit } = JSON.parse(demo.stdout) as DemoAnswer
    expect(ok).toBe(true)
    expect(seconds).toBeLessThan(60)
    expect(audit).toMatchObject({ pending: 0, differences: [] })
    expect(books).toEqual([])
    const online = sales.filter(({ part }) => part === 'online')
    const offline = sales.filter(({ part }) => part === 'offline')
    // Three more online for a card that is approved in part and the rest on another, four after the restore, one that is
    // captured with its tip, one more offline by telephone.
    expect([online.length, offline.length]).toEqual([28, 31])
    expect(online.filter(({ result }) => result === 'approved')).toHaveLength(26)
    expect(demo.output).toMatch(/approved, .* still to pay: paid by another card/)
    expect(demo.output).toMatch(/a code that the bank gave by telephone: stored/)
    expect(offline.filter(({ result }) => result === 'stored').length).toBeGreaterThanOrEqual(25)
    expect(offline.filter(({ end }) => end.startsWith('declined 51')).length).toBeGreaterThanOrEqual(1)
    expect(demo.output).toMatch(/the gateway, process \d+, was killed -9 with [1-9]\d* of \d+ payments still/)
    const restore =
      /backed up, while it works[^]*put back to the backup[^]*brought back what it had forgotten[^]*sells on: 4 approved/
    expect(demo.output).toMatch(restore)
    // ST16: everything that was sold is in a batch, paid for, and in a payout that is what its payments are.
    const paid = money.payouts.flatMap(({ items }) => items)
    expect(new Set(paid.map(({ paymentId }) => paymentId)).size).toBe(paid.length)
    expect(paid).toHaveLength(sales.filter(({ end }) => end.startsWith('paid')).length)
    expect(money.batches.reduce((sum, { sales: { count } }) => sum + count, 0)).toBe(paid.length)
    expect(paid.find(({ paymentId }) => paymentId === money.tip.paymentId)?.amountMinor).toBe(5_300)
    for (const { status, amountMinor, items } of money.payouts) {
      expect(status).toBe('paid')
      expect(items.reduce((sum, { netMinor }) => sum + netMinor, 0)).toBe(amountMinor)
    }
    expect(demo.output).toMatch(/cashier-2, process \d+, was killed -9 in the middle/)
  } finally {
    dropHome(home)
  }
})
