import { beforeEach, expect, test } from 'vitest'
import { createEngine } from './engine.ts'
import { createFaultCounters } from './fault-counters.ts'
import { createRandom } from './random.ts'
import { NO_NETWORK_FAULTS, type NetworkFaults, simulatedLink } from './simulated-network.ts'
import { simulatedProcess } from './simulated-process.ts'

let engine = createEngine()
let served = 0

beforeEach(() => {
  engine = createEngine()
  served = 0
})

function newLink() {
  return simulatedLink({
    engine,
    random: createRandom('net'),
    counters: createFaultCounters(),
    name: 'link',
    server() {
      served += 1
      return {
        answer: Promise.resolve({ status: 200, body: 'served', retryAfterMs: null }),
        onGone: () => {},
      }
    },
  })
}

const request = { method: 'GET', path: '/device/v1/ping', headers: {}, body: null, timeoutMs: 1_000 } as const

async function ask(link: ReturnType<typeof newLink>): Promise<unknown> {
  let answer: unknown = null
  void link
    .port(simulatedProcess(engine, 'till'))
    .request(request)
    .then((value) => (answer = value))
  await engine.run(engine.nowMs() + 2_000_000)
  return answer
}

const cases: readonly [keyof NetworkFaults, number, object][] = [
  ['requestLost', 0, { reached: false, why: 'timeout' }],
  ['answerLost', 1, { reached: false, why: 'timeout' }],
  ['reset', 1, { reached: false, why: 'reset' }],
  ['serverError', 1, { reached: true, status: expect.toSatisfy((status) => status >= 500) }],
  ['misled', 0, { reached: true, status: expect.toSatisfy((status) => status >= 300 && status < 500) }],
  ['captive', 0, { reached: true, status: 200, body: expect.not.stringContaining('served') }],
  ['overloaded', 0, { reached: true, status: 429 }],
  ['garbled', 1, { reached: true, status: 200, body: 'ser' }],
  ['duplicated', 2, { reached: true, status: 200, body: 'served' }],
]

test.each(cases)(
  '%s: the gateway serves %i, the device hears its share',
  async (fault, timesServed, answer) => {
    const link = newLink()
    link.setFaults({ ...NO_NETWORK_FAULTS, [fault]: 1 })
    expect(await ask(link)).toMatchObject(answer)
    expect(served).toBe(timesServed)
  },
)

test('a link that is down says so at once, a black hole takes the whole time', async () => {
  const link = newLink()
  link.setState('down')
  expect(await ask(link)).toMatchObject({ reached: false })
  link.setState('black_hole')
  expect(await ask(link)).toEqual({ reached: false, why: 'timeout' })
  expect(served).toBe(0)
})

test('what has left a program arrives although the program is dead by then', async () => {
  const process = simulatedProcess(engine, 'till')
  let heard = false
  void newLink()
    .port(process)
    .request(request)
    .then(() => (heard = true))
  process.kill('test')
  await engine.run(10_000)
  expect([served, heard]).toEqual([1, false])
})
