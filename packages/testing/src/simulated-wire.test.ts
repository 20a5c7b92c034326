import { expect, test } from 'vitest'
import { createEngine } from './engine.ts'
import { createFaultCounters } from './fault-counters.ts'
import { createRandom } from './random.ts'
import { simulatedProcess } from './simulated-process.ts'
import { NO_WIRE_FAULTS, simulatedWire, type WireConnection } from './simulated-wire.ts'

async function connected() {
  const engine = createEngine()
  const hosts: WireConnection[] = []
  const wire = simulatedWire({
    engine,
    random: createRandom('wire'),
    counters: createFaultCounters(),
    name: 'wire',
    host: (connection) => void hosts.push(connection),
  })
  const process = simulatedProcess(engine, 'gateway')
  let near: WireConnection | null = null
  void wire
    .dialer(process)
    .dial(new AbortController().signal)
    .then((connection) => (near = connection))
  await engine.run(100)
  const [far] = hosts
  if (near === null || far === undefined) throw new Error('not connected')
  const log: string[] = []
  const ends: { near: WireConnection; far: WireConnection } = { near, far }
  ends.near.onMessage((bytes) => log.push(`near ${bytes.join()}`))
  ends.far.onMessage((bytes) => log.push(`far ${bytes.join()}`))
  ends.near.onClose(() => log.push('near closed'))
  ends.far.onClose(() => log.push('far closed'))
  return { engine, wire, process, ...ends, log }
}

test('messages arrive in the order in which they were sent', async () => {
  const { engine, near, far, log } = await connected()
  for (let n = 1; n <= 5; n += 1) near.send(Uint8Array.of(n))
  far.send(Uint8Array.of(9))
  await engine.run(1_000)
  expect(log.filter((line) => line.startsWith('far'))).toEqual(['far 1', 'far 2', 'far 3', 'far 4', 'far 5'])
  expect(log).toContain('near 9')
})

test('a cut before loses the message, a cut after does not, and both ends see the close', async () => {
  for (const [fault, arrived] of [
    ['cutBefore', false],
    ['cutAfter', true],
  ] as const) {
    const { engine, wire, near, log } = await connected()
    wire.setFaults({ ...NO_WIRE_FAULTS, [fault]: 1 })
    near.send(Uint8Array.of(1))
    await engine.run(1_000)
    expect(log.includes('far 1')).toBe(arrived)
    expect(log).toEqual(expect.arrayContaining(['near closed', 'far closed']))
  }
})

test('a half-open connection carries nothing and looks open', async () => {
  const { engine, wire, near, log } = await connected()
  wire.setState('half_open')
  near.send(Uint8Array.of(1))
  await engine.run(60_000)
  expect(log).toEqual([])
})

test('what a process has sent arrives after its death, and the host sees the end', async () => {
  const { engine, process, near, log } = await connected()
  near.send(Uint8Array.of(1))
  process.kill('test')
  await engine.run(1_000)
  expect(log).toContain('far closed')
  expect(log).not.toContain('near closed')
})
