import { readFileSync } from 'node:fs'

import type { HostProfile } from '../host-profile.ts'
import { type LoadedProfile, loadHostProfile } from '../load-host-profile.ts'
import { hostCapture } from '../profiles/host-capture.ts'
import { terminalCapture } from '../profiles/terminal-capture.ts'

/** One of our own by its name, else the file of that path. A file that is not there or no JSON is a fault at ''. */
export function openHostProfile(nameOrPath: string): LoadedProfile {
  const known = [hostCapture, terminalCapture].find(({ name }) => name === nameOrPath)
  if (known !== undefined) return { ok: true, profile: known }
  let text: string
  try {
    text = readFileSync(nameOrPath, 'utf8')
  } catch {
    return { ok: false, faults: [{ path: '', code: 'missing' }] }
  }
  try {
    return loadHostProfile(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, faults: [{ path: '', code: 'bad_type' }] }
    throw error
  }
}

/** The profile, or an Error that names each fault by path and code, and never a value. */
export function mustOpenHostProfile(variable: string, nameOrPath: string): HostProfile {
  const opened = openHostProfile(nameOrPath)
  if (opened.ok) return opened.profile
  const faults = opened.faults.map(({ path, code }) => `${path === '' ? 'the file' : path}: ${code}`)
  throw new Error(`${variable} names no profile (${faults.join('; ')})`)
}
