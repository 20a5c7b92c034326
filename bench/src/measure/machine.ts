import { readFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { DatabaseSync } from 'node:sqlite'
import { chromium } from 'playwright-core'
import { chromiumPath } from '../../../tools/chromium.ts'

/** Where and on what a figure was measured; without it a figure means nothing. */
export interface Machine {
  readonly cores: number
  readonly cpu: string
  readonly memoryGb: number
  /** One, five and fifteen minutes, when the run began. */
  readonly load: readonly number[]
  readonly kernel: string
  readonly node: string
  readonly sqlite: string
  /** Null where no browser could be started: its rows are then missing. */
  readonly chromium: string | null
}

export async function machineOf(): Promise<Machine> {
  const [first] = cpus()
  const database = new DatabaseSync(':memory:')
  const sqlite = String(database.prepare('select sqlite_version() as version').get()?.['version'])
  database.close()
  return {
    cores: cpus().length,
    cpu: first?.model ?? 'unknown',
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    load: loadavg().map((load) => Math.round(load * 100) / 100),
    kernel: kernelOf(),
    node: process.version,
    sqlite,
    chromium: await chromiumVersion(),
  }
}

export function machineLine(machine: Machine): string {
  const { cores, cpu, memoryGb, load, kernel, node, sqlite, chromium: browser } = machine
  return [
    `${cores} cores (${cpu}), ${memoryGb} GB, load ${load.join(' ')}`,
    `${kernel}, Node ${node}, SQLite ${sqlite}, Chromium ${browser ?? 'none'}`,
  ].join('; ')
}

function kernelOf(): string {
  try {
    return `Linux ${readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim()}`
  } catch {
    return process.platform
  }
}

async function chromiumVersion(): Promise<string | null> {
  try {
    const { executablePath, env } = await chromiumPath()
    const browser = await chromium.launch({ executablePath, env: { ...process.env, ...env } })
    const version = browser.version()
    await browser.close()
    return version
  } catch {
    return null
  }
}
