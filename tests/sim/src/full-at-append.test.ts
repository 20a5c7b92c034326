import { must } from '@holdfast/core'
import type { JournalStore } from '@holdfast/sdk'
import { describe, expect, test } from 'vitest'
import { runShortSale, type SaleVariant, type ShortSale } from './short-sale.ts'

const FULL_MS = 20_000
const APPENDS_MAX = 12
const variants = [
  'approved',
  'stored_offline',
  'lost_then_stored',
  'declined_then_cash',
  'stored_then_void',
] as const satisfies readonly SaleVariant[]

/** From the n-th append of the sale on the disk has no room, for a while (reliability, faults 10 and 11). */
async function fullAt(
  variant: SaleVariant,
  append: number,
  full: true | 'reserve_in_use',
): Promise<ShortSale> {
  let appends = Number.NEGATIVE_INFINITY
  let onFull = (): void => {}
  const journalStore = (store: JournalStore): JournalStore => ({
    ...store,
    commit(expectedVersion, change) {
      if (change.append.length > 0) appends += 1
      if (appends === append) onFull()
      return store.commit(expectedVersion, change)
    },
  })
  return runShortSale(
    variant,
    { dies: 'nobody', atStep: append },
    {
      ports: { journalStore },
      onOpen({ engine, devices }) {
        appends = 0
        const { disk } = must(devices[0], 'there is a till')
        onFull = () => {
          onFull = () => {}
          disk.setFull(full)
          engine.after(FULL_MS, 'space again', () => disk.setFull(false))
        }
      },
    },
  )
}

describe.each(variants)('P1: a sale %s on a disk that is full from any of its appends on', (variant) => {
  test('is refused or ends as it was shown, and nothing that was stored is lost', async () => {
    for (let append = 1; append <= APPENDS_MAX; append += 1) {
      const sale = await fullAt(variant, append, true)
      expect(sale.breaches, `full at append ${append}`).toEqual([])
      if (sale.lastWord === 'approved' || sale.lastWord === 'stored') expect(sale.charges).toBe(1)
      else expect(sale.charges, `full at append ${append}`).toBe(0)
    }
  })

  test('with its reserve is refused before a card is read, or goes on to its end undisturbed', async () => {
    const undisturbed = await runShortSale(variant, { dies: 'nobody', atStep: 0 })
    for (let append = 1; append <= APPENDS_MAX; append += 1) {
      const sale = await fullAt(variant, append, 'reserve_in_use')
      expect(sale.breaches, `full at append ${append}`).toEqual([])
      const expected = append === 1 ? 'nothing' : undisturbed.lastWord
      expect(sale.lastWord, `full at append ${append}`).toBe(expected)
    }
  })
})
