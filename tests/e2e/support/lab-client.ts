import { setTimeout as sleep } from 'node:timers/promises'

/** The lab as a test uses it: the public API and nothing else. */
export interface LabClient {
  state(change: Readonly<Record<string, string>>): Promise<void>
  sell(order: Readonly<Record<string, unknown>>): Promise<SoldSale[]>
  devices(): Promise<LabDeviceAnswer[]>
  device(id: string, action: 'kill' | 'start' | 'wipe'): Promise<void>
  services(): Promise<{ id: string; state: string; pid: number | null; restarts: number }[]>
  killService(id: string): Promise<void>
}

interface SoldSale {
  readonly saleId: string | null
  readonly paymentId: string | null
  readonly result: string
  readonly offlineKind?: string
  readonly reason?: string
}

interface LabDeviceAnswer {
  readonly id: string
  readonly deviceId: string | null
  readonly state: string
  readonly pid: number | null
  readonly networkStatus: string
  readonly queued: number | null
  readonly atRisk: Readonly<Record<string, { readonly count: number }>>
}

export function labClient(url: string): LabClient {
  const call = async (route: string, body?: unknown): Promise<unknown> => {
    const init =
      body === undefined
        ? {}
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }
    const answer = await fetch(url + route, init)
    const said: unknown = await answer.json()
    if (!answer.ok) throw new Error(`${route}: ${JSON.stringify(said)}`)
    return said
  }
  return {
    state: async (change) => void (await call('/state', change)),
    sell: async (order) => (await call('/sales', { currency: 'eur', ...order })) as SoldSale[],
    devices: async () => (await call('/devices')) as LabDeviceAnswer[],
    device: async (id, action) => void (await call(`/devices/${id}`, { action })),
    services: async () => (await call('/services')) as Awaited<ReturnType<LabClient['services']>>,
    killService: async (id) => void (await call(`/services/${id}`, { action: 'kill' })),
  }
}

/** Nothing queued and nothing undecided on any device. */
export async function untilDrained(lab: LabClient, withinMs: number): Promise<void> {
  await until(async () => {
    const devices = await lab.devices()
    return devices.every(({ queued, atRisk }) => {
      const risk = Object.values(atRisk).reduce((sum, { count }) => sum + count, 0)
      return queued === 0 && risk === 0
    })
  }, withinMs)
}

export async function until(condition: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadlineMs = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${withinMs} ms: ${String(condition)}`)
    await sleep(50)
  }
}
