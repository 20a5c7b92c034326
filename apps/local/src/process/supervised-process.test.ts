import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { type Program, SupervisedProcess } from './supervised-process.ts'

let folder: string
let lines: string[]
let ready: Set<number>
let supervised: SupervisedProcess | undefined

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-supervised-'))
  lines = []
  ready = new Set()
})

afterEach(async () => {
  await supervised?.stop()
  supervised = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** A program that says its process id over the channel, which makes it ready, and then does as `body` says. */
function supervise(body: string, first = 'process.send(process.pid)'): SupervisedProcess {
  const script = path.join(folder, 'program.ts')
  writeFileSync(script, `${first}\n${body}`)
  const program: Program = {
    name: 'program',
    script,
    environment: () => Promise.resolve({ OWN_WORD: 'given' }),
    isReady: () => Promise.resolve(process.pid !== supervised?.pid && ready.has(supervised?.pid ?? 0)),
    onMessage: (message) => ready.add(Number(message)),
  }
  supervised = new SupervisedProcess({ program, logFolder: folder, log: (line) => lines.push(line) })
  return supervised
}

async function until(condition: () => boolean): Promise<void> {
  const deadlineMs = performance.now() + 8_000
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error('waited too long')
    await sleep(10)
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

describe('a supervised process', () => {
  it('starts with its own environment, writes to its log, and stops when asked', async () => {
    const child = supervise(
      `console.log('word ' + process.env.OWN_WORD); const t = setInterval(() => {}, 1e3)
       process.on('SIGTERM', () => { console.log('bye'); clearInterval(t) })
       process.send(process.pid)`,
      // It is ready only once it listens for the signal.
      '',
    )
    await child.start()
    expect(child.state).toBe('running')
    const pid = Number(child.pid)
    await child.stop()
    expect([child.state, child.pid, isAlive(pid)]).toEqual(['stopped', undefined, false])
    expect(readFileSync(path.join(folder, 'program.log'), 'utf8')).toBe('word given\nbye\n')
    expect(lines).toEqual([])
  })

  it('that dies by itself comes back as another process', async () => {
    const child = supervise('setInterval(() => {}, 1000)')
    await child.start()
    const first = Number(child.pid)
    process.kill(first, 'SIGKILL')
    await until(() => child.state === 'running' && child.pid !== first)
    expect(child.restarts).toBe(1)
    expect(lines).toEqual(['program died (SIGKILL)', 'program is back'])
  })

  it('that was killed to stay dead waits for start', async () => {
    const child = supervise('setInterval(() => {}, 1000)')
    await child.start()
    await child.kill({ stays: true })
    await sleep(400)
    expect([child.state, child.pid]).toEqual(['killed', undefined])
    await child.start()
    expect(child.state).toBe('running')
  })

  it('that cannot start says the end of its log, and is not tried for ever', async () => {
    const child = supervise(`throw new Error('no such luck')`, '')
    await expect(child.start()).rejects.toThrow('no such luck')
    await sleep(300)
    expect(child.state).toBe('stopped')
  })

  it('goes when its supervisor is killed, so that it holds nothing of the next start', async () => {
    const program = path.join(folder, 'inner.ts')
    writeFileSync(program, 'process.send(process.pid); setInterval(() => {}, 1000)')
    const supervisorModule = new URL('./supervised-process.ts', import.meta.url).href
    const child = supervise(`
      const { SupervisedProcess } = await import(${JSON.stringify(supervisorModule)})
      let inner = 0
      const program = {
        name: 'inner', script: ${JSON.stringify(program)}, environment: async () => ({}),
        isReady: async () => inner > 0, onMessage: (pid) => { inner = pid },
      }
      await new SupervisedProcess({ program, logFolder: ${JSON.stringify(folder)}, log: () => {} }).start()
      process.send(inner)
    `)
    await child.start()
    await until(() => ready.size === 2)
    const [, inner = 0] = [...ready]
    expect(isAlive(inner)).toBe(true)
    await child.kill({ stays: true })
    await until(() => !isAlive(inner))
  })
})
