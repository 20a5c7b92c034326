import { buildTill } from '../build.ts'
import { startTillServer } from './server.ts'

const {
  HOLDFAST_TILL_PORT,
  HOLDFAST_TILL_GATEWAY_URL,
  HOLDFAST_TILL_DEVICE_CODES,
  HOLDFAST_TILL_REACHABILITY,
} = process.env

await buildTill()
const server = await startTillServer({
  port: Number(HOLDFAST_TILL_PORT ?? '4001'),
  gatewayUrl: HOLDFAST_TILL_GATEWAY_URL ?? 'http://localhost:4000',
  ...(HOLDFAST_TILL_DEVICE_CODES ? { demoDeviceCode: () => freshCode(HOLDFAST_TILL_DEVICE_CODES) } : {}),
  ...(HOLDFAST_TILL_REACHABILITY ? { reachabilityTargets: HOLDFAST_TILL_REACHABILITY.split(',') } : {}),
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.close().then(() => process.exit(0)))
}

/** Asks the local stack for a single-use code; a page without one offers no tap. */
async function freshCode(url: string): Promise<string | null> {
  try {
    const answer = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(2_000) })
    const body: unknown = await answer.json()
    const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : null
    return typeof code === 'string' ? code : null
  } catch {
    return null
  }
}
