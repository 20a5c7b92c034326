import { createFaultCounters } from '@holdfast/testing'
import { expect, test } from 'vitest'
import { type Circumstances, type Mutant, mutants } from './mutants.ts'
import { runDay } from './scenario.ts'
import type { Breach } from './watch.ts'

const SEEDS = 6
const RESTORED_SEEDS = 2
/** No seed is picked by hand: from the first one on, each of them is found within ten. */
const MUTANT_SEED = 1
const MUTANT_SEEDS_MAX = 40

test(`P1, P2: ${SEEDS} days with every fault end even: nothing lost, nothing charged twice`, async () => {
  const totals = createFaultCounters()
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { world } = await runDay(String(seed))
    expect(world.watch.breaches(), `seed ${seed}`).toEqual([])
    totals.add(world.counters)
  }
  const never = totals.never()
  for (const state of [
    'shown.stored',
    'shown.approved',
    'net.answer_lost',
    'net.duplicated',
    'device.killed',
    'gateway.killed',
    'state.scan_finds_card_at_acquirer',
  ])
    expect(never).not.toContain(state)
})

/** Found by long runs, each of another fault. What they draw moves with the world; that they once were the only ones does not. */
test.each([2005, 4319, 5204, 6712, 7436, 7914, 9245, 10104, 19028])(
  'P1, P2, P7: day %s, which once broke a promise, keeps them all',
  async (seed) => {
    const { world } = await runDay(String(seed))
    expect(world.watch.breaches()).toEqual([])
  },
)

test.each([
  ['P7: the gateway comes back from a backup', 'gateway', 'gateway.restored'],
  ['a till comes back from a copy', 'till', 'device.restored'],
  ['a copy of a till sells beside it and both are frozen', 'clone', 'device.cloned'],
  ['a till breaks down and another one carries its queue', 'carry', 'device.queue_carried'],
] as const)(
  `P1, P2: ${RESTORED_SEEDS} days on which %s charge nobody twice and hide nothing`,
  async (_, restore, counter) => {
    let met = 0
    for (let seed = 1; seed <= RESTORED_SEEDS; seed += 1) {
      const { world } = await runDay(String(seed), { restore })
      expect(world.watch.breaches(), `seed ${seed}`).toEqual([])
      met += world.counters.counts().get(counter) ?? 0
    }
    expect(met).toBeGreaterThan(0)
  },
)

test('the same seed is the same day, another one is another', async () => {
  const [a, b, c] = [await runDay('7'), await runDay('7'), await runDay('8')]
  expect(a.hash).toBe(b.hash)
  expect(a.hash).not.toBe(c.hash)
})

const clean = new Map<string, Promise<readonly Breach[]>>()

/** Of the day without any bug; most mutants are found on the same few days. */
function breachesWithout(seed: number, circumstances: Circumstances): Promise<readonly Breach[]> {
  const key = `${seed} ${circumstances}`
  const known =
    clean.get(key) ?? runDay(String(seed), { circumstances }).then(({ world }) => world.watch.breaches())
  clean.set(key, known)
  return known
}

const named = Object.keys(mutants) as Mutant[]

test.each(named.map((mutant) => [mutants[mutant].says, mutant] as const))(
  'a world with %s is noticed by the promise that names it, and the same day without it is clean (%s)',
  async (_, mutant) => {
    const { circumstances, noticedBy } = mutants[mutant]
    for (let seed = MUTANT_SEED; seed < MUTANT_SEED + MUTANT_SEEDS_MAX; seed += 1) {
      const { world } = await runDay(String(seed), { mutant })
      if (!world.watch.breaches().some(({ promise, detail }) => noticedBy.test(`${promise}: ${detail}`)))
        continue
      expect(await breachesWithout(seed, circumstances), `seed ${seed}, without it`).toEqual([])
      return
    }
    expect.fail(`no seed noticed it: ${mutant}`)
  },
)
