import { buildTill } from '../build.ts'
import { startTillServer } from './server.ts'

const {
  HOLDFAST_TILL_PORT,
  HOLDFAST_TILL_GATEWAY_URL,
  HOLDFAST_TILL_DEVICE_CODE,
  HOLDFAST_TILL_REACHABILITY,
} = process.env

await buildTill()
const server = await startTillServer({
  port: Number(HOLDFAST_TILL_PORT ?? '4001'),
  gatewayUrl: HOLDFAST_TILL_GATEWAY_URL ?? 'http://localhost:4000',
  ...(HOLDFAST_TILL_DEVICE_CODE ? { demoDeviceCode: HOLDFAST_TILL_DEVICE_CODE } : {}),
  ...(HOLDFAST_TILL_REACHABILITY ? { reachabilityTargets: HOLDFAST_TILL_REACHABILITY.split(',') } : {}),
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.close().then(() => process.exit(0)))
}
