import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

import { afterEach, beforeEach, expect, it } from 'vitest'

import { lockHome } from './home-lock.ts'
import { readReady, type Ready, removeReady, writeReady } from './ready-file.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'holdfast-home-'))
})

afterEach(() => rmSync(home, { recursive: true, force: true }))

it('one stack per home; a lock falls with the process that held it, also by kill -9', async () => {
  const module = new URL('./home-lock.ts', import.meta.url).href
  const program = `const { lockHome } = await import(${JSON.stringify(module)})
    globalThis.lock = lockHome(${JSON.stringify(home)}); console.log(globalThis.lock !== null); setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = (await once(holder.stdout, 'data')) as [Buffer]
  expect(said.toString()).toBe('true\n')
  expect(lockHome(home)).toBeNull()
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  const lock = lockHome(home)
  expect(lock?.wasKilled).toBe(true)
  lock?.release()
  const next = lockHome(home)
  expect(next?.wasKilled).toBe(false)
  next?.release()
})

it('ready.json is there whole or not at all', () => {
  const ready: Ready = {
    gateway: 'http://127.0.0.1:1',
    till: 'http://localhost:2',
    lab: 'http://127.0.0.1:3',
    status: 'http://127.0.0.1:1/status',
    mail: 'http://127.0.0.1:6',
    acquirer: { iso8583: '127.0.0.1:4', control: 'http://127.0.0.1:5' },
    terminals: [],
    keys: { stripe: 'sk_test_x', publishable: 'pk_test_x' },
    webhookSecret: 'whsec_x',
    account: 'acct_1',
    location: 'loc_1',
    shop: 'http://127.0.0.1:6',
    pid: 1,
  }
  expect(readReady(home)).toBeNull()
  writeReady(home, ready)
  expect(readReady(home)).toEqual(ready)
  removeReady(home)
  expect(readReady(home)).toBeNull()
})
