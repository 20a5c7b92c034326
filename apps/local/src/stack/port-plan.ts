import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Where everything listens, counted from one base (DESIGN §12). */
export interface PortPlan {
  readonly gateway: number
  readonly till: number
  readonly acquirer: number
  readonly acquirerControl: number
  readonly lab: number
  /** The way from the shop into the gateway, through the lab's switches. */
  readonly shop: number
  /** The till's own server, behind its switch. */
  readonly tillServer: number
  /** The mail catcher: its page, and its SMTP. */
  readonly mail: number
  readonly smtp: number
}

const DEFAULT_BASE_PORT = 4_000
/** A base and the nineteen ports above it. */
const BLOCK = 20
/** Below the ports that systems give out to outgoing connections. */
const FREE_BLOCKS = { from: 20_000, to: 30_000 }

export function portPlan(base: number): PortPlan {
  return {
    gateway: base,
    till: base + 1,
    acquirer: base + 3,
    acquirerControl: base + 4,
    lab: base + 5,
    shop: base + 9,
    tillServer: base + 19,
    mail: base + 10,
    smtp: base + 11,
  }
}

/** `HOLDFAST_PORT` as a base, or a sentence that says what is wrong with it. */
export function basePortFrom(
  text: string | undefined,
): { ok: true; base: number } | { ok: false; why: string } {
  if (text === undefined || text === '') return { ok: true, base: DEFAULT_BASE_PORT }
  const base = Number(text)
  if (Number.isInteger(base) && base >= 1 && base <= 65_535 - BLOCK) return { ok: true, base }
  return {
    ok: false,
    why: `HOLDFAST_PORT is "${text}"; it must be a whole number from 1 to ${65_535 - BLOCK}.`,
  }
}

/** Waits so long for what is just leaving; null when all are free, else one line that names the port. */
export async function busyPort(plan: PortPlan, leavingMs: number): Promise<string | null> {
  const deadlineMs = performance.now() + leavingMs
  for (const [name, port] of Object.entries(plan)) {
    while (!(await isFree(port))) {
      if (performance.now() > deadlineMs) {
        return (
          `Port ${port} (${LABELS[name] ?? name}) is taken by another program. ` +
          'Stop that program, or choose other ports with HOLDFAST_PORT.'
        )
      }
      await sleep(100)
    }
  }
  return null
}

/** A base whose ports are all free now, for a stack beside another one. */
export async function freeBasePort(): Promise<number> {
  const blocks = (FREE_BLOCKS.to - FREE_BLOCKS.from) / BLOCK
  const first = Math.floor(Math.random() * blocks)
  for (let step = 0; step < blocks; step += 1) {
    const base = FREE_BLOCKS.from + ((first + step) % blocks) * BLOCK
    const free = await Promise.all(Object.values(portPlan(base)).map(isFree))
    if (free.every(Boolean)) return base
  }
  throw new Error('No free block of ports on this machine')
}

const LABELS: Readonly<Record<string, string>> = {
  gateway: 'the gateway',
  till: 'the till',
  acquirer: 'the acquirer, ISO 8583',
  acquirerControl: "the acquirer's control",
  lab: 'the outage lab',
  shop: 'the way from the shop to the gateway',
  tillServer: "the till's own server",
  mail: 'the page of the mail catcher',
  smtp: 'the mail catcher',
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
