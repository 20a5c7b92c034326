import type { Clock, SigningKey } from '@holdfast/core'
import { generateNodeKey, nodeSigningKey } from '@holdfast/envelope/node'
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'

/** The machine's clock. Monotonic time runs on over a restart of the program, within one boot of the machine. */
export function nodeClock(): Clock {
  const bootId = linuxBootId()
  return {
    bootId: bootId ?? randomUUID(),
    wallMs: () => Date.now(),
    monotonicMs: () =>
      bootId === null ? performance.now() : Number(process.hrtime.bigint() / 1_000n) / 1_000,
    utcOffsetMin: () => -new Date().getTimezoneOffset(),
    timer(delayMs, task) {
      const timer = setTimeout(task, delayMs)
      return () => clearTimeout(timer)
    },
  }
}

/**
 * The device's Ed25519 key in a file that only its owner may read; made at the first call. It appears whole or not at
 * all: a half-written key would cost the device its identity.
 */
export function loadOrMakeKey(file: string): SigningKey {
  if (!existsSync(file)) writeWhole(file, generateNodeKey('ed25519'))
  return nodeSigningKey(new Uint8Array(readFileSync(file)))
}

/** Other processes' boots count as other boots where the machine does not tell its own. */
function linuxBootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return null
  }
}

function writeWhole(file: string, bytes: Uint8Array): void {
  const directory = path.dirname(file)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const temporary = `${file}.${randomUUID()}`
  const handle = openSync(temporary, 'wx', 0o600)
  try {
    writeSync(handle, bytes)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  // A link never replaces: if another process was faster, its key may be in use already and stands.
  try {
    linkSync(temporary, file)
  } catch (error) {
    if (!existsSync(file)) throw error
  }
  rmSync(temporary)
  const parent = openSync(directory, 'r')
  try {
    fsyncSync(parent)
  } finally {
    closeSync(parent)
  }
}
