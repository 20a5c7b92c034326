import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import type { AuditAcquirerEntry } from '@holdfast/testing'

import { acquirerContract } from '../stack/acquirer-contract.ts'
import { jsonRequest } from '../process/json-request.ts'

const acquirerProgram = fileURLToPath(new URL('../../../acquirer/src/main.ts', import.meta.url))

/**
 * What the acquirer did, by its control API; when it does not run, it is started on its journal for the moment of the
 * question. Null when it neither runs nor has a journal here.
 */
export async function readAcquirerJournal(
  home: string,
  controlUrl: string | null,
): Promise<readonly AuditAcquirerEntry[] | null> {
  const running = controlUrl === null ? null : await ask(controlUrl)
  if (running !== null) return running
  const data = path.join(home, 'acquirer')
  if (!existsSync(path.join(data, 'journal.jsonl'))) return null
  const child = spawn(process.execPath, [acquirerProgram], {
    env: {
      ...process.env,
      ...acquirerContract(home, process.env),
      HOLDFAST_ACQUIRER_DATA: data,
      HOLDFAST_ACQUIRER_PORT: '0',
      HOLDFAST_ACQUIRER_CONTROL_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  try {
    const line = await Promise.race([
      new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
      gone.then(() => {
        throw new Error('The acquirer could not be started on its journal')
      }),
    ])
    // Its first line says where it listens.
    const { controlPort } = JSON.parse(line) as { controlPort: number }
    return await ask(`http://127.0.0.1:${controlPort}`)
  } finally {
    child.kill('SIGTERM')
    await gone
  }
}

async function ask(controlUrl: string): Promise<readonly AuditAcquirerEntry[] | null> {
  const answer = await jsonRequest(`${controlUrl}/journal`, { timeoutMs: 30_000 })
  // Rows of our own acquirer.
  return answer?.status === 200 ? (answer.body as AuditAcquirerEntry[]) : null
}
