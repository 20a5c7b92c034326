import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { runOperator } from '../stack/run-operator.ts'
import type { Stack } from '../stack/stack.ts'

const HEAL_MS = 30_000
const LOOK_MS = 250

/** `npm run backup` while the shop sells. */
export async function backUp(home: string, say: (line: string) => void): Promise<string> {
  const file = path.join(home, 'morning.backup')
  await runOperator(home, 'backup', '--to', file)
  say('The gateway is backed up, while it works.')
  return file
}

/**
 * The gateway's database is lost with all that happened since the backup, and the backup is put back. Nobody types
 * anything more: the devices bring back what they hold, with the outcomes that the lost database had signed.
 */
export async function loseDatabase(
  { services, devices }: Stack,
  { home, file }: { readonly home: string; readonly file: string },
  say: (line: string) => void,
): Promise<void> {
  const gateway = services.find(({ name }) => name === 'gateway')
  if (gateway === undefined) throw new Error('there is no gateway')
  say('The gateway’s disk dies; its database is put back to the backup of the morning…')
  await gateway.stop()
  await runOperator(home, 'restore', '--from', file, '--yes')
  await gateway.start()
  const startedMs = performance.now()
  while (!(await isHealed(home)) || !(await areOnline(devices))) {
    if (performance.now() - startedMs > HEAL_MS) {
      say('  not healed in time')
      return
    }
    await sleep(LOOK_MS)
  }
  say('  the devices have brought back what it had forgotten')
}

async function isHealed(home: string): Promise<boolean> {
  return (await runOperator(home, 'restores', 'list')).includes('Nothing that a restore made')
}

/** They have seen that it is back, and that an issuer can be asked. */
async function areOnline(devices: Stack['devices']): Promise<boolean> {
  const views = await Promise.all(devices.map((device) => device.view()))
  return views.every(({ networkStatus }) => networkStatus === 'online')
}
