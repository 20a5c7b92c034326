import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** `ready.json`: there while everything answers. Demo values of test mode only. */
export interface Ready {
  readonly gateway: string
  readonly till: string
  readonly lab: string
  /** How the gateway and its acquirer are, for people; `/status.json` beside it. */
  readonly status: string
  /** The page of the mail catcher; `/mails.json` beside it. Null in a stack of tests that has none. */
  readonly mail: string | null
  readonly acquirer: { readonly iso8583: string; readonly control: string }
  readonly terminals: readonly []
  readonly keys: { readonly stripe: string; readonly publishable: string }
  /** Of the demo's webhook endpoint, which is switched off until it is given an address. */
  readonly webhookSecret: string
  readonly account: string
  readonly location: string
  /** The gateway as tills and devices reach it: through the lab's `internet` and `service` switches. */
  readonly shop: string
  /** Of the process to stop. */
  readonly pid: number
}

export function writeReady(home: string, ready: Ready): void {
  mkdirSync(home, { recursive: true })
  const scratch = `${readyPath(home)}.${process.pid}`
  writeFileSync(scratch, `${JSON.stringify(ready, null, 2)}\n`)
  renameSync(scratch, readyPath(home))
}

export function removeReady(home: string): void {
  rmSync(readyPath(home), { force: true })
}

/** Null when no stack says that it is ready. */
export function readReady(home: string): Ready | null {
  try {
    // Written by `writeReady` only, and whole, since it is renamed into place.
    return JSON.parse(readFileSync(readyPath(home), 'utf8')) as Ready
  } catch {
    return null
  }
}

function readyPath(home: string): string {
  return path.join(home, 'ready.json')
}
