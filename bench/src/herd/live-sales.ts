import { setTimeout as sleep } from 'node:timers/promises'
import type { TestDevice } from './gateway-parts.ts'

export interface LiveSales {
  /** From "ask" to the acknowledgement that the attempt is durable. */
  readonly acknowledgedMs: readonly number[]
  /** From "ask" to the issuer's answer. */
  readonly answeredMs: readonly number[]
  readonly notApproved: number
}

const PAUSE_MS = 40
const WAIT_MS = 5_000

/** One till that sells online, one sale after the other, until it is enough. */
export async function sellLive(device: TestDevice, url: string, isEnough: () => boolean): Promise<LiveSales> {
  const acknowledgedMs: number[] = []
  const answeredMs: number[] = []
  let notApproved = 0
  for (let at = 0; !isEnough(); at += 1) {
    const sale = device.newSale()
    const read = await device.read(sale)
    const card = { ...read.card, fingerprint: `live${Date.now()}x${at}` }
    const started = await device.attempted(sale, { ...read, card })
    const asked = await device.request('POST', '/device/v1/attempts', { record: started.wire })
    const path = `/device/v1/attempts/${read.attemptId}?payment=${sale.paymentId}&waitMs=${WAIT_MS}`
    const look = await device.request('GET', path)
    const startedMs = performance.now()
    const first = await ask(url, asked)
    acknowledgedMs.push(performance.now() - startedMs)
    const result = first === 'pending' ? await ask(url, look) : first
    answeredMs.push(performance.now() - startedMs)
    if (result !== 'approved') notApproved += 1
    await sleep(PAUSE_MS)
  }
  return { acknowledgedMs, answeredMs, notApproved }
}

async function ask(url: string, asked: Awaited<ReturnType<TestDevice['request']>>): Promise<string> {
  const { method, path, headers, body } = asked
  const answer = await fetch(url + path, {
    method,
    headers: headers as Record<string, string>,
    ...(body === '' ? {} : { body }),
  })
  if (answer.status !== 200) return `HTTP ${answer.status}`
  const said = (await answer.json()) as { answer: { payload: string } }
  return (JSON.parse(said.answer.payload) as { outcome: { result: string } }).outcome.result
}
