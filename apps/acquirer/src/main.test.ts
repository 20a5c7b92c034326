import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { AcquirerLink, bcdBinary1987 as profile, type Exchange } from '@holdfast/iso8583'
import { systemLinkClock, tcpDialer } from '@holdfast/iso8583/tcp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { JournalEntry } from './journal-entry.ts'
import {
  authorisationAnswer,
  panOf,
  requestMessage,
  reversalMessage,
} from './test-support/sample-messages.ts'

type Running = { child: ChildProcess; control: string; link: AcquirerLink; output: string[] }

/** Whole processes on a machine that may be busy. */
describe('the acquirer process', { timeout: 60_000 }, () => {
  let directory: string
  const running: Running[] = []

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'holdfast-acquirer-'))
  })

  afterEach(async () => {
    for (const { child, link } of running.splice(0)) {
      link.stop()
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
    }
    await rm(directory, { recursive: true })
  })

  const start = async (): Promise<Running> => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
      env: {
        PATH: process.env['PATH'],
        HOLDFAST_ACQUIRER_PORT: '0',
        HOLDFAST_ACQUIRER_CONTROL_PORT: '0',
        HOLDFAST_ACQUIRER_DATA: join(directory, 'data'),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const output: string[] = []
    const lines = createInterface({ input: child.stdout })
    lines.on('line', (line) => output.push(line))
    await once(lines, 'line')
    const { event, port, controlPort } = JSON.parse(output[0] ?? '') as Record<string, unknown>
    if (event !== 'listening' || typeof port !== 'number') throw new Error(output[0])
    const link = new AcquirerLink({
      profile,
      dialer: tcpDialer({ host: '127.0.0.1', port, framing: profile.framing }),
      clock: systemLinkClock,
      random: Math.random,
    })
    link.start()
    while (link.state() !== 'up') await new Promise((resolve) => setTimeout(resolve, 2))
    const started = { child, control: `http://127.0.0.1:${String(controlPort)}`, link, output }
    running.push(started)
    return started
  }

  const journalOf = async ({ control }: Running): Promise<JournalEntry[]> => {
    const response = await fetch(`${control}/journal`)
    return (await response.json()) as JournalEntry[]
  }

  const sales = Array.from({ length: 400 }, (_, sale) => sale)

  it('answers /healthz when it says that it listens, and stops cleanly on SIGTERM and SIGINT', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const acquirer = await start()
      expect((await fetch(`${acquirer.control}/healthz`)).status).toBe(200)
      acquirer.link.stop()
      acquirer.child.kill(signal)
      expect(await once(acquirer.child, 'exit')).toEqual([0, null])
      expect(acquirer.output.at(-1)).toContain('"stopped"')
    }
  })

  it('P1 P2: killed while it answers, it forgets nothing it answered and decides nothing twice', async () => {
    const first = await start()
    const before = new Map<number, Exchange>()
    const left = [...sales]
    const lane = async (): Promise<void> => {
      for (let sale = left.shift(); sale !== undefined; sale = left.shift()) {
        before.set(sale, await first.link.exchange(requestMessage(sale), { timeoutMs: 10_000 }))
        if (before.size === 100) first.child.kill('SIGKILL')
      }
    }
    await Promise.all(Array.from({ length: 8 }, lane))
    const kinds = [...before.values()].map(({ kind }) => kind)
    expect(new Set(kinds)).toEqual(new Set(['answer', 'no_answer', 'not_sent']))
    first.link.stop()
    if (first.child.signalCode === null) await once(first.child, 'exit')

    const second = await start()
    const remembered = new Map((await journalOf(second)).map((entry) => [entry.stan, entry]))
    const codeOf = (exchange: Exchange | undefined): string | undefined =>
      exchange?.kind === 'answer' ? authorisationAnswer(exchange.message).approvalCode : undefined
    const after = await Promise.all(
      sales.map((sale) =>
        second.link.exchange(requestMessage(sale, { repeat: true }), { timeoutMs: 10_000 }),
      ),
    )
    for (const sale of sales) {
      const stan = String(sale).padStart(6, '0')
      const told = codeOf(before.get(sale))
      if (told !== undefined) expect(remembered.get(stan)?.approvalCode).toBe(told)
      const known = remembered.get(stan)?.approvalCode
      if (known !== undefined) expect(codeOf(after[sale])).toBe(known)
    }
    const now = await journalOf(second)
    expect(now).toHaveLength(sales.length)
    expect(new Set(now.map(({ approvalCode }) => approvalCode)).size).toBe(sales.length)
  })

  it('keeps reversals and the fingerprint of a card over a kill', async () => {
    const first = await start()
    await first.link.exchange(requestMessage(1), { timeoutMs: 5_000 })
    await first.link.exchange(reversalMessage(1), { timeoutMs: 5_000 })
    await first.link.exchange(reversalMessage(2), { timeoutMs: 5_000 })
    const before = await journalOf(first)
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    first.link.stop()

    const second = await start()
    expect(await journalOf(second)).toEqual(before)
    await second.link.exchange(requestMessage(3), { timeoutMs: 5_000 })
    const entries = await journalOf(second)
    expect(entries.at(-1)?.cardFingerprint).toBe(before[0]?.cardFingerprint)
    expect(entries).toMatchObject([{ reversed: true }, { outcome: 'never_seen' }, { outcome: 'approved' }])
  })

  it('P9: no card number in what it prints and what it keeps', async () => {
    const acquirer = await start()
    await fetch(`${acquirer.control}/script`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ match: { next: 1 }, do: { cut: true } }),
    })
    await acquirer.link.exchange(requestMessage(1), { timeoutMs: 5_000 })
    acquirer.child.kill('SIGTERM')
    await once(acquirer.child, 'exit')
    const data = join(directory, 'data')
    const files = await readdir(data)
    expect(files.toSorted()).toEqual(['fingerprint.key', 'journal.jsonl'])
    const kept = await Promise.all(files.map((file) => readFile(join(data, file), 'latin1')))
    const everything = [...kept, ...acquirer.output].join('\n')
    expect(everything).toContain('R00000000001')
    expect(everything).not.toContain(panOf('visa'))
  })
})
