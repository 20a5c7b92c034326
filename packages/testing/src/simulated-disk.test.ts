import { beforeEach, expect, test } from 'vitest'
import { createEngine } from './engine.ts'
import { createFaultCounters } from './fault-counters.ts'
import { createRandom } from './random.ts'
import { type DiskChange, type DiskRecord, NO_DISK_FAULTS, simulatedDisk } from './simulated-disk.ts'
import { simulatedProcess } from './simulated-process.ts'

interface Head {
  readonly version: number
}
type Row = DiskRecord<string>
interface Payment {
  readonly paymentId: string
  readonly state: 'OPEN' | 'VOIDED'
}

let engine = createEngine()
let counters = createFaultCounters()

beforeEach(() => {
  engine = createEngine()
  counters = createFaultCounters()
})

function newDisk() {
  return simulatedDisk<Head, string, Row, Payment['state'], Payment>({
    engine,
    random: createRandom('disk'),
    counters,
    name: 'disk',
  })
}

function change(version: number, seq: number): DiskChange<Head, Row, Payment, string> {
  const wire = { header: '{}', signature: '', sealed: 'block', contact: null }
  const append = [{ seq, hash: `hash-${seq}`, wire, verdict: null }]
  return { head: { version }, append, payments: [], verdicts: [], erase: [], values: {} }
}

/** What came of a promise within `ms`. */
async function outcome(promise: Promise<unknown>, ms = 60_000): Promise<unknown> {
  let result: unknown = 'nothing'
  promise.then(
    (value) => (result = value),
    (error: unknown) => (result = error instanceof Error ? error.message : 'thrown'),
  )
  await engine.run(engine.nowMs() + ms)
  return result
}

test('a commit is a compare-and-set: the second of two on one head changes nothing', async () => {
  const disk = newDisk()
  const [a, b] = [disk.open(simulatedProcess(engine, 'a')), disk.open(simulatedProcess(engine, 'b'))]
  const both = Promise.all([a.commit(0, change(1, 1)), b.commit(0, change(1, 1))])
  const answers = await outcome(both)
  expect(answers).toEqual(expect.arrayContaining(['committed', 'head_moved']))
  expect(disk.image().records.size).toBe(1)
})

test('a power cut in the middle of a commit leaves nothing of it, one after it leaves all, and neither answers', async () => {
  for (const [faults, left] of [
    [{ ...NO_DISK_FAULTS, crashTorn: 1 }, 0],
    [{ ...NO_DISK_FAULTS, crashAfterDurable: 1 }, 1],
  ] as const) {
    const disk = newDisk()
    disk.setFaults(faults)
    const process = simulatedProcess(engine, 'till')
    expect(await outcome(disk.open(process).commit(0, change(1, 1)))).toBe('nothing')
    expect(process.isAlive()).toBe(false)
    expect(disk.image().records.size).toBe(left)
  }
})

test('a failed commit rejects, whether it took place or not', async () => {
  for (const [faults, left] of [
    [{ ...NO_DISK_FAULTS, commitFails: 1 }, 0],
    [{ ...NO_DISK_FAULTS, commitFailsApplied: 1 }, 1],
  ] as const) {
    const disk = newDisk()
    disk.setFaults(faults)
    expect(await outcome(disk.open(simulatedProcess(engine, 'till')).commit(0, change(1, 1)))).toBe('EIO')
    expect(disk.image().records.size).toBe(left)
  }
})

test('a full disk refuses records and still takes marks', async () => {
  const disk = newDisk()
  const store = disk.open(simulatedProcess(engine, 'till'))
  await outcome(store.commit(0, change(1, 1)))
  disk.setFull(true)
  expect(await outcome(store.commit(1, change(2, 2)))).toBe('ENOSPC')
  const marks = { ...change(2, 2), append: [], verdicts: [{ seq: 1, verdict: 'received' }], erase: [1] }
  expect(await outcome(store.commit(1, marks))).toBe('committed')
  expect(disk.image().records.get(1)).toMatchObject({ verdict: 'received', wire: { sealed: null } })
  expect(counters.counts().get('disk.full')).toBe(1)
})

test('while the reserve is in use, only what opens a sale is refused, before anything is written', async () => {
  const disk = newDisk()
  const store = disk.open(simulatedProcess(engine, 'till'))
  disk.setFull('reserve_in_use')
  expect(await outcome(store.commit(0, { ...change(1, 1), opensSale: true }))).toBe('ENOSPC')
  expect(disk.image().head).toBeNull()
  expect(await outcome(store.commit(0, change(1, 1)))).toBe('committed')
  expect(counters.counts().get('disk.reserve_in_use')).toBe(1)
})

test('copies of other devices wait by device and number, are never taken twice, and go with their verdict', async () => {
  const disk = newDisk()
  const { copies } = disk.open(simulatedProcess(engine, 'till'))
  const wire = { header: '{}', signature: '', sealed: null, contact: null }
  const copy = (device: string, seq: number) => ({ hash: `${device}-${seq}`, device, seq, wire })
  expect(await outcome(copies.add([copy('b', 1), copy('a', 2), copy('a', 1)]))).toBe(3)
  expect(await outcome(copies.add([copy('a', 1)]))).toBe(0)
  expect(await outcome(copies.waiting('', 9))).toEqual([copy('a', 1), copy('a', 2), copy('b', 1)])
  expect(await outcome(copies.waiting('a', 9))).toEqual([copy('b', 1)])
  await outcome(copies.mark([{ hash: 'a-1', verdict: 'parked' }], { generation: 1, ownSeq: 1, atMs: 0 }))
  expect(await outcome(copies.count())).toEqual({ waiting: 2, parked: 1 })
})

test('a write under way when the program is killed lands or is lost, and never by half', async () => {
  let landed = 0
  const disk = newDisk()
  for (let n = 0; n < 40; n += 1) {
    const process = simulatedProcess(engine, 'till')
    const { head } = disk.image()
    const version = head?.version ?? 0
    void disk.open(process).commit(version, change(version + 1, version + 1))
    process.kill('test')
    await engine.run(engine.nowMs() + 100)
    landed += (disk.image().head?.version ?? 0) - version
    expect(disk.image().records.size).toBe(disk.image().head?.version ?? 0)
  }
  expect(landed).toBeGreaterThan(5)
  expect(landed).toBeLessThan(35)
})

test('a snapshot stands still while the disk goes on, and a restore brings it back', async () => {
  const disk = newDisk()
  const store = disk.open(simulatedProcess(engine, 'till'))
  await outcome(store.commit(0, change(1, 1)))
  const image = disk.snapshot()
  await outcome(store.commit(1, change(2, 2)))
  disk.restore(image)
  expect(await outcome(store.head())).toEqual({ version: 1 })
  expect(await outcome(store.records({ afterSeq: 0, limit: 9 }))).toHaveLength(1)
})
