import { expect, test } from 'vitest'
import { createEngine } from './engine.ts'
import { createRandom } from './random.ts'
import { never, simulatedProcess } from './simulated-process.ts'

test('events run by time and then in the order in which they were asked for', async () => {
  const engine = createEngine()
  const seen: string[] = []
  engine.after(5, 'late', () => seen.push(`late ${engine.nowMs()}`))
  engine.after(2, 'first', () => seen.push('first'))
  engine.after(2, 'second', () => seen.push('second'))
  const takeBack = engine.after(3, 'never', () => seen.push('never'))
  takeBack()
  expect(await engine.run(10)).toBe(false)
  expect(seen).toEqual(['first', 'second', 'late 5'])
  expect(engine.nowMs()).toBe(10)
})

test('every promise that can settle has settled before the next event', async () => {
  const engine = createEngine()
  const seen: string[] = []
  engine.after(1, 'a', () => {
    void (async () => {
      for (let turn = 0; turn < 1_000; turn += 1) await Promise.resolve()
      seen.push('end of a long chain')
    })()
  })
  engine.after(1, 'b', () => seen.push('next event'))
  await engine.run(1)
  expect(seen).toEqual(['end of a long chain', 'next event'])
})

test('the trace hash is the same for the same history and another for another one', async () => {
  const history = async (seed: string): Promise<string> => {
    const engine = createEngine()
    const random = createRandom(seed)
    for (let n = 0; n < 20; n += 1)
      engine.after(random.int(0, 9), `event ${n}`, () => engine.tell(`did ${n}`))
    await engine.run(10)
    return engine.traceHash()
  }
  expect(await history('1')).toBe(await history('1'))
  expect(await history('1')).not.toBe(await history('2'))
})

test('a killed process keeps no timer and no promise', async () => {
  const engine = createEngine()
  const process = simulatedProcess(engine, 'till')
  const seen: string[] = []
  process.timer(5, 'timer', () => seen.push('timer'))
  void never().then(() => seen.push('never'))
  engine.after(1, 'answer', () => process.deliver(() => seen.push('before')))
  engine.after(2, 'kill', () => process.kill('test'))
  engine.after(3, 'answer', () => process.deliver(() => seen.push('after')))
  await engine.run(10)
  expect(seen).toEqual(['before'])
  expect(process.step('any')).toBe(false)
})

test('a frozen process does late what fell due meanwhile, and what it took back not at all', async () => {
  const engine = createEngine()
  const process = simulatedProcess(engine, 'till')
  const seen: string[] = []
  process.timer(5, 'timer', () => seen.push(`timer at ${engine.nowMs()}`))
  const takeBack = process.timer(6, 'timer', () => seen.push('taken back'))
  process.freeze(50)
  engine.after(40, 'take back', takeBack)
  await engine.run(100)
  expect(seen).toEqual(['timer at 50'])
})

test('a process dies exactly at the step that it was told to', () => {
  const process = simulatedProcess(createEngine(), 'till')
  process.crashAtStep(3)
  expect([1, 2, 3, 4].map((n) => process.step(`step ${n}`))).toEqual([true, true, false, false])
  expect(process.steps()).toBe(3)
})

test('random draws are uniform enough and repeat with their seed', () => {
  const random = createRandom('7')
  const draws = Array.from({ length: 10_000 }, () => random.int(0, 9))
  for (let digit = 0; digit < 10; digit += 1) {
    const count = draws.filter((draw) => draw === digit).length
    expect(count).toBeGreaterThan(850)
    expect(count).toBeLessThan(1_150)
  }
  const again = createRandom('7')
  expect(draws.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => again.int(0, 9)))
})

test('a leap keeps the order and the distance of what is due', async () => {
  const engine = createEngine()
  const seen: string[] = []
  engine.after(5, 'late', () => seen.push(`late ${engine.nowMs()}`))
  engine.after(2, 'early', () => seen.push(`early ${engine.nowMs()}`))
  await engine.run(1)
  engine.leap(1_000)
  expect(engine.nowMs()).toBe(1_001)
  await engine.run(1_010)
  expect(seen).toEqual(['early 1002', 'late 1005'])
})
