import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  symlinkSync,
} from 'node:fs'
import path from 'node:path'

import { freeBasePort } from '@holdfast/local'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { labClient, untilDrained } from './support/lab-client.ts'
import {
  dropHome,
  newHome,
  runLocal,
  runOperator,
  type RunningStack,
  startLocal,
} from './support/running-stack.ts'

/** A disk of our own, small enough to fill; needs root. */
const DISK_MB = 150
const canMount = process.platform === 'linux' && process.getuid?.() === 0 && tryMount()
if (!canMount) process.stderr.write('SKIPPED: no right to mount a small disk, so a full one was not tried\n')

let home: string
let disk: string
let stack: RunningStack | undefined

beforeEach(() => {
  home = newHome()
  disk = path.join(home, 'disk')
})

afterEach(async () => {
  await stack?.stop()
  spawnSync('umount', [disk])
  dropHome(home)
})

it.runIf(canMount)(
  'P1: the database’s disk is full: sales are stored on the devices, a backup says why it cannot, and with room all of it drains',
  async () => {
    const place = { home, basePort: await freeBasePort() }
    stack = await startLocal(place)
    await stack.stop()
    mkdirSync(disk)
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', disk])
    const [folder, there] = [path.join(home, 'postgres'), path.join(disk, 'postgres')]
    cpSync(folder, there, { recursive: true, preserveTimestamps: true })
    chmodSync(there, 0o700)
    renameSync(folder, `${folder}.before`)
    symlinkSync(there, folder)

    stack = await startLocal(place)
    const lab = labClient(stack.ready.lab)
    expect(await lab.sell({ card: 'visa', amountMinor: 1_000 })).toMatchObject([{ result: 'approved' }])
    // Ends with "no space left".
    spawnSync('dd', ['if=/dev/zero', `of=${disk}/filler`, 'bs=1M'], { stdio: 'ignore' })
    expect(statfsSync(disk).bfree).toBe(0)
    const results: string[] = []
    for (let n = 0; n < 100 && results.slice(-5).join() !== Array(5).fill('stored').join(); n += 1) {
      for (const { result } of await lab.sell({ card: 'visa', amountMinor: 2_000 + n })) results.push(result)
    }
    expect(results.slice(-5)).toEqual(Array(5).fill('stored'))
    expect(results.filter((result) => result !== 'stored' && result !== 'approved')).toEqual([])
    const backup = await runOperator(place, 'backup', '--to', path.join(disk, 'one.backup'))
    expect(backup).toMatchObject({ code: 1, output: expect.stringContaining('ENOSPC') })
    expect(readdirSync(disk).filter((name) => name.includes('backup'))).toEqual([])

    rmSync(path.join(disk, 'filler'))
    await untilDrained(lab, 60_000)
    const audit = await runLocal('audit', place, ['--json'])
    const sales = results.length + 1
    expect(JSON.parse(audit.stdout)).toMatchObject({ sales, authorised: sales, pending: 0, differences: [] })
  },
)

function tryMount(): boolean {
  const folder = newHome()
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status !== 0) return false
    return spawnSync('umount', [folder]).status === 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
